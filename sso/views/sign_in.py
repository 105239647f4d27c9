"""The addresses of a sign-in: login, assertion consumer service, finish, and our metadata."""

import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.models import Account, AuditAction, Domain
from accounts.paths import checked_path
from accounts.requests import query_text
from accounts.signing_in import sessions
from calendar_integration import prompt
from sso import saml, sign_in
from sso.errors import Reason, SamlError
from sso.models import IdentityProvider
from sso.views.refusal import refuse

BROWSER_COOKIE = "atrium_sso"
BACKEND = "accounts.password_sign_in.PasswordBackend"  # whose get_user loads people; no password is involved


@require_GET
@never_cache
@login_not_required
def login(request: HttpRequest, vanity: str) -> HttpResponse:
    """Leave for the identity provider."""
    provider = _provider(vanity)
    if provider is None:
        return refuse(request, vanity, SamlError(Reason.NOT_CONFIGURED))
    browser_key = request.COOKIES.get(BROWSER_COOKIE) or secrets.token_urlsafe(32)
    url = sign_in.start(provider, browser_key, checked_path(request.GET.get("next")))
    response = HttpResponseRedirect(url)
    response.set_cookie(
        BROWSER_COOKIE,
        browser_key,
        max_age=sign_in.REQUEST_LIVES,
        path="/sso/",
        httponly=True,
        secure=settings.IS_HTTPS,
        samesite="Lax",
    )
    return response


@require_POST
@never_cache
@csrf_exempt  # the identity provider's page posts here; the signature and the finish in the browser stand in for it
@login_not_required
def acs(request: HttpRequest, vanity: str) -> HttpResponse:
    """The assertion consumer service: verify, then go on in a same-site hop that brings the browser's cookie."""
    provider = _provider(vanity)
    try:
        if provider is None:
            raise SamlError(Reason.NOT_CONFIGURED)
        handle = sign_in.receive(provider, _posted_message(request))
    except SamlError as error:
        return refuse(request, vanity, error)
    return HttpResponseRedirect(f"{reverse('sso_finish', args=[vanity])}?{urlencode({'handle': handle})}")


@require_GET
@never_cache
@login_not_required
def finish(request: HttpRequest, vanity: str) -> HttpResponse:
    """Sign in whoever the verified answer is about, and go where they wanted, by way of Office 365 if asked for."""
    provider = _provider(vanity)
    browser_key = request.COOKIES.get(BROWSER_COOKIE, "")
    try:
        if provider is None:
            raise SamlError(Reason.NOT_CONFIGURED)
        user, next_path = sign_in.finish(provider, query_text(request, "handle"), browser_key, request)
    except SamlError as error:
        return refuse(request, vanity, error)
    with transaction.atomic():
        sessions.say_method(request, sessions.SSO)
        django_login(request, user, backend=BACKEND)
        audit.record(
            AuditAction.SIGNED_IN,
            account=user.account,
            actor=user,
            target=user,
            after={"method": "sso"},
            request=request,
        )
    return HttpResponseRedirect(prompt.address_after_sso(user, next_path))


@require_GET
@login_not_required
def metadata(_request: HttpRequest, vanity: str) -> HttpResponse:
    """Our metadata for this account's identity provider."""
    account = get_object_or_404(Account, vanity=vanity)
    return HttpResponse(saml.sp_metadata(account.vanity), content_type="application/samlmetadata+xml")


@require_GET
@never_cache
@login_not_required
def discover(request: HttpRequest) -> HttpResponse:
    """From an e-mail address to its company's sign-in, by a page of ours: a form may not lead to another origin."""
    email = query_text(request, "username", longest=254).lower()
    account = _account_of(email)
    next_path = checked_path(request.GET.get("next"))
    context = {"account": account, "email": email, "next_path": next_path}
    return render(request, "sso/discover.html", context, status=200 if account or not email else 404)


def _posted_message(request: HttpRequest) -> str:
    """The message in the body. Raises SamlError where the body is too large or cannot be read."""
    try:
        return request.POST.get("SAMLResponse", "")
    except RequestDataTooBig as error:
        raise SamlError(Reason.TOO_LARGE, "the body") from error
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError) as error:
        raise SamlError(Reason.MALFORMED, f"the body: {type(error).__name__}") from error


def _account_of(email: str) -> Account | None:
    """The account that has proven the address's domain and has single sign-on."""
    if "@" not in email:
        return None
    domain = Domain.objects.filter(
        name=email.rpartition("@")[2], proven_at__isnull=False, account__identity_provider__is_enabled=True
    )
    found = domain.select_related("account").first()
    return found.account if found else None


def _provider(vanity: str) -> IdentityProvider | None:
    """The enabled provider; accounts that do not exist are not found."""
    provider = sign_in.provider_of(vanity)
    if provider is None and not Account.objects.filter(vanity=vanity).exists():
        raise Http404
    return provider
