"""The account's domains: the list, how to prove one, and what becomes of people from elsewhere."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Domain, User
from accounts.permissions import require_admin
from accounts.requests import query_text
from accounts.views.confirming import confirmation, confirmed
from sso.domains import ownership, people, proof, unknown
from sso.domains.names import DomainNameError, shown
from sso.domains.ownership import DomainError
from sso.models import IdentityProvider, UnknownDomain

PER_PAGE = 50
LONGEST_TYPED = 300
METHODS = {"dns": "its DNS record", "file": "the file on its web server"}


@require_http_methods(["GET", "POST"])
def domains(request: HttpRequest) -> HttpResponse:
    """The list; posting to it adds a domain."""
    user = require_admin(request)
    if request.method == "GET":
        return _list(request, user)
    typed = request.POST.get("name", "").replace("\0", "")[:LONGEST_TYPED]
    try:
        domain = ownership.add(user.account, typed, actor=user, request=request)
    except (DomainNameError, DomainError) as error:
        return _list(request, user, status=422, typed=typed, error=str(error))
    return redirect("sso_domain", domain.pk)


@require_GET
def domain(request: HttpRequest, domain_id: int) -> HttpResponse:
    """One domain: proven, or how to prove it, with the values to copy."""
    found = _of_account(require_admin(request), domain_id)
    context = {"domain": found, "shown": shown(found.name)}
    how = {} if found.proven_at else _how_to_prove(found)
    return render(request, "sso/domains/domain.html", {**context, **how})


@require_POST
def check_domain(request: HttpRequest, domain_id: int) -> HttpResponse:
    """Look for the proof now."""
    user = require_admin(request)
    found = _of_account(user, domain_id)
    try:
        outcome = ownership.check(found, actor=user, request=request)
    except DomainError as error:
        messages.info(request, str(error))
        return redirect("sso_domain", found.pk)
    if outcome.method:  # else the page says what is missing
        messages.success(request, f"{found.name} is proven by {METHODS[outcome.method]}.")
    return redirect("sso_domain", found.pk)


@require_http_methods(["GET", "POST"])
def remove_domain(request: HttpRequest, domain_id: int) -> HttpResponse:
    """Take a domain off the list, once it is clear who comes from there."""
    user = require_admin(request)
    found = _of_account(user, domain_id)
    context = {"domain": found, "title": "Remove domain", "comers": people.of_domain(found)}
    try:
        if request.method == "POST":
            ownership.remove(found, actor=user, request=request)
        else:
            ownership.refuse_last(found)
    except DomainError as error:
        status = 409 if request.method == "POST" else 200
        return confirmation(request, "sso/domains/_remove.html", {**context, "error": str(error)}, status=status)
    if request.method == "GET":
        return confirmation(request, "sso/domains/_remove.html", {**context, "provider": _provider(user)})
    messages.success(request, f"{found.name} is removed.")
    return confirmed(request, reverse("sso_domains"))


@require_POST
def unknown_domain(request: HttpRequest) -> HttpResponse:
    """Say what becomes of people whose domain is not in the list."""
    user = require_admin(request)
    choice = request.POST.get("unknown_domain", "")
    if choice not in UnknownDomain.values:
        return _list(request, user, status=422, option_error="Choose one of the two.")
    try:
        is_changed = unknown.choose(user.account, choice, actor=user, request=request)
    except IdentityProvider.DoesNotExist:
        return _list(request, user, status=422, option_error="Set up an identity provider first.")
    messages.success(request, "Saved." if is_changed else "Nothing was changed.")
    return redirect("sso_domains")


def _list(request: HttpRequest, user: User, *, status: int = 200, **context: Any) -> HttpResponse:
    found = Domain.objects.filter(account=user.account_id).select_related("proof").order_by("name")
    page = Paginator(found, PER_PAGE).get_page(query_text(request, "page"))
    shown_too = {
        "page": page,
        "rows": [(domain, shown(domain.name)) for domain in page],
        "provider": _provider(user),
        "choices": UnknownDomain.choices,
    }
    return render(request, "sso/domains/domains.html", {**shown_too, **context}, status=status)


def _how_to_prove(domain: Domain) -> dict[str, Any]:
    """The values to copy, and what was missing when it was checked last."""
    wanted = ownership.proof_of(domain)
    return {
        "proof": wanted,
        "record_host": proof.HOST,
        "record_name": proof.record_name(domain.name),
        "value": proof.value_of(wanted.token),
        "file_url": proof.file_url(domain.name),
    }


def _provider(user: User) -> IdentityProvider | None:
    return IdentityProvider.objects.filter(account=user.account_id).first()


def _of_account(user: User, domain_id: int) -> Domain:
    """A domain of the account of the person asking. Raises Http404."""
    return get_object_or_404(Domain.objects.select_related("account"), account=user.account_id, pk=domain_id)
