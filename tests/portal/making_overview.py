"""Facts of the checklist, and companies at different stages of setting up."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from accounts.models import Account
from calendar_integration.models import AskMode, CalendarService, ConsentState
from portal.overview.checklist import Checklist, decide
from portal.overview.facts import Facts
from portal.overview.rows import Row
from sso.models import IdentityProvider
from tests.makers import make_service
from tests.sso.making import make_provider

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TENANT = uuid.UUID("11111111-aaaa-4bbb-8ccc-000000000001")
NOTHING = Facts(now=NOW)


def a_provider(**fields: Any) -> IdentityProvider:
    """An identity provider in use, not saved."""
    return IdentityProvider(**{"entity_id": "https://idp.contoso.example", "is_enabled": True, **fields})


def a_service(**fields: Any) -> CalendarService:
    """A calendar service whose consent is confirmed, not saved."""
    known = {"tenant_id": TENANT, "tenant_domain": "contoso.example", "tenant_confirmed_at": NOW}
    return CalendarService(
        **{
            **known,
            "consent_state": ConsentState.CONFIRMED,
            **dict.fromkeys(("consent_changed_at", "consent_for_everyone_at"), NOW),
            **fields,
        }
    )


EVERYTHING = Facts(
    now=NOW,
    proven_domains=("contoso.example",),
    provider=a_provider(),
    service=a_service(federation_shown_at=NOW),
    ask=AskMode.FIRST,
    people=10,
    connected=4,
)


def with_facts(**changes: Any) -> Facts:
    """Everything is in place, but for these."""
    return replace(EVERYTHING, **changes)


def row_of(facts: Facts, key: str) -> Row:
    """One row of the checklist."""
    return find(decide(facts), key)


def find(checklist: Checklist, key: str) -> Row:
    """The row of this name."""
    return next(row for row in checklist.rows if row.key == key)


def finish(account: Account) -> CalendarService:
    """Put everything in place but a connected mailbox."""
    make_provider(account)
    return make_service(
        account, consent_state=ConsentState.CONFIRMED, consent_for_everyone_at=NOW, federation_shown_at=NOW
    )
