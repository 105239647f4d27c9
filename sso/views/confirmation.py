"""The link of a confirmation mail: it asks, and only the button confirms. It signs nobody in, wherever it is opened."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.models import Account, AuditAction
from sso import confirmation, provisioning
from sso.errors import Reason, SamlError
from sso.models import IdentityProvider

REFUSED = {
    Reason.WRONG_ISSUER: "Your company uses another identity provider by now. Sign in again to get a new mail.",
    Reason.DEACTIVATED: "Your user is deactivated. Ask your administrator.",
}
OTHERWISE = "Somebody else has this address or this identity here already. Ask your administrator."


@require_http_methods(["GET", "POST"])
@never_cache
@login_not_required
def confirm(request: HttpRequest, vanity: str, token: str) -> HttpResponse:
    """Ask, then confirm. Mail programs open links by themselves, so that opening does nothing."""
    account = get_object_or_404(Account, vanity=vanity)
    if request.method == "POST":
        return _confirm(request, account, token)
    waiting = confirmation.waiting(account, token)
    if waiting is None:
        return _gone(request, account)
    return render(request, "sso/confirmation/ask.html", {"account": account, "waiting": waiting, "token": token})


def _confirm(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    try:
        with transaction.atomic():
            waiting = confirmation.waiting(account, token, lock=True)
            provider = (
                IdentityProvider.objects.select_related("account").filter(account=account, is_enabled=True).first()
            )
            if waiting is None or provider is None:
                return _gone(request, account)
            user = provisioning.confirmed(provider, waiting, request)
            confirmation.used(waiting)
            audit.record(
                AuditAction.ADDRESS_CONFIRMED,
                account=account,
                actor=user,
                target=user,
                after={"email": waiting.email},
                request=request,
            )
    except SamlError as error:
        advice = REFUSED.get(error.reason, OTHERWISE)
        return render(request, "sso/confirmation/refused.html", {"account": account, "advice": advice}, status=403)
    return render(request, "sso/confirmation/done.html", {"account": account, "email": waiting.email})


def _gone(request: HttpRequest, account: Account) -> HttpResponse:
    return render(request, "sso/confirmation/gone.html", {"account": account}, status=404)
