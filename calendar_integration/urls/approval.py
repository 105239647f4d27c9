"""Addresses of waiting for an Office 365 admin, and consent links."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
