"""Addresses of the account's users."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
