"""People of an unknown domain confirm their address by a mail: a link that works once, within a day."""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

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
HOUR = timedelta(hours=1)
MAILS_PER_HOUR = 3  # to one address
MAILS_PER_HOUR_OF_ACCOUNT = 200
UNSENT = "unsent-"  # no digest begins so

logger = logging.getLogger(__name__)


def begin(provider: IdentityProvider, assertion: Assertion, person: Person) -> IdentityConfirmation | None:
    """Keep who wants to come in and mail them a link; None where their address has had enough mails for now.

    Call it outside a transaction that is rolled back afterwards: the mail cannot be.
    """
    return send(
        IdentityConfirmation(
            account=provider.account,
            issuer=assertion.issuer,
            name_id=assertion.name_id,
            email=person.email,
            name=person.name,
            attributes=assertion.attributes,
        )
    )


def send(confirmation: IdentityConfirmation) -> IdentityConfirmation | None:
    """Keep it and mail its link; None where the address has had enough mails for now."""
    if next_mail_at(confirmation.account, confirmation.email):
        return None
    token = secrets.token_urlsafe(32)
    confirmation.token_digest = digest(token)
    confirmation.save()
    if not _send(confirmation, token):
        # No link leads to it then; it still counts, so that a broken mail server is not asked for ever.
        confirmation.token_digest = f"{UNSENT}{confirmation.pk}"
        confirmation.save(update_fields=["token_digest"])
    return confirmation


def was_mailed(confirmation: IdentityConfirmation) -> bool:
    """Whether its mail left us, as far as the mail server says."""
    return not confirmation.token_digest.startswith(UNSENT)


def next_mail_at(account: Account, email: str) -> datetime | None:
    """When this address can be sent another mail; None where that is now.

    So that nobody's mailbox is filled by signing in again and again, from one account or from several.
    """
    lately = IdentityConfirmation.objects.filter(created_at__gt=timezone.now() - HOUR).order_by("-created_at")
    limits = ((lately.filter(email=email), MAILS_PER_HOUR), (lately.filter(account=account), MAILS_PER_HOUR_OF_ACCOUNT))
    times = (sent.values_list("created_at", flat=True)[most - 1 : most].first() for sent, most in limits)
    return max((at + HOUR for at in times if at), default=None)


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


def _send(confirmation: IdentityConfirmation, token: str) -> bool:
    """Whether the mail server took it."""
    path = reverse("sso_confirm", args=[confirmation.account.vanity, token])
    context = {"confirmation": confirmation, "account": confirmation.account, "link": settings.PORTAL_URL + path}
    subject = " ".join(render_to_string("sso/confirmation/subject.txt", context).split())
    text = render_to_string("sso/confirmation/mail.txt", context)
    try:
        return bool(send_mail(subject, text, None, [confirmation.email]))
    except (OSError, ValueError):  # a mail server, the way to it, or an address that no mail can have
        logger.exception("the confirmation %s could not be mailed", confirmation.pk)
        return False
