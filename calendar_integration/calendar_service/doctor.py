"""The consent doctor: how a company's consent stands, what is missing, whom it keeps waiting, and what to do."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from accounts.models import Account
from calendar_integration.calendar_service import service
from calendar_integration.company_consent import agreement, consent_links, stuck
from calendar_integration.company_consent.consent_state import PROPAGATING, Consent
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import CalendarService, ConsentLink, ConsentState

TONES = {
    ConsentState.UNKNOWN: "waiting",
    ConsentState.REPORTED: "waiting",
    ConsentState.CONFIRMED: "good",
    ConsentState.PARTIAL: "wrong",
    ConsentState.WITHDRAWN: "wrong",
}
MEANINGS = {
    ConsentState.UNKNOWN: (
        "No Office 365 admin has approved Atrium for the whole company through this page. Where Microsoft lets people "
        "approve apps by themselves they can connect; in most companies it does not."
    ),
    ConsentState.REPORTED: (
        "Microsoft says that an Office 365 admin has approved. The first person who connects proves it."
    ),
    ConsentState.CONFIRMED: (
        "Somebody has connected with everything that Atrium asks for, so that nobody needs an approval any more."
    ),
    ConsentState.PARTIAL: (
        "Microsoft grants only some of what Atrium asks for. An Office 365 admin has to approve once more."
    ),
    ConsentState.WITHDRAWN: (
        "Microsoft asks for approval again: an Office 365 admin has taken it back, or it never came into effect."
    ),
}
FOR_ONE = (
    "One person has connected with everything that Atrium asks for. Microsoft may have allowed that for them only, as "
    "it does for Office 365 admins: the others may still need the approval. It counts for everyone once an admin has "
    "approved for the company, or a second person has connected."
)
SHOWN = 5  # of those who wait; the page has them all


@dataclass(frozen=True)
class Line:
    """One consent link, with its whole address."""

    link: ConsentLink
    address: str
    is_outdated: bool  # asks for something else than what the company wants now


@dataclass(frozen=True)
class Doctor:
    """Everything the page shows. Without a ready service nothing can be said."""

    service: CalendarService | None = None
    state: str = ""
    tone: str = ""
    is_for_one: bool = False  # a token works, and nothing says that it would for others
    meaning: str = ""
    consent: Consent = field(default_factory=Consent)
    propagating_until: datetime | None = None
    wanted: list[tuple[str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    stuck_count: int = 0
    stuck_people: list[object] = field(default_factory=list)
    turned_back: int = 0
    links: list[Line] = field(default_factory=list)
    may_create_link: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether an Office 365 admin still has to do something."""
        return not self.consent.is_agreed


def of_account(account: Account) -> Doctor:
    """What is known now: a fixed number of queries."""
    found = service.of_account(account)
    if found is None or found.tenant_id is None:
        return Doctor()
    consent, now, people = Consent.of(found), timezone.now(), stuck.people(account)
    for_one = consent.state == ConsentState.CONFIRMED and not consent.is_agreed
    wanted, links = agreement.wanted(found), list(consent_links.usable(account))
    return Doctor(
        service=found,
        state="For one person" if for_one else str(consent.state.label),
        tone="waiting" if for_one else TONES[consent.state],
        meaning=FOR_ONE if for_one else MEANINGS[consent.state],
        is_for_one=for_one,
        consent=consent,
        propagating_until=_until(consent, now),
        wanted=agreement.asked_for(wanted),
        missing=agreement.in_words(consent.missing),
        stuck_count=people.count(),
        stuck_people=list(people[:SHOWN]),
        turned_back=0 if consent.state == ConsentState.CONFIRMED and not for_one else stuck.turned_back(account),
        links=[_line(link, wanted) for link in links],
        may_create_link=found.is_enabled and len(links) < consent_links.MOST_AT_ONCE,
    )


def _until(consent: Consent, now: datetime) -> datetime | None:
    """Until when Microsoft may not know everywhere of a report."""
    if consent.reported_at is None or consent.state == ConsentState.CONFIRMED or not consent.is_propagating(now):
        return None
    return consent.reported_at + PROPAGATING


def _line(link: ConsentLink, wanted: Permissions) -> Line:
    return Line(link, consent_links.address(link), is_outdated=not consent_links.asks_for(link, wanted))
