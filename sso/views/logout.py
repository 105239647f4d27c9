"""Single logout: the hop that leads to the identity provider, and the address that its messages come to."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Account
from accounts.references import new_reference
from sso import sign_in_log
from sso.errors import Reason, SamlError
from sso.models import Binding, IdentityProvider
from sso.single_logout import ours, theirs
from sso.single_logout.ours import Said
from sso.views.sending import page_on, send_on

logger = logging.getLogger(__name__)

SIGNED_OUT = "You are signed out of Atrium. Your company's single sign-on may still know you."
SIGNED_OUT_BOTH = "You are signed out of Atrium and of your company's single sign-on."
NOT_THERE = "You are signed out of Atrium, but your company's single sign-on did not sign you out."


@require_GET
@never_cache
@login_not_required
def leave(request: HttpRequest, vanity: str, ticket: str) -> HttpResponse:
    """Go to the identity provider, now that our session has ended."""
    account = get_object_or_404(Account, vanity=vanity)
    outgoing = ours.begin(account, ticket, request)
    if outgoing is None:
        messages.info(request, SIGNED_OUT)
        return redirect("sign_in_account", vanity)
    return page_on(request, outgoing)


@require_http_methods(["GET", "POST"])
@never_cache
@csrf_exempt  # the identity provider's page posts here; the message's signature stands in for it
@login_not_required
def logout(request: HttpRequest, vanity: str) -> HttpResponse:
    """The single logout service: the identity provider asks for a logout, or answers ours."""
    account = get_object_or_404(Account, vanity=vanity)
    try:
        said = _said(request)
        if "SAMLRequest" in said.parameters:
            return _asked(request, _provider(account), said)
        if "SAMLResponse" in said.parameters:
            return _answered(request, _provider(account), said)
    except SamlError as error:
        return _refused(request, account, error)
    return redirect("sign_in_account", vanity)


def _asked(request: HttpRequest, provider: IdentityProvider, said: Said) -> HttpResponse:
    asked = theirs.end_sessions(provider, said, request)
    answer = theirs.answer_to(provider, asked, said.parameters.get("RelayState", ""))
    if answer is None:
        return render(request, "sso/logout/done.html", {"account": provider.account})
    return send_on(request, answer)


def _answered(request: HttpRequest, provider: IdentityProvider, said: Said) -> HttpResponse:
    if ours.answered(provider, said):
        messages.success(request, SIGNED_OUT_BOTH)
    else:
        messages.warning(request, NOT_THERE)
    return HttpResponseRedirect(reverse("sign_in_account", args=[provider.account.vanity]))


def _provider(account: Account) -> IdentityProvider:
    """The enabled one. Raises SamlError."""
    provider = IdentityProvider.objects.select_related("account").filter(account=account, is_enabled=True).first()
    if provider is None:
        raise SamlError(Reason.NOT_CONFIGURED)
    return provider


def _said(request: HttpRequest) -> Said:
    """The message, by the binding it came by. Raises SamlError where the body cannot be read."""
    query_string = request.META.get("QUERY_STRING", "")
    try:
        if request.method == "GET":
            return Said(request.GET.dict(), Binding.REDIRECT, query_string)
        return Said(request.POST.dict(), Binding.POST, query_string)
    except RequestDataTooBig as error:
        raise SamlError(Reason.TOO_LARGE, "the body") from error
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError) as error:
        raise SamlError(Reason.MALFORMED, f"the parameters: {type(error).__name__}") from error


def _refused(request: HttpRequest, account: Account, error: SamlError) -> HttpResponse:
    """A page with a reference, under which the log of sign-ins has the reason."""
    reference = new_reference()
    logger.warning("logout at %s refused: %s, reference %s", account.vanity, error, reference)
    detail = f"Single logout: {error.detail}" if error.detail else "Single logout"
    sign_in_log.record(account, reference=reference, reason=error.reason, detail=detail, request=request)
    context = {"account": account, "reference": reference}
    return render(request, "sso/logout/refused.html", context, status=403)
