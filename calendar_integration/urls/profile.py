"""Addresses of setting up, changing and ending one's own connection."""

from django.urls import path

from calendar_integration.views.disconnect import disconnect
from calendar_integration.views.setup import choose_service, what_is_asked

urlpatterns = [
    path("profile/office365/", choose_service, name="office365_setup"),
    path("profile/office365/authorize/", what_is_asked, name="office365_setup_authorize"),
    path("profile/office365/disconnect/", disconnect, name="office365_disconnect"),
]
