"""The top floor as a Django app."""

from django.apps import AppConfig

# Loaded with Django, so that web processes and commands send their tasks through this app's broker.
from portal.celery import app as celery_app

__all__ = ["PortalConfig", "celery_app"]


class PortalConfig(AppConfig):
    name = "portal"
