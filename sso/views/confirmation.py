"""Confirming an address by mail: the page that says that a mail was sent, and the link in it.

The link asks, and only its button confirms. It signs nobody in, wherever it is opened.
"""

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.models import Account, AuditAction
from sso import confirmation, confirming_again, provisioning
from sso.errors import Reason, SamlError
from sso.models import IdentityConfirmation, IdentityProvider, UnknownDomain
from sso.saml import Assertion

REFUSED = {
    Reason.WRONG_ISSUER: "Your company uses another identity provider by now. Sign in again to get a new mail.",
    Reason.FOREIGN_DOMAIN: (
        "The address has become somebody's here meanwhile, or people of other domains are no longer let in. "
        "Ask your administrator."
    ),
    Reason.DEACTIVATED: "Your user is deactivated. Ask your administrator.",
}
OTHERWISE = "Somebody else has this address or this identity here already. Ask your administrator."


def ask_to_confirm(request: HttpRequest, account: Account, assertion: Assertion, reference: str) -> HttpResponse:
    """The page of a sign-in that waits for an address to be confirmed."""
    return _waiting(request, account, confirming_again.latest(account, assertion), reference=reference, status=403)


@require_http_methods(["GET", "POST"])
@never_cache
@login_not_required
def waiting(request: HttpRequest, vanity: str, ticket: str) -> HttpResponse:
    """How it stands with the mail, for the browser that signed in; its button sends the mail again."""
    account = get_object_or_404(Account, vanity=vanity)
    asked = confirming_again.of_ticket(account, ticket)
    if asked is None or not _can_be_confirmed(asked):
        return _gone(request, account)
    if asked.confirmed_at is not None:
        return render(request, "sso/confirmation/done.html", {"account": account, "email": asked.email})
    if request.method == "GET":
        return _waiting(request, account, asked)
    sent = confirming_again.send_again(asked)
    if sent is None:
        return _waiting(request, account, asked, status=429)
    if confirmation.was_mailed(sent):
        messages.success(request, "The mail is sent again.")
    return redirect("sso_waiting", vanity, confirming_again.ticket_of(sent))


@require_http_methods(["GET", "POST"])
@never_cache
@login_not_required
def confirm(request: HttpRequest, vanity: str, token: str) -> HttpResponse:
    """Ask, then confirm. Mail programs open links by themselves, so that opening does nothing."""
    account = get_object_or_404(Account, vanity=vanity)
    if request.method == "POST":
        return _confirm(request, account, token)
    asked = confirmation.waiting(account, token)
    if asked is None:
        return _gone(request, account)
    return render(request, "sso/confirmation/ask.html", {"account": account, "waiting": asked, "token": token})


def _confirm(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    try:
        with transaction.atomic():
            asked = confirmation.waiting(account, token, lock=True)
            provider = (
                IdentityProvider.objects.select_related("account").filter(account=account, is_enabled=True).first()
            )
            if asked is None or provider is None:
                return _gone(request, account)
            user = provisioning.confirmed(provider, asked, request)
            confirmation.used(asked)
            audit.record(
                AuditAction.ADDRESS_CONFIRMED,
                account=account,
                actor=user,
                target=user,
                after={"email": asked.email},
                request=request,
            )
    except SamlError as error:
        advice = REFUSED.get(error.reason, OTHERWISE)
        return render(request, "sso/confirmation/refused.html", {"account": account, "advice": advice}, status=403)
    return render(request, "sso/confirmation/done.html", {"account": account, "email": asked.email})


def _waiting(
    request: HttpRequest,
    account: Account,
    asked: IdentityConfirmation | None,
    *,
    reference: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; `asked` is None where not even the first mail could be sent for now."""
    context: dict[str, object] = {
        "account": account,
        "reference": reference,
        "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }
    if asked is not None:
        context |= {
            "asked": asked,
            "was_mailed": confirmation.was_mailed(asked),
            "is_fresh": timezone.now() - asked.created_at < timedelta(minutes=1),
            "until": asked.created_at + confirmation.VALID_FOR,
            "next_mail_at": confirmation.next_mail_at(account, asked.email),
            "ticket": confirming_again.ticket_of(asked),
        }
    return render(request, "sso/confirmation/waiting.html", context, status=status)


def _can_be_confirmed(asked: IdentityConfirmation) -> bool:
    """Whether the company still has the same identity provider, and lets people of unknown domains confirm."""
    in_use = IdentityProvider.objects.filter(account=asked.account_id, is_enabled=True, entity_id=asked.issuer)
    return in_use.filter(unknown_domain=UnknownDomain.CONFIRM).exists()


def _gone(request: HttpRequest, account: Account) -> HttpResponse:
    return render(request, "sso/confirmation/gone.html", {"account": account}, status=404)
