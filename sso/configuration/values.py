"""The settings of an identity provider as values: of metadata, of a row, and as the audit log keeps them."""

from typing import Any

from sso.certificate_facts import facts_of
from sso.models import ProviderSettings
from sso.saml import IdpMetadata

NAMES = tuple(field.name for field in ProviderSettings._meta.get_fields())
CERTIFICATES = ("certificate", "next_certificate")


def of_settings(settings: ProviderSettings) -> dict[str, Any]:
    """Every setting of a provider in use, or of a draft, by its name."""
    return {name: getattr(settings, name) for name in NAMES}


def of_metadata(metadata: IdpMetadata) -> dict[str, Any]:
    """What metadata says; the rest, such as whether requests are signed, is for us to choose."""
    first, *rest = metadata.certificates
    return {
        "entity_id": metadata.entity_id,
        "sso_url": metadata.sso_url,
        "sso_binding": metadata.sso_binding,
        "slo_url": metadata.slo_url,
        "slo_binding": metadata.slo_binding,
        "certificate": first,
        "next_certificate": rest[0] if rest else "",
    }


def audited(settings: ProviderSettings) -> dict[str, Any]:
    """The settings as the audit log keeps them: certificates by their fingerprints."""
    values = of_settings(settings)
    for name in CERTIFICATES:
        facts = facts_of(values[name]) if values[name] else None
        values[name] = facts.fingerprint if facts else ""
    return values
