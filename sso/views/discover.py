"""From an e-mail address to the company's identity provider."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Account, Domain
from accounts.paths import checked_path
from accounts.requests import query_text
from accounts.signing_in import password_policy


@require_GET
@never_cache
@login_not_required
def discover(request: HttpRequest) -> HttpResponse:
    """On to the company's sign-in, by a page of ours: a form may not lead to another origin."""
    email = query_text(request, "username", longest=254).lower()
    account = _account_of(email)
    context = {
        "account": account,
        "email": email,
        "next_path": checked_path(request.GET.get("next")),
        "is_enforced": account is not None and password_policy.is_enforced(account),
    }
    return render(request, "sso/discover.html", context, status=200 if account or not email else 404)


def _account_of(email: str) -> Account | None:
    """The account that has proven the address's domain and has single sign-on."""
    if "@" not in email:
        return None
    domain = Domain.objects.filter(
        name=email.rpartition("@")[2], proven_at__isnull=False, account__identity_provider__is_enabled=True
    )
    found = domain.select_related("account").first()
    return found.account if found else None
