"""Addresses of single sign-on."""

from django.urls import path

from sso.urls import mapping, people, setup
from sso.views.discover import discover, onward
from sso.views.sign_in import acs, finish, login, metadata

urlpatterns = [
    path("sso/", discover, name="sso_discover"),
    path("sso/<slug:vanity>/", onward, name="sso_onward"),
    path("sso/<slug:vanity>/login/", login, name="sso_login"),
    path("sso/<slug:vanity>/acs/", acs, name="sso_acs"),
    path("sso/<slug:vanity>/finish/", finish, name="sso_finish"),
    path("sso/<slug:vanity>/metadata/", metadata, name="sso_metadata"),
    *setup.urlpatterns,
    *mapping.urlpatterns,
    *people.urlpatterns,
]
