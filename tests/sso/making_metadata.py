"""Metadata of identity providers, piece by piece."""

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SOAP = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
SSO = "https://login.contoso.example/sso"


def make_key(certificate: str, use: str = 'use="signing"') -> str:
    """A KeyDescriptor."""
    return (
        f'<md:KeyDescriptor {use}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def make_service(binding: str = REDIRECT, location: str = SSO) -> str:
    """A SingleSignOnService."""
    return f'<md:SingleSignOnService Binding="{binding}" Location="{location}"/>'


def make_metadata(
    *parts: str, entity_id: str = "https://login.contoso.example/", role: str = "IDPSSODescriptor"
) -> bytes:
    """An EntityDescriptor with these parts."""
    return (
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">'
        f"<md:{role}>{''.join(parts)}</md:{role}></md:EntityDescriptor>"
    ).encode()


def several(certificate: str, *entity_ids: str) -> bytes:
    """Identity providers that sign with one certificate."""
    return together(
        *(make_metadata(make_key(certificate), make_service(), entity_id=entity_id) for entity_id in entity_ids)
    )


def together(*entities: bytes) -> bytes:
    """An EntitiesDescriptor."""
    opening = b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
    return opening + b"".join(entities) + b"</md:EntitiesDescriptor>"
