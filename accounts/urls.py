"""Addresses of the ground floor."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views.api import me
from accounts.views.profile import detected_time_zone, profile
from accounts.views.sign_in import PasswordSignInView

urlpatterns = [
    path("sign-in/", PasswordSignInView.as_view(), name="sign_in"),
    path("sign-in/<slug:vanity>/", PasswordSignInView.as_view(), name="sign_in_account"),
    path("sign-out/", login_not_required(LogoutView.as_view()), name="sign_out"),
    path("profile/", profile, name="profile"),
    path("profile/time-zone/", detected_time_zone, name="detected_time_zone"),
    path("api/v1/me", me, name="api_me"),
]
