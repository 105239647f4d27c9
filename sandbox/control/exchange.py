"""Mailboxes on-premises and the Exchange servers that a company registered: forms, and the same in the API."""

import re

from starlette.requests import Request
from starlette.responses import Response

from sandbox.config import Config
from sandbox.control.answers import ControlError, answer, body_of, person_in_path, tenant_in_path, with_errors
from sandbox.control.form_handler import Fields, form_handler
from sandbox.control.parts import button, field, form, person_path
from sandbox.tenant.model import Person, Tenant

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_MOST = 20


def mailbox_form(person: Person, config: Config) -> str:
    """Where the mailbox is, and where that server answers."""
    move = form(
        f"{person_path(person.upn)}/mailbox",
        field("Exchange server on-premises (empty: Exchange Online)", "host", person.exchange_host, size="42"),
        button("Move mailbox", "move"),
    )
    if not person.exchange_host:
        return move
    address = f"<code>{config.https_base}/EWS/Exchange.asmx</code>"
    return f'{move}<p class="quiet">Every server on-premises answers here: its EWS URL is {address}.</p>'


def servers_form(tenant: Tenant) -> str:
    """The host names for whose Exchange the directory issues tokens."""
    return form(
        f"/control/tenants/{tenant.domain}/exchange",
        field("Registered Exchange servers (EWS)", "hosts", " ".join(tenant.exchange_hosts), size="38"),
        button("Register", "register"),
    )


@form_handler
def mailbox(request: Request, fields: Fields) -> str:
    """Moves a mailbox to a server on-premises, or to Exchange Online."""
    _world, _tenant, person = person_in_path(request)
    person.exchange_host = _host(fields.get("host", ""))
    return person_path(person.upn)


@form_handler
def servers(request: Request, fields: Fields) -> str:
    """Registers servers in place of those that were."""
    _world, tenant = tenant_in_path(request)
    tenant.exchange_hosts = _hosts(fields.get("hosts", "").split())
    return "/"


@with_errors
async def mailbox_api(request: Request) -> Response:
    """{"exchange_host": name, or null for Exchange Online}"""
    world, _tenant, person = person_in_path(request)
    person.exchange_host = _host(str((await body_of(request)).get("exchange_host") or ""))
    world.changed()
    return answer({"exchange_host": person.exchange_host})


@with_errors
async def servers_api(request: Request) -> Response:
    """{"hosts": [...]}"""
    world, tenant = tenant_in_path(request)
    hosts = (await body_of(request)).get("hosts")
    if not isinstance(hosts, list):
        raise ControlError(400, "hosts must be a list of host names")
    tenant.exchange_hosts = _hosts([str(host) for host in hosts])
    world.changed()
    return answer({"hosts": tenant.exchange_hosts})


def _hosts(names: list[str]) -> list[str]:
    if len(names) > _MOST:
        raise ControlError(400, f"not more than {_MOST} servers")
    return sorted({host for host in map(_host, names) if host})


def _host(name: str) -> str:
    """In small letters; empty stays empty. Raises ControlError."""
    host = name.strip().casefold()
    if host and not _HOST.fullmatch(host):
        raise ControlError(400, "the server must be a host name such as mail.contoso.example")
    return host
