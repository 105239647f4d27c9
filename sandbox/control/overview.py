"""The first page: tenants, consent, faults, and the last calls."""

from html import escape

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control import txt_records
from sandbox.control.parts import badge, button, choice, field, form, person_path, table
from sandbox.faults import KINDS, Fault
from sandbox.identity.registration import REGISTERED_SCOPES
from sandbox.pages import link_button, page
from sandbox.request_log import Call
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World, world_of

_SHOWN_CALLS = 25


async def overview(request: Request) -> Response:
    """GET /"""
    world = world_of(request)
    body = (
        "<h1>Atrium sandbox</h1><p>Two organisations with mailboxes, an identity provider for each, and"
        f" Microsoft’s side of the sign-in. {link_button(world.config.portal_url, 'Open the portal')}</p>"
        + "".join(_tenant(tenant) for tenant in world.state.tenants)
        + txt_records.section(world)
        + _faults(world)
        + _calls(world)
        + _reset()
    )
    return page("Atrium sandbox", body, kind="wide")


def _tenant(tenant: Tenant) -> str:
    headings = ["Person", "Role", "Groups", "Events", "Contacts"]
    rows = [_person(tenant, person) for person in tenant.people.values()]
    metadata = link_button(f"/saml/{tenant.domain}/metadata", "SAML metadata")
    forget = link_button(f"/saml/{tenant.domain}/logout-session", "Forget who is signed in")
    return (
        f'<section><h2>{escape(tenant.name)}</h2><p class="quiet">{tenant.domain} · tenant {tenant.id}'
        f" · {metadata} · {forget}</p>{_consent(tenant)}{table(headings, rows)}</section>"
    )


def _person(tenant: Tenant, person: Person) -> list[str]:
    mailbox = tenant.mailboxes[person.oid]
    title = escape(person.job_title) + (f" {badge('directory admin')}" if person.is_admin else "")
    granted = badge("consented", "good") if tenant.personal.get(person.oid) else ""
    return [
        f"{link_button(person_path(person.upn), person.name)} {granted}<br><small>{escape(person.upn)}</small>",
        title,
        escape(", ".join(person.groups)),
        str(len(mailbox.events)),
        str(len(mailbox.contacts)),
    ]


def _consent(tenant: Tenant) -> str:
    base = f"/control/tenants/{tenant.domain}"
    granted = " ".join(tenant.tenant_wide)
    state = badge(f"consented for everyone: {granted}", "good") if granted else badge("no consent for everyone")
    allowed = tenant.policy.user_consent == "allowed"
    policy = badge("people may consent", "good") if allowed else badge("an admin must approve", "on")
    workflow = badge("approval workflow on") if tenant.policy.request_workflow else ""
    requests = "".join(
        f"<li>{escape(row['upn'])}: {escape(row['justification'] or 'no reason given')}</li>"
        for row in tenant.approval_requests
    )
    return (
        f"<p>{state} {policy} {workflow}</p>"
        + form(
            f"{base}/consent",
            field("Permissions", "scopes", " ".join(REGISTERED_SCOPES), size="38"),
            button("Grant for everyone", "grant"),
            button("Withdraw all", "withdraw"),
        )
        + form(
            f"{base}/policy",
            button("Require admin approval" if allowed else "Let people consent", "switch"),
            button(
                "Approval workflow off" if tenant.policy.request_workflow else "Approval workflow on",
                "workflow",
            ),
        )
        + (f"<h3>Approval requests</h3><ul>{requests}</ul>" if requests else "")
    )


def _faults(world: World) -> str:
    people = [person.upn for tenant in world.state.tenants for person in tenant.people.values()]
    active = [_fault(fault) for fault in world.faults]
    return (
        "<section><h2>Faults</h2>"
        + (table(["Kind", "Whom", "Uses left", ""], active) if active else "<p>None is on.</p>")
        + form(
            "/control/faults",
            choice("Fault", "kind", {kind: f"{kind}: {text}" for kind, text in KINDS.items()}),
            choice("Person", "upn", {"": "everyone", **{upn: upn for upn in people}}),
            field("Uses (empty: no limit)", "count", kind="number", min="1"),
            field("Retry-After, s", "retry_after", kind="number", min="0"),
            field("Delay, s", "seconds", kind="number", min="0"),
            button("Switch on", "on"),
            button("Switch all off", "off"),
        )
        + "</section>"
    )


def _fault(fault: Fault) -> list[str]:
    off = form(f"/control/faults/{fault.id}", button("Off", "off", small=True, about=fault.kind), css="inline")
    left = "no limit" if fault.remaining is None else str(fault.remaining)
    return [badge(fault.kind, "on"), escape(fault.upn or "everyone"), left, off]


def _calls(world: World) -> str:
    last = list(world.calls)[-_SHOWN_CALLS:][::-1]
    rows = [_call(call) for call in last]
    if not rows:
        return "<section><h2>Calls</h2><p>Nobody has called Graph or the token endpoint yet.</p></section>"
    headings = ["At (UTC)", "Status", "Who", "Call"]
    return f"<section><h2>Calls</h2>{table(headings, rows)}</section>"


def _call(call: Call) -> list[str]:
    return [call.at[11:23], str(call.status), escape(call.upn or ""), escape(f"{call.method} {call.path}")]


def _reset() -> str:
    return (
        "<section><h2>Start over</h2><p>Puts mailboxes, consent and faults back to the first day and forgets"
        " all sessions. Keys and certificates stay.</p>"
        f"{form('/control/reset', button('Reset', 'reset'))}</section>"
    )
