"""The identity provider of an account, and the people it has vouched for."""

from django.conf import settings
from django.db import models

from accounts.models import Account


class IdentityProvider(models.Model):
    """One per account. Two certificates may be valid side by side while the provider rotates them."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="identity_provider")
    entity_id = models.CharField(max_length=1024)
    sso_url = models.URLField(max_length=2000)
    certificate = models.TextField(help_text="PEM body, without the lines around it.")
    next_certificate = models.TextField(blank=True)
    is_enabled = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.entity_id

    @property
    def certificates(self) -> list[str]:
        """The certificates whose signatures count."""
        return [certificate for certificate in (self.certificate, self.next_certificate) if certificate]


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
