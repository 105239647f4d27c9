"""What is asked for a subscription, checked as Graph checks it.

https://learn.microsoft.com/graph/api/subscription-post-subscriptions
https://learn.microsoft.com/graph/change-notifications-overview#subscription-lifetime
"""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import get_args
from urllib.parse import urlsplit

from sandbox.graph.errors import GraphError, bad_request
from sandbox.tenant.folders import calendar_id, contact_folder_id
from sandbox.tenant.journal import Collection, Kind
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person, Tenant

LONGEST, SHORTEST = timedelta(minutes=10_080), timedelta(minutes=45)
_LONGEST_CLIENT_STATE = 128
_NOT_HERE = ("encryptionCertificate", "encryptionCertificateId", "notificationQueryOptions", "notificationUrlAppId")
_KNOWN = {
    "changeType", "notificationUrl", "lifecycleNotificationUrl", "resource", "expirationDateTime", "clientState",
    "latestSupportedTlsVersion", "includeResourceData", *_NOT_HERE,
}  # fmt: skip
_UNREADABLE = "Could not process subscription creation payload. Are all property names spelled and camelCased properly?"


def invalid(message: str) -> GraphError:
    """400 InvalidRequest."""
    return bad_request(message, "InvalidRequest")


def check_names(body: Json) -> None:
    """Raises GraphError 400 for what is no property, missing, or not to be had here."""
    if set(body) - _KNOWN:
        raise invalid(_UNREADABLE)
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise invalid(f"{name} is a required property for subscription creation.")
    if body.get("includeResourceData") or any(body.get(name) for name in _NOT_HERE):
        raise invalid("The sandbox has neither notifications with resource data nor query options.")


def change_types(text: str) -> list[str]:
    """The kinds of change. Raises GraphError 400."""
    kinds = [kind.strip().casefold() for kind in text.split(",")]
    if not set(kinds) <= set(get_args(Kind)):
        raise invalid(f"Subscription change type '{text}' is not supported for this resource.")
    return sorted(set(kinds))


def client_state(given: object) -> str | None:
    """The secret that comes back with every notification. Raises GraphError 400."""
    if given is not None and (not isinstance(given, str) or len(given) > _LONGEST_CLIENT_STATE):
        raise invalid(f"The clientState must be text of at most {_LONGEST_CLIENT_STATE} characters.")
    return given


def endpoint(url: object, name: str) -> str:
    """An address to notify: https, or plain http on this machine. Raises GraphError 400."""
    parts = urlsplit(url if isinstance(url, str) else "")
    plain = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    if not parts.hostname or not (plain or parts.scheme == "https"):
        raise invalid(f"The property '{name}' must be an https URL; the sandbox takes http on the loopback host too.")
    return str(url)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def expires_at(text: object, now: datetime) -> float:
    """Seconds since the epoch, at least 45 minutes from now. Raises GraphError 400."""
    try:
        wanted = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError as error:
        raise invalid(_UNREADABLE) from error
    wanted = wanted.replace(tzinfo=UTC) if wanted.tzinfo is None else wanted
    if wanted > now + LONGEST:
        minutes = LONGEST // timedelta(minutes=1)
        raise bad_request(f"Subscription expiration can only be {minutes} minutes in the future.", "ExtensionError")
    if wanted <= now:
        raise invalid("Subscription expiration must be in the future.")
    return max(wanted, now + SHORTEST).timestamp()


def collection_of(resource: str, tenant: Tenant, caller: Person) -> Collection:
    """What is subscribed to: the events or contacts of the caller's own mailbox. Raises GraphError."""
    head, *rest = [segment for segment in resource.split("/") if segment] or [""]
    owner: Person | None = caller
    if head.casefold() == "users" and rest:
        owner = tenant.people.get(rest[0].casefold()) or tenant.person(rest[0])
        rest = rest[1:]
    elif head.casefold() != "me":
        raise invalid(f"Resource '{resource}' is not supported by the sandbox.")
    if owner is not caller:
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    return _collection("/".join(rest), caller, resource)


def _collection(path: str, owner: Person, resource: str) -> Collection:
    calendar, folder = calendar_id(owner), contact_folder_id(owner)
    if path.casefold() in ("events", "calendar/events") or path == f"calendars/{calendar}/events":
        return "events"
    if (
        path.casefold() in ("contacts", "contactfolders/contacts/contacts")
        or path == f"contactFolders/{folder}/contacts"
    ):
        return "contacts"
    raise invalid(f"Resource '{resource}' is not supported by the sandbox.")
