"""The identity provider's metadata.

https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf
"""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.saml_idp.sign_in import unknown_organisation
from sandbox.tenant.model import Tenant
from sandbox.world import World, world_of

_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">
  <md:IDPSSODescriptor WantAuthnRequestsSigned="{wants_signed}"
      protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{slo}"/>
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{slo}"/>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{sso}"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{sso}"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
"""


def entity_id(world: World, tenant: Tenant) -> str:
    """The identity provider's name, which is where its metadata is."""
    return f"{world.config.http_base}/saml/{tenant.domain}/metadata"


def slo_url(world: World, tenant: Tenant) -> str:
    """Where messages of single logout go to."""
    return f"{world.config.http_base}/saml/{tenant.domain}/slo"


async def metadata(request: Request) -> Response:
    """The EntityDescriptor of a tenant's identity provider."""
    world = world_of(request)
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        return unknown_organisation()
    document = _DOCUMENT.format(
        entity_id=entity_id(world, tenant),
        certificate=world.keys.saml[tenant.domain].certificate_base64,
        sso=f"{world.config.http_base}/saml/{tenant.domain}/sso",
        slo=slo_url(world, tenant),
        wants_signed="true" if tenant.saml.verify_requests else "false",
    )
    return Response(document, media_type="application/samlmetadata+xml")
