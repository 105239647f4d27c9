"""What a token says of the company's consent: when somebody connects, and when one is renewed after a withdrawal."""

from accounts import audit
from accounts.models import Account, User
from calendar_integration import company_consent, consent_state, scopes
from calendar_integration.errors import ConsentRefusedError
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import ACTIVE_STATES, CalendarService, Connection, ConsentState


def note(account: Account, granted: str, permissions: Permissions, *, actor: User | str) -> None:
    """A token proves the company's consent where it covers what the company wants, not only what its person does.

    It shows that some is lacking only where that was asked for, and says nothing of another resource than its own.
    """
    service = CalendarService.objects.filter(account=account).first()
    if service is None:
        return
    company = company_consent.wanted(service)
    if (company.method, company.ews_host) != (permissions.method, permissions.ews_host):
        return
    wanted = scopes.wanted(company)
    told = scopes.told_of(wanted, asked=scopes.wanted(permissions), granted=granted)
    if told == wanted or scopes.missing(granted, told):
        consent_state.note_token(account, granted, told, people=_people_with_tokens(account), actor=actor)


def note_renewed(connection: Connection) -> None:
    """A token was renewed: where consent counts as withdrawn, it is there again. One query where it does not."""
    withdrawn = CalendarService.objects.filter(account=connection.account_id, consent_state=ConsentState.WITHDRAWN)
    if withdrawn.exists():
        granted = " ".join(scopes.wanted(connection.permissions))
        note(connection.account, granted, connection.permissions, actor=audit.WORKER)


def _people_with_tokens(account: Account) -> int:
    """Those whose mailboxes are read, without those to whom Microsoft refuses tokens."""
    connected = Connection.objects.filter(account=account, state__in=ACTIVE_STATES)
    return connected.exclude(last_error=ConsentRefusedError.in_words).count()
