"""Scopes: the short names of Graph, full names elsewhere, and what each one means to a person.

Inside the sandbox a Graph permission is written short ("Calendars.Read"), any other in full
("https://mail.contoso.example/EWS.AccessAsUser.All"), whichever way it was asked for.
https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.identity.registration import REGISTERED_SCOPES

GRAPH = "https://graph.microsoft.com"
OPENID = ("openid", "profile", "email", "offline_access")

_GRAPH_PERMISSIONS = {
    "Calendars.Read": "Read your calendars",
    "Calendars.ReadBasic": "Read basic details of your calendars",
    "Calendars.ReadWrite": "Have full access to your calendars",
    "Calendars.Read.Shared": "Read calendars you can access",
    "Calendars.ReadWrite.Shared": "Read and write to calendars you can access",
    "Contacts.Read": "Read your contacts",
    "Contacts.ReadWrite": "Have full access to your contacts",
    "Contacts.Read.Shared": "Read contacts you can access",
    "MailboxSettings.Read": "Read your mailbox settings",
    "MailboxSettings.ReadWrite": "Read and change your mailbox settings",
    "User.Read": "Sign you in and read your profile",
    "User.ReadBasic.All": "Read all users' basic profiles",
    "User.Read.All": "Read all users' full profiles",
    "Directory.Read.All": "Read directory data",
    "DelegatedPermissionGrant.Read.All": "Read delegated permission grants",
}
_EWS = "EWS.AccessAsUser.All"
_ADMIN_ONLY = {"User.Read.All", "Directory.Read.All", "DelegatedPermissionGrant.Read.All"}
_BY_LOWER = {name.casefold(): name for name in (*_GRAPH_PERMISSIONS, *OPENID)}


class UnknownScope(ValueError):  # noqa: N818 - named for what it is
    """Not a permission any resource here has."""


@dataclass(frozen=True)
class Scopes:
    """What was asked for: permissions on resources, and OpenID Connect's own scopes."""

    permissions: frozenset[str]
    openid: frozenset[str]
    written_in_full: bool = False

    @property
    def resources(self) -> set[str]:
        """The resources the permissions belong to; Graph if there are none."""
        return {resource_of(name) for name in self.permissions} or {GRAPH}


def parse_scopes(text: str) -> Scopes:
    """Reads a space-separated scope parameter. Raises UnknownScope."""
    permissions: set[str] = set()
    openid: set[str] = set()
    for part in text.split():
        for name in _names(part):
            (openid if name in OPENID else permissions).add(name)
    return Scopes(frozenset(permissions), frozenset(openid), f"{GRAPH}/".casefold() in text.casefold())


def _names(part: str) -> tuple[str, ...]:
    resource, _, name = part.rpartition("/")
    if resource.casefold() in ("", GRAPH):
        if name == ".default":
            return REGISTERED_SCOPES
        if name.casefold() in _BY_LOWER:
            return (_BY_LOWER[name.casefold()],)
    elif resource.startswith("https://") and name in (_EWS, ".default"):
        return (f"{resource.casefold().rstrip('/')}/{_EWS}",)
    raise UnknownScope(part)


def resource_of(name: str) -> str:
    """The resource a permission belongs to, which becomes the audience of its token."""
    return name.rpartition("/")[0] or GRAPH


def full_name(name: str) -> str:
    """The permission with its resource in front."""
    return name if "/" in name or name in OPENID else f"{GRAPH}/{name}"


def needs_admin(permissions: frozenset[str]) -> bool:
    """Whether only an administrator may ever consent to one of these."""
    return bool(permissions & _ADMIN_ONLY)


def least_missed(permissions: Iterable[str]) -> str:
    """Which of them a fault leaves out: contacts if they are among them."""
    return max(sorted(permissions), key=lambda name: name.startswith("Contacts."))


def in_plain_words(name: str) -> str:
    """What a consent page says of a scope."""
    if name == "offline_access":
        return "Maintain access to data you have given it access to"
    if name.endswith(_EWS):
        return f"Access mailboxes as you via Exchange Web Services on {resource_of(name).removeprefix('https://')}"
    return _GRAPH_PERMISSIONS.get(name, name)
