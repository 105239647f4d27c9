"""Single sign-on as a Django app."""

from django.apps import AppConfig


class SsoConfig(AppConfig):
    name = "sso"
