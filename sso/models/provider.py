"""The identity provider of an account: the one in use, a draft beside it, and the people it has vouched for."""

import hashlib
import json

from django.conf import settings
from django.db import models

from accounts.models import Account


class Binding(models.TextChoices):
    """How a message travels through the browser."""

    REDIRECT = "redirect", "HTTP-Redirect"
    POST = "post", "HTTP-POST"


class NameIdFormat(models.TextChoices):
    """What a name id is asked to be. Transient ones are refused: they change at every sign-in."""

    UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "Whatever the identity provider sends"
    PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "Persistent"
    EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "E-mail address"


class ProviderSettings(models.Model):
    """What has to be known to sign in with an identity provider. Certificates are PEM bodies, without their lines."""

    entity_id = models.CharField(max_length=1024)
    sso_url = models.URLField(max_length=2000)
    sso_binding = models.CharField(max_length=8, choices=Binding, default=Binding.REDIRECT)
    slo_url = models.URLField(max_length=2000, blank=True, help_text="Single logout; empty where it is not offered.")
    slo_binding = models.CharField(max_length=8, choices=Binding, default=Binding.REDIRECT)
    certificate = models.TextField(help_text="PEM body, without the lines around it.")
    next_certificate = models.TextField(blank=True)
    name_id_format = models.CharField(max_length=100, choices=NameIdFormat, default=NameIdFormat.UNSPECIFIED)
    sign_requests = models.BooleanField(default=False)
    wants_encryption = models.BooleanField(default=False, help_text="Only encrypted assertions are accepted.")
    allows_idp_initiated = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def certificates(self) -> list[str]:
        """The certificates whose signatures count."""
        return [certificate for certificate in (self.certificate, self.next_certificate) if certificate]

    def settings_digest(self) -> str:
        """What a test sign-in is good for: exactly these settings and no others."""
        names = [field.name for field in ProviderSettings._meta.get_fields()]
        values = {name: getattr(self, name) for name in names}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class UnknownDomain(models.TextChoices):
    """What becomes of people whose e-mail is in none of the account's proven domains."""

    REFUSE = "refuse", "Refuse them"
    CONFIRM = "confirm", "Let them confirm their address by mail"


class IdentityProvider(ProviderSettings):
    """The one in use. Two certificates may be valid side by side while the provider rotates them."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="identity_provider")
    is_enabled = models.BooleanField(default=False)
    owners_may_use = models.BooleanField(
        default=True,
        help_text="An owner, or the operator, vouches for it; what an admin alone set up signs in no owner.",
    )
    unknown_domain = models.CharField(max_length=8, choices=UnknownDomain, default=UnknownDomain.REFUSE)

    def __str__(self) -> str:
        return self.entity_id


class ProviderTest(models.Model):
    """The last test of the settings in use, from when they were a draft; apart from them, since no sign-in reads it."""

    provider = models.OneToOneField(IdentityProvider, on_delete=models.CASCADE, related_name="last_test")
    result = models.JSONField(default=dict, help_text="As a draft keeps it.")

    def __str__(self) -> str:
        return f"test of {self.provider_id}"


class ProviderDraft(ProviderSettings):
    """Settings that are not in use yet. A test sign-in counts for exactly the settings it was made with."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="provider_draft")
    saved_at = models.DateTimeField(auto_now=True)
    saved_by = models.CharField(max_length=200)
    tested_digest = models.CharField(max_length=64, blank=True)
    tested_at = models.DateTimeField(null=True)
    tested_by = models.CharField(max_length=200, blank=True)
    test_result = models.JSONField(default=dict, help_text="What arrived in the last test, and how it maps.")

    def __str__(self) -> str:
        return f"draft {self.entity_id}"

    @property
    def is_tested(self) -> bool:
        """Whether a test sign-in succeeded with exactly these settings."""
        return bool(self.tested_digest) and self.tested_digest == self.settings_digest()


class SamlIdentity(models.Model):
    """A name id that an issuer uses for a person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saml_identities")
    issuer = models.CharField(max_length=1024)
    name_id = models.CharField(max_length=1024)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "issuer"], name="one_name_id_per_issuer"),
        ]
        indexes = [models.Index(fields=["issuer", "name_id"], name="identity_by_name_id")]

    def __str__(self) -> str:
        return f"{self.name_id} at {self.issuer}"
