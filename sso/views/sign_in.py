"""The addresses of a sign-in: login, assertion consumer service, finish, and our metadata."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Account
from accounts.paths import checked_path
from accounts.permissions import require_admin
from accounts.requests import read_the_rest
from calendar_integration.authorization import prompt
from sso import saml, sign_in
from sso.configuration import testing
from sso.errors import Reason, SamlError
from sso.models import AuthnRequest, IdentityProvider
from sso.views.arriving import Refusal, arrive, welcome
from sso.views.browser import BROWSER_COOKIE, UNASKED_COOKIE, browser_key_of, remember_browser
from sso.views.refusal import refuse
from sso.views.sending import send_on


@require_GET
@never_cache
@login_not_required
def login(request: HttpRequest, vanity: str) -> HttpResponse:
    """Leave for the identity provider."""
    provider = _enabled(_account(vanity))
    browser_key = browser_key_of(request)
    try:
        if provider is None:
            raise SamlError(Reason.NOT_CONFIGURED)
        outgoing = sign_in.start(provider, browser_key, checked_path(request.GET.get("next")))
    except SamlError as error:
        return refuse(request, vanity, error)
    return remember_browser(send_on(request, outgoing), BROWSER_COOKIE, browser_key, sign_in.REQUEST_LIVES)


@require_POST
@never_cache
@csrf_exempt  # the identity provider's page posts here; the signature and the finish in the browser stand in for it
@login_not_required
def acs(request: HttpRequest, vanity: str) -> HttpResponse:
    """The assertion consumer service: verify, then go on in a same-site hop that brings the browser's cookie."""
    try:
        message, relay_state = _posted(request)
        received = sign_in.receive(vanity, message, relay_state)
    except sign_in.TestRefusedError as error:
        testing.refused(error.draft, error, tester=error.tester, request=request)
        return redirect("sso_test_result")
    except SamlError as error:
        return refuse(request, vanity, error)
    response = HttpResponseRedirect(f"{reverse('sso_finish', args=[vanity])}?{urlencode({'handle': received.handle})}")
    if received.browser_key:
        remember_browser(response, UNASKED_COOKIE, received.browser_key, sign_in.ANSWER_LIVES)
    return response


@require_GET
@never_cache
@login_not_required
def finish(request: HttpRequest, vanity: str) -> HttpResponse:
    """Sign in whoever the verified answer is about, and go where they wanted, by way of Office 365 if asked for."""
    arrival = arrive(request, vanity)
    if isinstance(arrival, Refusal):
        return refuse(request, vanity, arrival.error, assertion=arrival.assertion)
    pending = arrival.pending
    try:
        if pending.provider is None:
            return _test_finished(request, pending, arrival.assertion)
        user = arrival.user or welcome(request, arrival, pending.provider)
    except SamlError as error:
        return refuse(request, vanity, error, assertion=arrival.assertion)
    return HttpResponseRedirect(prompt.address_after_sso(user, pending.next_path))


@require_GET
@login_not_required
def metadata(_request: HttpRequest, vanity: str) -> HttpResponse:
    """Our metadata for this account's identity provider."""
    account = _account(vanity)
    provider = _enabled(account)
    subject = saml.party_of(account, provider) if provider else vanity
    return HttpResponse(saml.sp_metadata(subject), content_type="application/samlmetadata+xml")


def _test_finished(request: HttpRequest, pending: AuthnRequest, assertion: saml.Assertion) -> HttpResponse:
    """Keep what arrived, for the person who tests; they stay signed in as who they are."""
    if pending.draft is None or pending.tester is None or request.user != pending.tester:
        raise SamlError(Reason.WRONG_BROWSER, "somebody else began this test")
    require_admin(request)
    testing.arrived(pending.draft, pending.draft_digest, assertion, tester=pending.tester, request=request)
    return redirect("sso_test_result")


def _posted(request: HttpRequest) -> tuple[str, str]:
    """The message in the body, and its RelayState. Raises SamlError where the body is too large or unreadable."""
    try:
        posted = request.POST
    except RequestDataTooBig as error:
        read_the_rest(request)
        raise SamlError(Reason.TOO_LARGE, "the body") from error
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError) as error:
        read_the_rest(request)
        raise SamlError(Reason.MALFORMED, f"the body: {type(error).__name__}") from error
    if len(posted.getlist("SAMLResponse")) > 1:
        raise SamlError(Reason.MALFORMED, "several messages in one form")
    return posted.get("SAMLResponse", ""), posted.get("RelayState", "")


def _account(vanity: str) -> Account:
    """The account with its identity provider: one query. Raises Http404."""
    return get_object_or_404(Account.objects.select_related("identity_provider"), vanity=vanity)


def _enabled(account: Account) -> IdentityProvider | None:
    """The provider in use, if there is one."""
    provider = getattr(account, "identity_provider", None)
    return provider if provider is not None and provider.is_enabled else None
