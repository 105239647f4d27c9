"""Single logout: an application asks for it, or it begins on a page of ours, which tells the applications.

https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf (4.4)
"""

from datetime import UTC, datetime
from html import escape
from uuid import uuid4

from lxml import etree
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.pages import page
from sandbox.saml_idp.authn_request import ASSERTION, PROTOCOL, UnreadableRequest, decoded
from sandbox.saml_idp.metadata import entity_id
from sandbox.saml_idp.participants import leave, others
from sandbox.saml_idp.sign_in import cookie_name, signed_in, unknown_organisation
from sandbox.saml_idp.signed_messages import redirect_address, verify_sent
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World, world_of

_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


async def slo(request: Request) -> Response:
    """The SingleLogoutService, both bindings: an application's request, or its answer to ours."""
    world = world_of(request)
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        return unknown_organisation()
    by_redirect = request.method == "GET"
    values = request.query_params if by_redirect else await request.form()
    parameter = "SAMLRequest" if "SAMLRequest" in values else "SAMLResponse"
    message = str(values.get(parameter, ""))
    try:
        if tenant.saml.sp_certificates:
            verify_sent(tenant.saml.sp_certificates, parameter, message, request.url.query if by_redirect else None)
        root = decoded(message, deflated=by_redirect)
    except UnreadableRequest as error:
        return _problem(str(error))
    if root.tag == f"{{{PROTOCOL}}}LogoutResponse":
        return _signed_out(tenant, succeeded=_SUCCESS in {node.get("Value") for node in root.iter()})
    if root.tag != f"{{{PROTOCOL}}}LogoutRequest":
        return _problem("the message is neither a LogoutRequest nor a LogoutResponse")
    return _answered(world, tenant, request, root, str(values.get("RelayState", "")))


def _answered(world: World, tenant: Tenant, request: Request, asked: etree._Element, relay_state: str) -> Response:
    """End the session here, and tell the application that asked."""
    name_id = asked.findtext(f"{{{ASSERTION}}}NameID") or ""
    person = next((one for one in tenant.people.values() if name_id in (one.oid, one.upn)), None)
    issuer = asked.findtext(f"{{{ASSERTION}}}Issuer") or ""
    target = f"{issuer.removesuffix('metadata/')}logout/"
    if person is None or not target.startswith(f"{world.config.portal_url}/sso/"):
        return _problem("nobody of that name is signed in, or the application is not the portal")
    leave(world, person, {node.text or "" for node in asked.findall(f"{{{PROTOCOL}}}SessionIndex")})
    world.sign_out(request.cookies.get(cookie_name(tenant)))
    message = _message("LogoutResponse", world, tenant, target, InResponseTo=str(asked.get("ID", "")))
    status = etree.SubElement(message, f"{{{PROTOCOL}}}Status")
    etree.SubElement(status, f"{{{PROTOCOL}}}StatusCode", {"Value": _SUCCESS})
    key = world.keys.saml[tenant.domain]
    answer = RedirectResponse(redirect_address(target, "SAMLResponse", message, key, relay_state), 303)
    answer.delete_cookie(cookie_name(tenant))
    return answer


async def logout(request: Request) -> Response:
    """The page on which somebody signs out everywhere (GET), and the request to the application (POST)."""
    world = world_of(request)
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        return unknown_organisation()
    person = signed_in(request, tenant)
    if person is None:
        return _signed_out(tenant, succeeded=True)
    if request.method == "GET":
        return _ask(tenant, person)
    seats = others(world, person)
    world.participants.pop(person.oid, None)
    world.sign_out(request.cookies.get(cookie_name(tenant)))
    if not seats:
        return _signed_out(tenant, succeeded=True)
    seat = seats[-1]
    message = _message("LogoutRequest", world, tenant, seat.slo_url)
    subject = etree.SubElement(message, f"{{{ASSERTION}}}NameID", {"Format": seat.name_id_format})
    subject.text = seat.name_id
    etree.SubElement(message, f"{{{PROTOCOL}}}SessionIndex").text = seat.session_index
    answer = RedirectResponse(
        redirect_address(seat.slo_url, "SAMLRequest", message, world.keys.saml[tenant.domain], "signed-out"), 303
    )
    answer.delete_cookie(cookie_name(tenant))
    return answer


def _message(kind: str, world: World, tenant: Tenant, destination: str, **attributes: str) -> etree._Element:
    message = etree.Element(f"{{{PROTOCOL}}}{kind}", nsmap={"samlp": PROTOCOL, "saml": ASSERTION})
    instant = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    head = {"ID": f"_{uuid4().hex}", "Version": "2.0", "IssueInstant": instant, "Destination": destination}
    for name, value in (head | attributes).items():
        message.set(name, value)
    etree.SubElement(message, f"{{{ASSERTION}}}Issuer").text = entity_id(world, tenant)
    return message


def _ask(tenant: Tenant, person: Person) -> Response:
    body = (
        f"<h1>Sign out of {escape(tenant.name)}</h1><p>Signed in as {escape(person.name)}.</p>"
        f'<form method="post" action="/saml/{tenant.domain}/logout">'
        '<button class="primary">Sign out everywhere</button></form>'
    )
    return page(f"Sign out of {tenant.name}", body)


def _signed_out(tenant: Tenant, *, succeeded: bool) -> Response:
    said = "Signed out everywhere." if succeeded else "The application did not confirm it."
    return page("Signed out", f"<h1>Signed out of {escape(tenant.name)}</h1><p>{said}</p>")


def _problem(message: str) -> Response:
    said = f"The sandbox identity provider says: {escape(message)}."
    return page("Sign-out not possible", f'<h1>Sign-out not possible</h1><p class="problem">{said}</p>', status=400)
