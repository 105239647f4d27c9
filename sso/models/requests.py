"""Sign-ins and sign-outs under way. Each step happens once."""

from django.conf import settings
from django.db import models

from sso.models.provider import IdentityProvider, ProviderDraft


class AuthnRequest(models.Model):
    """One request to an identity provider. The browser that began it holds a cookie with this digest's origin.

    A request of a draft is a test: it signs nobody in.
    """

    provider = models.ForeignKey(IdentityProvider, null=True, on_delete=models.CASCADE, related_name="+")
    draft = models.ForeignKey(ProviderDraft, null=True, on_delete=models.CASCADE, related_name="+")
    draft_digest = models.CharField(max_length=64, blank=True, help_text="The settings that are tested.")
    tester = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=100, unique=True)
    browser_digest = models.CharField(max_length=64)
    next_path = models.CharField(max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)
    handle = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique, and absent until answered
    answer = models.JSONField(default=dict, help_text="The verified assertion; emptied when the sign-in finishes.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(provider__isnull=False, draft=None) | models.Q(provider=None, draft__isnull=False),
                name="request_of_a_provider_or_a_draft",
            )
        ]

    def __str__(self) -> str:
        return self.message_id


class UsedAssertion(models.Model):
    """An assertion that signed somebody in: it never does again. Kept until it would have expired anyway."""

    issuer = models.CharField(max_length=1024)
    assertion_id = models.CharField(max_length=500)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "assertion_id"], name="assertion_used_once")]

    def __str__(self) -> str:
        return self.assertion_id


class SamlSession(models.Model):
    """A browser that signed in by SSO, as the identity provider knows it: what single logout names."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saml_sessions")
    issuer = models.CharField(max_length=1024)
    name_id = models.CharField(max_length=1024)
    name_id_format = models.CharField(max_length=200, blank=True)
    session_index = models.CharField(max_length=500, blank=True)
    session_key = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["issuer", "name_id"], name="saml_sessions_by_name_id")]

    def __str__(self) -> str:
        return f"SSO session of {self.user_id}"


class LogoutRequest(models.Model):
    """A single logout that we began; the identity provider's answer names it, once."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.message_id
