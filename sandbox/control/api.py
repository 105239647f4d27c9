"""The control API for tenants, tokens and the request log. No authorization: the sandbox is on loopback."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import (
    ControlError,
    Json,
    answer,
    body_of,
    nothing,
    person_in_path,
    tenant_in_path,
    with_errors,
)
from sandbox.identity.registration import CLIENT_ID, redirect_uris
from sandbox.identity.scopes import GRAPH, UnknownScope, parse_scopes
from sandbox.saml_idp.encryption import is_certificate
from sandbox.tenant.model import SamlOptions, Tenant
from sandbox.world import World, world_of

_USER_CONSENT = ("allowed", "admin_only")
_NAME_IDS = ("persistent", "emailAddress")
_SAML_SWITCHES = ("sign_response", "sign_assertion", "encrypt", "verify_requests")


async def state(request: Request) -> Response:
    """Everything but the contents of mailboxes."""
    world = world_of(request)
    return answer(
        {
            "generation": world.state.generation,
            "client_id": CLIENT_ID,
            "redirect_uris": redirect_uris(world.config),
            "portal_url": world.config.portal_url,
            "http_base": world.config.http_base,
            "https_base": world.config.https_base,
            "token_lifetime": world.state.token_lifetime,
            "tenants": [_tenant(tenant) for tenant in world.state.tenants],
            "faults": list(world.faults),
        }
    )


def _tenant(tenant: Tenant) -> Json:
    return {
        "id": tenant.id,
        "domain": tenant.domain,
        "name": tenant.name,
        "policy": tenant.policy,
        "saml": tenant.saml,
        "consent": {
            "tenant_wide": tenant.tenant_wide,
            "personal": {tenant.people[oid].upn: scopes for oid, scopes in tenant.personal.items()},
        },
        "approval_requests": tenant.approval_requests,
        "exchange_hosts": tenant.exchange_hosts,
        "people": [
            {
                "oid": person.oid,
                "upn": person.upn,
                "name": person.name,
                "job_title": person.job_title,
                "groups": person.groups,
                "is_admin": person.is_admin,
                "time_zone": person.time_zone,
                "exchange_host": person.exchange_host,
                "events": len(tenant.mailboxes[person.oid].events),
                "contacts": len(tenant.mailboxes[person.oid].contacts),
            }
            for person in tenant.people.values()
        ],
    }


async def reset(request: Request) -> Response:
    """Back to the seed."""
    world = world_of(request)
    world.reset()
    return answer({"generation": world.state.generation})


@with_errors
async def tokens(request: Request) -> Response:
    """How long new tokens live, in seconds."""
    world, given = world_of(request), await body_of(request)
    lifetime = given.get("lifetime_seconds")
    if not isinstance(lifetime, int) or lifetime < 0:
        raise ControlError(400, "lifetime_seconds must be a number of seconds")
    world.state.token_lifetime = lifetime
    world.changed()
    return answer({"lifetime_seconds": lifetime})


async def requests(request: Request) -> Response:
    """The calls to Graph and the token endpoint, or forgets them."""
    world = world_of(request)
    if request.method == "DELETE":
        world.calls.clear()
        return nothing()
    return answer(list(world.calls))


@with_errors
async def consent(request: Request) -> Response:
    """Grants scopes to everyone, or withdraws grants (?upn= only that person's own, ?resource= only those on it)."""
    world, tenant = tenant_in_path(request)
    if request.method == "DELETE":
        resource = request.query_params.get("resource")
        tenant.withdraw(_oid(world, request.query_params.get("upn")), "" if resource == GRAPH else resource)
        world.changed()
        return nothing()
    tenant.grant_tenant_wide(_permissions(await body_of(request)))
    world.changed()
    return answer({"tenant_wide": tenant.tenant_wide})


def _oid(world: World, upn: str | None) -> str | None:
    if upn is None:
        return None
    found = world.find_person(upn)
    if found is None:
        raise ControlError(404, "no such person")
    return found[1].oid


def _permissions(given: Json) -> set[str]:
    try:
        return set(parse_scopes(" ".join(given.get("scopes") or [])).permissions)
    except UnknownScope as error:
        raise ControlError(400, f"unknown scope {error}") from error


@with_errors
async def policy(request: Request) -> Response:
    """Who may consent in a tenant."""
    world, tenant = tenant_in_path(request)
    given = await body_of(request)
    user_consent = given.get("user_consent", tenant.policy.user_consent)
    if user_consent not in _USER_CONSENT:
        raise ControlError(400, f"user_consent must be one of {', '.join(_USER_CONSENT)}")
    tenant.policy.user_consent = user_consent
    tenant.policy.request_workflow = bool(given.get("request_workflow", tenant.policy.request_workflow))
    world.changed()
    return answer(tenant.policy)


@with_errors
async def saml(request: Request) -> Response:
    """How a tenant's identity provider writes its responses."""
    world, tenant = tenant_in_path(request)
    given = await body_of(request)
    name_id_format = given.get("name_id_format", tenant.saml.name_id_format)
    if name_id_format not in _NAME_IDS:
        raise ControlError(400, f"name_id_format must be one of {', '.join(_NAME_IDS)}")
    certificates = given.get("sp_certificates", tenant.saml.sp_certificates)
    if not isinstance(certificates, list) or not all(is_certificate(text) for text in certificates):
        raise ControlError(400, "sp_certificates must be a list of certificates, each the base64 of its DER")
    switches = {name: bool(given.get(name, getattr(tenant.saml, name))) for name in _SAML_SWITCHES}
    if not switches["sign_response"] and not switches["sign_assertion"]:
        raise ControlError(400, "sign_response or sign_assertion must be on; the fault saml.unsigned signs nothing")
    if (switches["encrypt"] or switches["verify_requests"]) and not certificates:
        raise ControlError(400, "encrypt and verify_requests need sp_certificates")
    tenant.saml = SamlOptions(name_id_format=name_id_format, sp_certificates=certificates, **switches)
    world.changed()
    return answer(tenant.saml)


@with_errors
async def revoke(request: Request) -> Response:
    """Kills a person's refresh tokens."""
    world, _tenant_of, person = person_in_path(request)
    return answer({"revoked": world.revoke(person.oid)})
