"""Consent links, requests and reports, as stories need them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Account, User
from calendar_integration.authorization import admin_consent
from calendar_integration.models import AGREED, AdminConsentAttempt, CalendarService, ConsentLink, ConsentRequest

KEY = "a-browser's-key"


def make_consent_link(account: Account, **fields: Any) -> ConsentLink:
    """A link that works, unless the fields say otherwise."""
    known = {"created_by": "Dana Reyes (dana@contoso.example)", "expires_at": timezone.now() + timedelta(days=14)}
    return ConsentLink.objects.create(account=account, **(known | fields))


def make_request(user: User, *, ago: timedelta = timedelta(0), **fields: Any) -> ConsentRequest:
    """Somebody who has been waiting for so long."""
    asked_at = timezone.now() - ago
    return ConsentRequest.objects.create(account=user.account, user=user, asked_at=asked_at, **fields)


def make_admin_consent(account: Account, **fields: Any) -> AdminConsentAttempt:
    """An open way to Microsoft, of a person or of the browser that holds KEY."""
    known = {"state": f"state-{AdminConsentAttempt.objects.count()}", "next_path": "/"}
    if "user" not in fields:
        known["browser_digest"] = admin_consent.digest(KEY)
    return AdminConsentAttempt.objects.create(account=account, **(known | fields))


def set_consent(account: Account, state: str, **fields: Any) -> None:
    """What is known of the company's consent, from now on."""
    now = timezone.now()
    known = {"consent_for_everyone_at": now if state in AGREED else None}
    CalendarService.objects.filter(account=account).update(
        **(known | fields), consent_state=state, consent_changed_at=now
    )
