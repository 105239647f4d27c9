"""From an e-mail address to the company's identity provider."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Account, Domain
from accounts.paths import checked_path
from accounts.signing_in import password_policy, searching

LONGEST_EMAIL = 254


@require_http_methods(["GET", "POST"])
@never_cache
@login_not_required
def discover(request: HttpRequest) -> HttpResponse:
    """Ask for the e-mail, and go on to the page of its company; the e-mail stands in no address.

    What it tells of a company is that it has single sign-on, and nothing of who is there: every address of the
    domain leads on, and misses are limited.
    """
    if request.method == "GET":
        return _asked(request, request.GET.get("next"))
    next_path, email = checked_path(request.POST.get("next")), _typed(request)
    if searching.is_held_up(request):
        return _asked(request, next_path, email=email, problem="too_many", status=429)
    account = _account_of(email)
    if account is None:
        searching.missed(request)
        return _asked(request, next_path, email=email, problem="unknown", status=422)
    return HttpResponseRedirect(f"{reverse('sso_onward', args=[account.vanity])}?{urlencode({'next': next_path})}")


@require_GET
@never_cache
@login_not_required
def onward(request: HttpRequest, vanity: str) -> HttpResponse:
    """On to the company's sign-in, by a page of ours: a form may not lead to another origin."""
    account = get_object_or_404(Account, vanity=vanity, identity_provider__is_enabled=True)
    query = urlencode({"next": checked_path(request.GET.get("next"))})
    context = {
        "account": account,
        "address": f"{reverse('sso_login', args=[vanity])}?{query}",
        "is_enforced": password_policy.is_enforced(account),
    }
    return render(request, "sso/onward.html", context)


def _asked(
    request: HttpRequest, next_path: str | None, *, email: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"email": email, "problem": problem, "next_path": checked_path(next_path)}
    return render(request, "sso/discover.html", context, status=status)


def _typed(request: HttpRequest) -> str:
    return request.POST.get("email", "").replace("\0", "").strip()[:LONGEST_EMAIL].lower()


def _account_of(email: str) -> Account | None:
    """The account that has proven the address's domain and has single sign-on."""
    name, _, domain = email.rpartition("@")
    if not name:
        return None
    proven = Domain.objects.filter(name=domain, proven_at__isnull=False, account__identity_provider__is_enabled=True)
    found = proven.select_related("account").first()
    return found.account if found else None
