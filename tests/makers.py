"""Plain helpers that make what a story needs. Names without meaning for the story are made up here."""

import itertools
import uuid
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Account, Domain, Group, Role, User
from accounts.tiered_settings import store
from calendar_integration.clients.base import ContactRow, MeetingRow, Occurrence
from calendar_integration.models import (
    AskMode,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    Contact,
    Meeting,
)
from calendar_integration.setting_definitions import ASK

CONTOSO_TENANT = uuid.UUID("11111111-aaaa-4bbb-8ccc-000000000001")
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def make_account(vanity: str = "contoso", *, proven: bool = True, **fields: Any) -> Account:
    """An account with the domain <vanity>.example."""
    account = Account.objects.create(vanity=vanity, name=vanity.title(), **fields)
    Domain.objects.create(account=account, name=f"{vanity}.example", proven_at=timezone.now() if proven else None)
    return account


def make_user(account: Account, first_name: str = "ana", *, role: Role = Role.MEMBER, **fields: Any) -> User:
    """A person of the account with a password."""
    email = fields.pop("email", f"{first_name}@{account.vanity}.example")
    user = User.objects.create_user(account, email, name=f"{first_name.title()} Lima", role=role, password=PASSWORD)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    return user


def make_service(account: Account, *, ask: AskMode = AskMode.FIRST, **fields: Any) -> CalendarService:
    """The account's calendar service at Contoso's tenant."""
    defaults = {"tenant_id": CONTOSO_TENANT, "tenant_domain": "contoso.example"}
    set_ask(account, ask)
    return CalendarService.objects.create(account=account, **(defaults | fields))


def set_ask(target: Account | Group, ask: AskMode) -> None:
    """When sign-ins of an account or a group lead to Office 365."""
    store.set_value(target, ASK.key, ask.value, actor="a test")


def make_connection(user: User, state: ConnectionState = ConnectionState.ACTIVE, **fields: Any) -> Connection:
    """A connection to the person's mailbox, by default one that works and has synchronised."""
    now = timezone.now()
    working = {"mailbox": user.email, "tenant_id": CONTOSO_TENANT, "oid": uuid.uuid4(), "connected_at": now}
    defaults = {**working, "last_good_sync_at": now} if state == ConnectionState.ACTIVE else {}
    return Connection.objects.create(user=user, account=user.account, state=state, **(defaults | fields))


def make_attempt(user: User, outcome: str = "", **fields: Any) -> AuthorizationAttempt:
    """An attempt to authorize Office 365, open or ended with this outcome."""
    ended_at = timezone.now() if outcome else None
    known = {"next_path": "/meetings/", "state_before": ConnectionState.NONE, "ended_at": ended_at}
    values = known | fields
    return AuthorizationAttempt.objects.create(
        account=user.account, user=user, state=f"state-{next(_numbers)}", outcome=outcome, **values
    )


def make_meeting_row(remote_id: str = "", **fields: Any) -> MeetingRow:
    """A single meeting of half an hour on Monday 23 November 2026 at 10:00 UTC."""
    row = MeetingRow(
        remote_id=remote_id or f"event-{next(_numbers)}",
        change_key="1",
        kind="singleInstance",
        master_id="",
        pattern="",
        subject="Budget review",
        preview="",
        location="",
        organizer_name="Omar Haddad",
        organizer_email="omar@contoso.example",
        is_organizer=False,
        attendee_count=2,
        start_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
        end_at=datetime(2026, 11, 23, 10, 30, tzinfo=UTC),
        start_date=None,
        end_date=None,
        zone="",
        join_url="",
        join_provider="",
        is_cancelled=False,
        is_private=False,
        show_as="busy",
        response="accepted",
        wants_response=False,
        web_link="",
    )
    return row._replace(**fields)


def make_occurrence(remote_id: str, master_id: str, **fields: Any) -> Occurrence:
    """A stripped occurrence on Monday 23 November 2026 at 10:00 UTC."""
    row = Occurrence(
        remote_id,
        "1",
        master_id,
        datetime(2026, 11, 23, 10, tzinfo=UTC),
        datetime(2026, 11, 23, 10, 30, tzinfo=UTC),
    )
    return row._replace(**fields)


def make_meeting(connection: Connection, **fields: Any) -> Meeting:
    """A meeting in the database, as make_meeting_row describes it."""
    return Meeting.objects.create(connection=connection, **make_meeting_row(**fields)._asdict())


def make_contact(connection: Connection, name: str = "Pia Rossi", **fields: Any) -> Contact:
    """A contact in the database."""
    values = ContactRow(f"contact-{next(_numbers)}", "1", name, "Proseware", "Buyer", "", "[]", "[]")._asdict()
    return Contact.objects.create(connection=connection, **{**values, "emails": [], "phones": [], **fields})
