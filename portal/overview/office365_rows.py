"""The rows about Microsoft: the calendar service, its tenant, consent, and what Atrium signs in with."""

from datetime import datetime

from calendar_integration import scopes
from calendar_integration.company_consent.consent_state import PROPAGATING
from calendar_integration.models import CalendarService, ConsentState
from portal.overview.facts import Facts
from portal.overview.rows import OFFICE_365_ADMIN, Link, Row, State, guide

SERVICE_PAGE = "calendar_integration"
NOT_SUPPORTED = "Organisations entirely on their own servers, without a Microsoft Entra tenant, are not supported."
HYBRID_GUIDE = guide("What an Exchange server of your own needs", "exchange-hybrid")
CONSENT_GUIDES = (guide("For Atrium only", "consent-this-app"), guide("For all apps", "consent-all-apps"))
CONSENTED = "Consent on behalf of the company"
FIRST_SERVICE = "First add the calendar service."


def rows(facts: Facts) -> tuple[Row, ...]:
    """In the order in which they are done."""
    return service(facts), tenant(facts), mailboxes(facts), consent(facts), client_secret(facts)


def service(facts: Facts) -> Row:
    """The company's Office 365 authorization."""
    title = "Calendar service added"
    if facts.service is None and not facts.proven_domains:
        why = "First prove a domain: your Microsoft tenant is found by it."
        return Row("service", title, State.TO_DO, why, who=OFFICE_365_ADMIN)
    if facts.service is None:
        why = "Choose what Atrium may do in mailboxes: read, or read and write; with contacts or without."
        fix = Link("Add calendar service", SERVICE_PAGE)
        return Row("service", title, State.TO_DO, why, fix, who=OFFICE_365_ADMIN)
    if not facts.service.is_enabled:
        why = "It is switched off: nobody is asked, and nobody can connect."
        fix = Link("Look at the service", SERVICE_PAGE)
        return Row("service", title, State.PROBLEM, why, fix, note="Switched off")
    why = f"Office 365 by {facts.service.permissions.in_words()}."
    return Row("service", title, State.DONE, why, since=facts.service.added_at)


def tenant(facts: Facts) -> Row:
    """To whom people are sent at Microsoft."""
    title = "Microsoft tenant known"
    if facts.service is None:
        return Row("tenant", title, State.TO_DO, FIRST_SERVICE)
    if facts.service.tenant_id is None:
        why = "Without it nobody is sent to Microsoft. It is looked up by a domain that you have proven."
        return Row("tenant", title, State.TO_DO, why, Link("Look it up", SERVICE_PAGE))
    named = f"{facts.service.tenant_domain or 'Your company'}, tenant {facts.service.tenant_id}."
    confirmed_at = facts.service.tenant_confirmed_at
    if confirmed_at is None:
        why = f"{named} The first authorization confirms it."
        return Row("tenant", title, State.DONE, why, note="Not confirmed yet")
    return Row("tenant", title, State.DONE, f"{named} Microsoft's answers name the same.", since=confirmed_at)


def mailboxes(facts: Facts) -> Row:
    """Where mailboxes are, and who cannot use Atrium."""
    title = "Mailboxes that Atrium can reach"
    if not facts.has_tenant:
        if facts.uses_own_server:
            why = f"An Exchange server of your own is chosen, and no tenant is known. {NOT_SUPPORTED}"
            return Row("mailboxes", title, State.PROBLEM, why, HYBRID_GUIDE, note="Not supported")
        return Row("mailboxes", title, State.WAITING, f"Known with the tenant. {NOT_SUPPORTED}", more=(HYBRID_GUIDE,))
    if facts.uses_own_server:
        why = f"On your own Exchange server {facts.integration.ews_host}, in a hybrid organisation. {NOT_SUPPORTED}"
        return Row("mailboxes", title, State.DONE, why, more=(HYBRID_GUIDE,))
    why = f"In Exchange Online, by Microsoft Graph. {NOT_SUPPORTED}"
    return Row("mailboxes", title, State.DONE, why, more=(HYBRID_GUIDE,))


