"""Addresses of the ground floor."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls.sign_in")),
    path("", include("accounts.urls.people")),
    path("", include("accounts.urls.groups")),
    path("", include("accounts.urls.imports")),
    path("", include("accounts.urls.audit")),
    path("", include("accounts.urls.sessions")),
    path("", include("accounts.urls.settings")),
]
