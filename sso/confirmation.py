"""People of an unknown domain confirm their address by a mail: a link that works once, within a day."""

import hashlib
import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from sso.mapping import Person
from sso.models import IdentityConfirmation, IdentityProvider
from sso.saml import Assertion

VALID_FOR = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=7)
MAILS_PER_HOUR = 3  # to one address
MAILS_PER_HOUR_OF_ACCOUNT = 200

logger = logging.getLogger(__name__)


def begin(provider: IdentityProvider, assertion: Assertion, person: Person) -> IdentityConfirmation | None:
    """Keep who wants to come in and mail them a link; None where their address has had enough mails for now.

    Call it outside a transaction that is rolled back afterwards: the mail cannot be.
    """
    if _has_had_enough(provider.account, person.email):
        return None
    token = secrets.token_urlsafe(32)
    confirmation = IdentityConfirmation.objects.create(
        account=provider.account,
        issuer=assertion.issuer,
        name_id=assertion.name_id,
        email=person.email,
        name=person.name,
        attributes=assertion.attributes,
        token_digest=digest(token),
    )
    _send(confirmation, token)
    return confirmation


def waiting(account: Account, token: str, *, lock: bool = False) -> IdentityConfirmation | None:
    """What a link confirms; None where it is unknown, used, or too old. `lock` holds it until the transaction ends."""
    found = IdentityConfirmation.objects.filter(
        account=account,
        token_digest=digest(token),
        confirmed_at=None,
        created_at__gt=timezone.now() - VALID_FOR,
    )
    if lock:
        found = found.select_for_update(of=("self",))
    return found.select_related("account").first()


def used(confirmation: IdentityConfirmation) -> None:
    """The link has done its work; so have all others to the same address for the same name id."""
    same = Q(account=confirmation.account_id, issuer=confirmation.issuer, name_id=confirmation.name_id)
    IdentityConfirmation.objects.filter(same, confirmed_at=None).update(confirmed_at=timezone.now(), attributes={})


def forget_old() -> int:
    """Delete what was confirmed or has run out some days ago; answers how many."""
    return IdentityConfirmation.objects.filter(created_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()[0]


def digest(token: str) -> str:
    """What is kept of a link."""
    return hashlib.sha256(token.encode()).hexdigest()


def _has_had_enough(account: Account, email: str) -> bool:
    """So that nobody's mailbox is filled by signing in again and again, from one account or from several."""
    lately = IdentityConfirmation.objects.filter(created_at__gt=timezone.now() - timedelta(hours=1))
    if lately.filter(email=email)[MAILS_PER_HOUR - 1 : MAILS_PER_HOUR].exists():
        return True
    return lately.filter(account=account)[MAILS_PER_HOUR_OF_ACCOUNT - 1 : MAILS_PER_HOUR_OF_ACCOUNT].exists()


def _send(confirmation: IdentityConfirmation, token: str) -> None:
    path = reverse("sso_confirm", args=[confirmation.account.vanity, token])
    context = {"confirmation": confirmation, "account": confirmation.account, "link": settings.PORTAL_URL + path}
    subject = " ".join(render_to_string("sso/confirmation/subject.txt", context).split())
    text = render_to_string("sso/confirmation/mail.txt", context)
    try:
        send_mail(subject, text, None, [confirmation.email])
    except (OSError, ValueError):  # a mail server, the way to it, or an address that no mail can have
        logger.exception("the confirmation %s could not be mailed", confirmation.pk)
