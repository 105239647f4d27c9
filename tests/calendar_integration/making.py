"""Settings of the integration as an administrator makes them, through the door that has consequences."""

from typing import Any

from accounts.models import Account, Group, Membership, User
from accounts.tiered_settings import store
from accounts.tiered_settings.store import Action, Change
from accounts.tiered_settings.targets import Target
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.setting_definitions import CONSENT, INTEGRATION
from tests.makers import make_connection, make_contact, make_meeting, make_user

KEY = INTEGRATION.key
EWS = {"method": "ews", "ews_url": "https://mail.contoso.example/EWS/Exchange.asmx"}


def integration(**parts: Any) -> dict[str, Any]:
    """A value of the setting: the default but for these parts."""
    return {**INTEGRATION.default, **parts}


def set_integration(target: Target, *, actor: User | str = "Dana Reyes", **parts: Any) -> dict[int, str]:
    """Set it; answers what happened to whom."""
    return store.apply(Change(target, KEY, Action.SET, integration(**parts)), actor=actor)


def lock(target: Account | Group, reason: str = "", *, actor: User | str = "Dana Reyes") -> dict[int, str]:
    """Lock what is set there; answers what happened to whom."""
    return store.apply(Change(target, KEY, Action.LOCK, reason=reason), actor=actor)


def unlock(target: Account | Group) -> dict[int, str]:
    """Unlock it; answers what happened to whom."""
    return store.apply(Change(target, KEY, Action.UNLOCK), actor="Dana Reyes")


def offer_consent(account: Account) -> None:
    """Let people agree on behalf of the account."""
    store.set_value(account, CONSENT.key, True, actor="Dana Reyes")


def make_group(account: Account, name: str, priority: int, *people: User) -> Group:
    """A group with these members."""
    group = Group.objects.create(account=account, name=name, priority=priority)
    Membership.objects.bulk_create([Membership(group=group, user=person) for person in people])
    return group


def make_connected_person(account: Account, name: str = "ana", **fields: Any) -> Connection:
    """Somebody with a mailbox of which tokens, a meeting and a contact are held."""
    connection = make_connection(make_user(account, name), ConnectionState.ACTIVE, token_cache="{}", **fields)
    make_meeting(connection)
    make_contact(connection)
    connection.streams.create(kind="events")
    return connection


def authorized(permissions: Permissions) -> dict[str, Any]:
    """The columns of a connection or an attempt for these permissions."""
    return {
        "method": permissions.method.value,
        "calendar_access": permissions.calendars.value,
        "contact_access": permissions.contacts.value,
    }
