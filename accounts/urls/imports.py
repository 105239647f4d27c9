"""Addresses of the import of people."""

from django.urls import path

from accounts.views.users.users_import import example, users_import
from accounts.views.users.users_import_preview import users_import_preview

urlpatterns = [
    path("users/import/", users_import, name="users_import"),
    path("users/import/example.csv", example, name="users_import_example"),
    path("users/import/<int:import_id>/", users_import_preview, name="users_import_preview"),
]
