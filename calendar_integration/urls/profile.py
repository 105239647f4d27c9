"""Addresses of setting up, changing and ending one's own connection."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
