"""What the browser that signed in knows of a confirmation: how it stands, and a way to have the mail sent again."""

from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from sso import confirmation
from sso.confirmation import VALID_FOR
from sso.models import IdentityConfirmation
from sso.saml import Assertion

SALT = "sso.confirmation"
KEPT = ("account", "issuer", "name_id", "email", "name", "attributes")


def latest(account: Account, assertion: Assertion) -> IdentityConfirmation | None:
    """What somebody was asked last to confirm, and has not yet."""
    theirs = _lately(account).filter(issuer=assertion.issuer, name_id=assertion.name_id, confirmed_at=None)
    return theirs.order_by("-pk").first()


def ticket_of(asked: IdentityConfirmation) -> str:
    """What the browser is given to come back with. It confirms nothing."""
    return signing.dumps(asked.pk, salt=SALT)


def of_ticket(account: Account, ticket: str) -> IdentityConfirmation | None:
    """What a ticket is about; None where it is made up, too old, or of another company."""
    try:
        pk = signing.loads(ticket, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    return _lately(account).filter(pk=pk).first()


def send_again(asked: IdentityConfirmation) -> IdentityConfirmation | None:
    """The same once more, with a link of its own; None where the address has had enough mails for now."""
    return confirmation.send(IdentityConfirmation(**{name: getattr(asked, name) for name in KEPT}))


def _lately(account: Account) -> QuerySet[IdentityConfirmation]:
    """What can still be confirmed, or was just now."""
    rows = IdentityConfirmation.objects.select_related("account")
    return rows.filter(account=account, created_at__gt=timezone.now() - VALID_FOR)
