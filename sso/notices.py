"""Mails to owners and admins about certificates that run out, each once."""

import logging
from collections import defaultdict
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.mailing import Sent, send_to_each
from accounts.models import Account, Role, User
from sso import expiry
from sso.expiry import Expiring
from sso.models import CertificateNotice, IdentityProvider, KeyState, ServiceProviderKey

ACCOUNTS_AT_ONCE = 200

logger = logging.getLogger(__name__)


def send_due(now: datetime | None = None) -> int:
    """Send what is due in every account with single sign-on; answers how many notices there were."""
    now = now or timezone.now()
    providers = IdentityProvider.objects.filter(is_enabled=True).select_related("account").order_by("pk")
    sent, batch = 0, list[IdentityProvider]()
    for provider in providers.iterator(chunk_size=ACCOUNTS_AT_ONCE):
        batch.append(provider)
        if len(batch) == ACCOUNTS_AT_ONCE:
            sent += _send_for(batch, now)
            batch = []
    return sent + _send_for(batch, now)


def _send_for(providers: list[IdentityProvider], now: datetime) -> int:
    """The notices of some accounts: two queries, and more only where something is due."""
    accounts = [provider.account_id for provider in providers]
    keys = defaultdict[int, list[ServiceProviderKey]](list)
    for key in ServiceProviderKey.objects.filter(
        account__in=accounts, state__in=(KeyState.CURRENT, KeyState.NEXT)
    ).defer("private_key"):
        keys[key.account_id].append(key)
    told = defaultdict[tuple[int, str], set[int]](set)
    for notice in CertificateNotice.objects.filter(account__in=accounts):
        told[notice.account_id, notice.fingerprint].add(notice.days)
    sent = 0
    for provider in providers:
        for one in expiry.among(provider, keys[provider.account_id], now):
            threshold = expiry.due(one.days, told[provider.account_id, one.fingerprint])
            if threshold is not None:
                sent += _send(provider.account, one, threshold)
    return sent


class NobodyReachedError(Exception):
    """The mail server took no mail; what was written of it is taken back."""


def _send(account: Account, one: Expiring, threshold: int) -> int:
    """1 if it was sent. Where the mail server does not take it, it is tried again tomorrow."""
    admins = User.objects.filter(account=account, is_active=True, role__in=(Role.OWNER, Role.ADMIN))
    addresses = list(admins.values_list("email", flat=True))
    try:
        with transaction.atomic():
            _, is_new = CertificateNotice.objects.get_or_create(
                account=account, fingerprint=one.fingerprint, days=threshold
            )
            if not is_new:
                return 0  # another worker was faster
            if _sent(account, one, addresses).is_worth_another_try:
                raise NobodyReachedError
    except NobodyReachedError:
        logger.warning("a notice about a certificate of %s could not be sent", account.vanity)
        return 0
    logger.info("told %s about a certificate: %s days left", account.vanity, one.days)
    return 1


def _sent(account: Account, one: Expiring, addresses: list[str]) -> Sent:
    page = settings.PORTAL_URL + reverse("sso_certificates" if one.is_ours else "sso_setup")
    context = {"account": account, "certificate": one, "page": page}
    subject = " ".join(render_to_string("sso/keys/notice_subject.txt", context).split())
    text = render_to_string("sso/keys/notice_mail.txt", context)
    return send_to_each(subject, text, addresses)
