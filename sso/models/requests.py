"""Sign-ins under way: asked, answered, finished. Each step happens once."""

from django.db import models

from sso.models.provider import IdentityProvider


class AuthnRequest(models.Model):
    """One request to an identity provider. The browser that began it holds a cookie with this digest's origin."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=100, unique=True)
    browser_digest = models.CharField(max_length=64)
    next_path = models.CharField(max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)
    handle = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique, and absent until answered
    answer = models.JSONField(default=dict, help_text="The verified assertion; emptied when the sign-in finishes.")
    finished_at = models.DateTimeField(null=True)

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
