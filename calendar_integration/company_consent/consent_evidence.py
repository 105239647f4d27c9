"""What a token says of the company's consent: when somebody connects, and when one is renewed while it is in doubt."""

from django.db.models import Q

from accounts import audit
from accounts.models import Account, User
from calendar_integration import scopes
from calendar_integration.company_consent import agreement, consent_state
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import CalendarService, Connection, ConsentState


def note(account: Account, granted: str, permissions: Permissions, person: User) -> None:
    """A token of this person proves the company's consent where it covers what the company wants, not only its person.

    It shows that some is lacking only where that was asked for, and says nothing of another resource than its own.
    """
    _note(account, granted, permissions, person.pk, actor=person)


def note_renewed(connection: Connection) -> None:
    """A token was renewed: where consent counts as withdrawn it is there again, for this person; a second one shows
    that it is for everyone. One query where that is known.
    """
    one = Q(consent_state=ConsentState.CONFIRMED, consent_for_everyone_at=None)
    in_doubt = Q(consent_state=ConsentState.WITHDRAWN) | one & ~Q(consent_shown_by=connection.user_id)
    if CalendarService.objects.filter(in_doubt, account=connection.account_id).exists():
        granted = " ".join(scopes.wanted(connection.permissions))
        _note(connection.account, granted, connection.permissions, connection.user_id, actor=audit.WORKER)


def _note(account: Account, granted: str, permissions: Permissions, person_id: int, *, actor: User | str) -> None:
    service = CalendarService.objects.filter(account=account).first()
    if service is None:
        return
    company = agreement.wanted(service)
    if (company.method, company.ews_host) != (permissions.method, permissions.ews_host):
        return
    wanted = scopes.wanted(company)
    told = scopes.told_of(wanted, asked=scopes.wanted(permissions), granted=granted)
    if told == wanted or scopes.missing(granted, told):
        consent_state.note_token(account, granted, told, person_id=person_id, actor=actor)
