"""Addresses of the ground floor."""

from django.urls import path

from accounts.views.api import me
from accounts.views.profile import detected_time_zone, profile
from accounts.views.sign_in import PasswordSignInView, SignOutView

urlpatterns = [
    path("sign-in/", PasswordSignInView.as_view(), name="sign_in"),
    path("sign-in/<slug:vanity>/", PasswordSignInView.as_view(), name="sign_in_account"),
    path("sign-out/", SignOutView.as_view(), name="sign_out"),
    path("profile/", profile, name="profile"),
    path("profile/time-zone/", detected_time_zone, name="detected_time_zone"),
    path("api/v1/me", me, name="api_me"),
]
