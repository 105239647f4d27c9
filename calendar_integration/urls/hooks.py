"""Addresses that Microsoft Graph calls."""

from django.urls import path

from calendar_integration.views.notifications import notifications

urlpatterns = [
    path("hooks/graph/", notifications, name="graph_changes"),
    path("hooks/graph/lifecycle/", notifications, name="graph_lifecycle"),
]
