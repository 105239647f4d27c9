"""Who is signed in at a tenant's identity provider, and the page on which one picks a person.

The session is shared with the identity platform: whoever signed in by SAML is not asked again at /authorize.
"""

from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.pages import link_button, page
from sandbox.tenant.model import Person, Tenant
from sandbox.world import Session, world_of


def cookie_name(tenant: Tenant) -> str:
    """One cookie per tenant: browsers keep cookies per host, whatever the port."""
    return f"sandbox_idp_{tenant.domain.replace('.', '_')}"


def session_of(request: Request, tenant: Tenant) -> Session | None:
    """The session at this tenant's identity provider."""
    session = world_of(request).session(request.cookies.get(cookie_name(tenant)))
    return session if session and session.oid in tenant.people else None


def signed_in(request: Request, tenant: Tenant) -> Person | None:
    """The person signed in at this tenant's identity provider."""
    session = session_of(request, tenant)
    return tenant.people[session.oid] if session else None


def picker_url(tenant: Tenant, return_to: str, hinted: Person | None = None) -> str:
    """Where a person is picked; the browser then goes on to `return_to`, a path of ours."""
    query = {"return_to": return_to, **({"hint": hinted.upn} if hinted else {})}
    return f"/saml/{tenant.domain}/sign-in?{urlencode(query)}"


def unknown_organisation() -> Response:
    """A domain without a tenant."""
    return page("Unknown organisation", "<h1>Unknown organisation</h1><p>No tenant of that name.</p>", status=404)


def _own_path(text: str) -> str:
    """Only a path of this site; anything else becomes the control page."""
    return text if text.startswith("/") and not text.startswith(("//", "/\\")) else "/"


async def sign_in(request: Request) -> Response:
    """The picker (GET), and its answer (POST)."""
    world = world_of(request)
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        return unknown_organisation()
    if request.method == "GET":
        return _picker(request, tenant)
    form = await request.form()
    person = tenant.people.get(str(form.get("person", "")))
    if person is None:
        return _picker(request, tenant)
    answer = RedirectResponse(_own_path(str(form.get("return_to", "/"))), 303)
    answer.set_cookie(cookie_name(tenant), world.sign_in(person.oid), httponly=True, samesite="lax")
    return answer


def _picker(request: Request, tenant: Tenant) -> Response:
    current = signed_in(request, tenant)
    hinted = tenant.person(request.query_params.get("hint", ""))
    hidden = f'<input type="hidden" name="return_to" value="{escape(request.query_params.get("return_to", "/"))}">'
    people = sorted(tenant.people.values(), key=lambda person: person is not hinted)
    body = (
        f"<h1>Sign in to {escape(tenant.name)}</h1>"
        "<p>This is the <strong>sandbox identity provider</strong>: pick a person; there are no passwords."
        "</p>"
        f'<form method="post" action="/saml/{tenant.domain}/sign-in">{hidden}{_current(current)}'
        f'<ul class="people">{"".join(_row(person) for person in people)}</ul></form>'
    )
    return page(f"Sign in to {tenant.name}", body)


def _current(person: Person | None) -> str:
    if person is None:
        return ""
    return (
        f"<p>Signed in as {escape(person.name)} <small>({escape(person.upn)})</small></p>"
        '<p><button class="primary"'
        f' name="person" value="{person.oid}">Continue as {escape(person.name)}</button></p>'
        "<h2>Use another account</h2>"
    )


def _row(person: Person) -> str:
    about = f"{escape(person.upn)}<br>{escape(person.job_title)}{', directory admin' if person.is_admin else ''}"
    return (
        f'<li><button name="person" value="{person.oid}" aria-describedby="about-{person.oid}">'
        f'{escape(person.name)}</button><small id="about-{person.oid}">{about}</small></li>'
    )


async def logout_session(request: Request) -> Response:
    """Forgets who is signed in at this tenant."""
    world = world_of(request)
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        return unknown_organisation()
    world.sign_out(request.cookies.get(cookie_name(tenant)))
    target = request.query_params.get("return_to", "")
    allowed = target.startswith(f"{world.config.portal_url}/")
    answer: Response
    if target:
        answer = RedirectResponse(target if allowed else _own_path(target), 303)
    else:
        again = f"/saml/{tenant.domain}/sign-in"
        link = link_button(again, "Sign in as someone else")
        body = f"<h1>Signed out of {escape(tenant.name)}</h1><p>{link}</p>"
        answer = page("Signed out", body)
    answer.delete_cookie(cookie_name(tenant))
    return answer
