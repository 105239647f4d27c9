"""Addresses of the company's calendar service and its overview."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
