"""Where people are signed in. Django's own session rows do not say whose they are."""

from django.conf import settings
from django.db import models


class SignInSession(models.Model):
    """One browser that somebody is signed in with; signing it out deletes Django's session and this row."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    method = models.CharField(max_length=10, blank=True, help_text="How they signed in: password or sso.")
    user_agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-last_seen_at"], name="sessions_by_last_seen")]

    def __str__(self) -> str:
        return f"session of {self.user_id}"
