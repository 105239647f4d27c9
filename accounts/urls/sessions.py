"""Addresses of sessions: one's own, and those of people one manages."""

from django.urls import path

from accounts.views.sessions import (
    sign_out_others,
    sign_out_session,
    user_session_sign_out,
    user_sessions,
    user_sessions_sign_out,
)

urlpatterns = [
    path("profile/sessions/sign-out/", sign_out_others, name="sign_out_others"),
    path("profile/sessions/<int:session_id>/sign-out/", sign_out_session, name="sign_out_session"),
    path("users/<int:user_id>/sessions/", user_sessions, name="user_sessions"),
    path("users/<int:user_id>/sessions/sign-out/", user_sessions_sign_out, name="user_sessions_sign_out"),
    path(
        "users/<int:user_id>/sessions/<int:session_id>/sign-out/", user_session_sign_out, name="user_session_sign_out"
    ),
]
