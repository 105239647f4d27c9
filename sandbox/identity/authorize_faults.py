"""Misbehaviour of /authorize and of the page for administrators.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from starlette.responses import Response

from sandbox.identity.authorize_request import AuthorizeRequest, ProtocolError
from sandbox.identity.errors import PageError, unknown_app, wrong_redirect
from sandbox.identity.registration import CLIENT_ID, NAME
from sandbox.tenant.model import Person
from sandbox.world import World

_WRONG_STATE = "the-state-of-another-request"

# Entra ends on a page of its own; where no page may be shown, with prompt=none, it says that one is needed.
_PAGES = {
    "identity.not_assigned": (
        50105,
        f"Your administrator has configured the application {NAME} ('{CLIENT_ID}') to block users unless they are"
        " specifically granted ('assigned') access to the application.",
    ),
    "identity.wrong_tenant": (
        50020,
        "User account '{upn}' from identity provider 'live.com' does not exist in tenant '{domain}' and cannot access"
        " the application in that tenant.",
    ),
    "identity.account_disabled": (50057, "The user account is disabled."),
    "identity.conditional_access": (
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
}
_NO_CONSENT = "The user or administrator has not consented to use the application."
_ANSWERS = {
    "identity.consent_required": ("consent_required", 65001, _NO_CONSENT),
    "identity.server_error": ("server_error", 90033, "A transient error has occurred. Please try again."),
    "identity.temporarily_unavailable": ("temporarily_unavailable", 90006, "The service is temporarily unavailable."),
}
_SILENT_ANSWERS = {
    "identity.login_required": ("login_required", 50058, "A silent sign-in request was sent but no user is signed in."),
    "identity.interaction_required": (
        "interaction_required",
        50076,
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must"
        " use multi-factor authentication.",
    ),
}


def interrupted(world: World, asked: AuthorizeRequest, person: Person) -> Response | None:
    """The answer of a fault that ends the request at once, if one is on. Raises PageError or ProtocolError."""
    raise_distrust(world, asked.client_id, asked.redirect_uri, person)
    _raise_page(world, asked, person)
    if world.faults.take("identity.decline", person.upn):
        return asked.cancelled()
    answers = _ANSWERS | (_SILENT_ANSWERS if asked.prompt == "none" else {})
    for kind, (error, number, message) in answers.items():
        if world.faults.take(kind, person.upn):
            return asked.refuse(error, number, message)
    return None


def raise_distrust(world: World, client_id: str, redirect_uri: str, person: Person) -> None:
    """Raises PageError if the application or its address is to count as unknown: nothing goes back to it."""
    if world.faults.take("identity.app_missing", person.upn):
        raise unknown_app(client_id)
    if world.faults.take("identity.redirect_mismatch", person.upn):
        raise wrong_redirect(redirect_uri)


def _raise_page(world: World, asked: AuthorizeRequest, person: Person) -> None:
    for kind, (number, text) in _PAGES.items():
        if world.faults.take(kind, person.upn):
            message = text.format(upn=person.upn, domain=person.upn.rpartition("@")[2])
            if asked.prompt == "none":
                raise ProtocolError(asked, "interaction_required", number, message)
            raise PageError(number, message)


def told_state(world: World, state: str, person: Person) -> str:
    """The state that is echoed: the one that was sent, unless a fault makes it another or none."""
    if world.faults.take("identity.wrong_state", person.upn):
        return _WRONG_STATE
    return "" if world.faults.take("identity.no_state", person.upn) else state
