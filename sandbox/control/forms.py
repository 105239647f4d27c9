"""What the forms of the first page do; each ends where it came from."""

from starlette.requests import Request

from sandbox.control.answers import ControlError, tenant_in_path
from sandbox.control.faults_page import PATH as FAULTS_PATH
from sandbox.control.form_handler import Fields, form_handler
from sandbox.faults import UnknownFault
from sandbox.identity.scopes import UnknownScope, parse_scopes
from sandbox.world import world_of

_NUMBERS = ("count", "lasts", "retry_after", "seconds", "status")


@form_handler
def reset(request: Request, _fields: Fields) -> str:
    """Back to the seed."""
    world_of(request).reset()
    return "/"


@form_handler
def consent(request: Request, fields: Fields) -> str:
    """Grants or withdraws for a whole tenant."""
    _world, tenant = tenant_in_path(request)
    if fields.get("action") == "withdraw":
        tenant.withdraw()
        return "/"
    try:
        tenant.grant_tenant_wide(set(parse_scopes(fields.get("scopes", "")).permissions))
    except UnknownScope as error:
        raise ControlError(400, "unknown scope") from error
    return "/"


@form_handler
def policy(request: Request, fields: Fields) -> str:
    """Switches who may consent, or the approval workflow."""
    _world, tenant = tenant_in_path(request)
    if fields.get("action") == "workflow":
        tenant.policy.request_workflow = not tenant.policy.request_workflow
    else:
        tenant.policy.user_consent = "admin_only" if tenant.policy.user_consent == "allowed" else "allowed"
    return "/"


@form_handler
def faults(request: Request, fields: Fields) -> str:
    """Switches a fault on, or all of them off."""
    world = world_of(request)
    if fields.get("action") == "off":
        world.faults.switch_off()
        return FAULTS_PATH
    whom = fields.get("whom", "")
    numbers = {name: int(fields[name]) for name in _NUMBERS if fields.get(name)}
    try:
        world.faults.switch_on(
            fields.get("kind", ""),
            upn=whom if "@" in whom else None,
            tenant=whom if whom and "@" not in whom else None,
            remaining=numbers.pop("count", None),
            lasts=numbers.pop("lasts", None),
            **numbers,
        )
    except UnknownFault as error:
        raise ControlError(400, "unknown fault") from error
    return FAULTS_PATH


@form_handler
def fault(request: Request, _fields: Fields) -> str:
    """Switches one fault off."""
    world_of(request).faults.switch_off(request.path_params["id"])
    return FAULTS_PATH
