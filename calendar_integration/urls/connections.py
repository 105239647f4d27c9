"""Addresses of how people's mailboxes stand."""

from django.urls import path

from calendar_integration.views.connections import connections, connections_csv, retry_one, retry_shown

PAGE = "rooms/connections/"

urlpatterns = [
    path(PAGE, connections, name="connections"),
    path("rooms/connections.csv", connections_csv, name="connections_csv"),
    path(f"{PAGE}retry/", retry_shown, name="connections_retry"),
    path(f"{PAGE}<int:person_id>/retry/", retry_one, name="connection_retry"),
]
