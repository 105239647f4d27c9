"""A password that worked only because its owner is an owner: the account's owners are told, each time."""

import logging

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.mailing import send_to_each
from accounts.models import Role, User
from accounts.signing_in import browsers

MOST_OWNERS = 100

logger = logging.getLogger(__name__)


def tell_owners(user: User, request: HttpRequest) -> None:
    """Mail every active owner, the one who signed in as well; a mail server that fails stops nobody in an emergency."""
    owners = User.objects.filter(account=user.account_id, role=Role.OWNER, is_active=True).order_by("pk")[:MOST_OWNERS]
    context = {
        "person": user,
        "account": user.account,
        "at": timezone.now(),
        "browser": browsers.in_words(request.META.get("HTTP_USER_AGENT", "")),
        "address": request.META.get("REMOTE_ADDR", ""),
        "link": settings.PORTAL_URL + reverse("audit_log"),
    }
    subject = " ".join(render_to_string("accounts/break_glass/subject.txt", context).split())
    text = render_to_string("accounts/break_glass/mail.txt", context)
    if send_to_each(subject, text, [owner.email for owner in owners]).is_unfinished:
        logger.error("not every owner of account %s was told of an emergency password", user.account_id)
