"""The first page: tenants, consent, faults, and the last calls."""

import time
from html import escape
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control import txt_records
from sandbox.control.exchange import servers_form
from sandbox.control.faults_page import PATH as FAULTS_PATH
from sandbox.control.parts import badge, button, field, form, person_path, table
from sandbox.fault_kinds import KINDS
from sandbox.identity.registration import REGISTERED_SCOPES
from sandbox.identity.scopes import resource_of
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
        f" Microsoft’s side of the sign-in. {link_button(world.config.portal_url, 'Open the portal')}"
        f" · {link_button(FAULTS_PATH, 'Faults')}</p>"
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
    title += f" {badge(f'mailbox on {person.exchange_host}')}" if person.exchange_host else ""
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
    state = " ".join(_granted(tenant)) or badge("no consent for everyone")
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
        + servers_form(tenant)
        + (f"<h3>Approval requests</h3><ul>{requests}</ul>" if requests else "")
    )


def _granted(tenant: Tenant) -> list[str]:
    """A badge for each resource, and one while /token does not know of it yet."""
    resources = groupby(tenant.tenant_wide, resource_of)
    badges = [badge(f"consented for everyone: {' '.join(scopes)}", "good") for _, scopes in resources]
    waiting = badges and time.time() < tenant.settles_at
    return [*badges, badge("not yet known to /token", "on")] if waiting else badges


def _faults(world: World) -> str:
    on = len(list(world.faults))
    state = badge(f"{on} on", "on") if on else "None is on."
    return (
        f"<section><h2>Faults</h2><p>{state}</p><p>{link_button(FAULTS_PATH, 'Switch faults on and off')}:"
        f" {len(KINDS)} kinds, for everyone, an organisation or one person.</p></section>"
    )


def _calls(world: World) -> str:
    last = list(world.calls)[-_SHOWN_CALLS:][::-1]
    rows = [_call(call) for call in last]
    if not rows:
        return "<section><h2>Calls</h2><p>Nobody has called Graph, Exchange or the token endpoint yet.</p></section>"
    headings = ["At (UTC)", "Status", "Who", "Call"]
    return f"<section><h2>Calls</h2>{table(headings, rows)}</section>"


def _call(call: Call) -> list[str]:
    return [
        call.at[11:23],
        str(call.status),
        escape(call.upn or ""),
        escape(f"{call.method} {call.path} {call.operation}"),
    ]


def _reset() -> str:
    return (
        "<section><h2>Start over</h2><p>Puts mailboxes, consent and faults back to the first day and forgets"
        " all sessions. Keys and certificates stay.</p>"
        f"{form('/control/reset', button('Reset', 'reset'))}</section>"
    )