def consent(facts: Facts) -> Row:
    """What is known of the company's consent; only a token that works confirms it."""
    if facts.service is None:
        return _consent(State.TO_DO, FIRST_SERVICE)
    decide = {
        ConsentState.UNKNOWN: _unknown,
        ConsentState.REPORTED: _reported,
        ConsentState.CONFIRMED: _confirmed,
        ConsentState.PARTIAL: _partial,
        ConsentState.WITHDRAWN: _withdrawn,
    }[facts.consent]
    return decide(facts, facts.service)


def client_secret(facts: Facts) -> Row:
    """Whether Microsoft accepts what Atrium itself signs in with; only its operator can put that right."""
    title = "Atrium's own registration with Microsoft"
    if not facts.has_client:
        why = "Atrium is not registered with Microsoft yet. Whoever runs Atrium for you has to do it."
        return Row("secret", title, State.PROBLEM, why, note="Not registered")
    refused_at = facts.service.secret_refused_at if facts.service else None
    if refused_at is None:
        return Row("secret", title, State.DONE, "Microsoft has not refused Atrium's client secret.")
    why = (
        "Microsoft refuses Atrium's client secret. Nobody is disconnected, and nothing is brought up to date until "
        "whoever runs Atrium for you has put a new one in place."
    )
    return Row("secret", title, State.PROBLEM, why, note="Secret refused", since=refused_at)


def _consent(state: State, why: str, fix: Link | None = None, *, note: str = "", since: datetime | None = None) -> Row:
    return Row("consent", CONSENTED, state, why, fix, CONSENT_GUIDES, note=note, since=since, who=OFFICE_365_ADMIN)


def _unknown(facts: Facts, _service: CalendarService) -> Row:
    why = "In most companies people may not agree for themselves, so an Office 365 admin agrees once for everybody."
    if facts.people_waiting:
        why = f"{_people(facts.people_waiting)} for it. {why}"
    return _consent(State.TO_DO, why, Link("Give or ask for consent", SERVICE_PAGE))


def _reported(facts: Facts, service: CalendarService) -> Row:
    why = "An Office 365 admin agreed. The first mailbox that connects confirms it."
    at = service.consent_reported_at
    if at is not None and facts.now - at < PROPAGATING:
        why = f"{why} Microsoft can take about 30 minutes until it counts."
    fix = Link("Connect yours", "office365_setup") if facts.may_connect and not facts.viewer_is_connected else None
    return Row("consent", CONSENTED, State.WAITING, why, fix, CONSENT_GUIDES, note="Reported", since=at)


def _confirmed(_facts: Facts, service: CalendarService) -> Row:
    if not service.is_agreed:
        why = "One person has connected. Microsoft may have allowed that for this person only, as it does for admins."
        fix = Link("Give or ask for consent", SERVICE_PAGE)
        return _consent(State.WAITING, why, fix, note="For one person", since=service.consent_changed_at)
    why = "A mailbox was connected with all the permissions that Atrium asks for."
    return Row("consent", CONSENTED, State.DONE, why, since=service.consent_changed_at)


def _partial(_facts: Facts, service: CalendarService) -> Row:
    lacking = [scopes.word_for(scope) for scope in service.missing_scopes.split()]
    why = f"Some permissions are missing: {', '.join(lacking)}." if lacking else "Some permissions are missing."
    fix = Link("Ask for the rest", SERVICE_PAGE)
    return _consent(State.PROBLEM, why, fix, note="Partial", since=service.consent_changed_at)


def _withdrawn(_facts: Facts, service: CalendarService) -> Row:
    why = "Microsoft asks for consent again, also from people who were connected: somebody has withdrawn it."
    fix = Link("Ask for it again", SERVICE_PAGE)
    return _consent(State.PROBLEM, why, fix, note="Withdrawn", since=service.consent_changed_at)


def _people(number: int) -> str:
    return "One person waits" if number == 1 else f"{number:,} people wait"
