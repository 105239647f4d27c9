"""Addresses of signing in, and of oneself."""

from django.urls import path

from accounts.views.api import me
from accounts.views.password_reset import AskView, ChooseView, SentView
from accounts.views.profile import detected_time_zone, profile
from accounts.views.sign_in import PasswordSignInView, SignOutView

urlpatterns = [
    path("sign-in/", PasswordSignInView.as_view(), name="sign_in"),
    path("sign-in/<slug:vanity>/", PasswordSignInView.as_view(), name="sign_in_account"),
    path("sign-out/", SignOutView.as_view(), name="sign_out"),
    path("password-reset/", AskView.as_view(), name="password_reset"),
    path("password-reset/sent/", SentView.as_view(), name="password_reset_sent"),
    path("password-reset/<uidb64>/<token>/", ChooseView.as_view(), name="password_reset_confirm"),
    path("profile/", profile, name="profile"),
    path("profile/time-zone/", detected_time_zone, name="detected_time_zone"),
    path("api/v1/me", me, name="api_me"),
]
