"""What owners and admins do about consent: see who waits, make and revoke links, write to the Office 365 admin."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require_admin
from accounts.requests import query_text
from accounts.views.confirming import confirmation, confirmed
from calendar_integration.calendar_service import doctor
from calendar_integration.company_consent import agreement, approval_mail, consent_links, stuck
from calendar_integration.errors import UnavailableError
from calendar_integration.models import CalendarService, ConsentLink

PER_PAGE = 50
NO_SERVICE = "Add a calendar service first."
TOO_MANY = f"There are {consent_links.MOST_AT_ONCE} links that work already. Revoke one that nobody needs."


@require_GET
def waiting_people(request: HttpRequest) -> HttpResponse:
    """Everyone who waits for an Office 365 admin, fifty a page."""
    account = require_admin(request).account
    page = Paginator(stuck.people(account), PER_PAGE).get_page(query_text(request, "page"))
    tries = stuck.last_tries([person.pk for person in page])
    rows = [(person, getattr(person, "consent_request", None), tries.get(person.pk)) for person in page]
    context = {"page": page, "rows": rows, "doctor": doctor.of_account(account)}
    return render(request, "calendar_integration/doctor/waiting.html", context)


@require_POST
def create_link(request: HttpRequest) -> HttpResponse:
    """A new consent link, shown within a mail that is ready to be sent."""
    user = require_admin(request)
    try:
        link = consent_links.create(user.account, user, request)
    except consent_links.NoServiceError:
        messages.warning(request, NO_SERVICE)
        return redirect("calendar_integration")
    except consent_links.TooManyLinksError:
        messages.warning(request, TOO_MANY)
        return redirect("calendar_integration")
    messages.success(request, "The link is created. Send it to your Office 365 admin.")
    return redirect(f"{reverse('consent_mail')}?link={link.pk}")


@require_http_methods(["GET", "POST"])
def revoke_link(request: HttpRequest, link_id: int) -> HttpResponse:
    """End a link, once it is clear what that means."""
    user = require_admin(request)
    link = get_object_or_404(ConsentLink.objects.select_related("account"), account=user.account_id, pk=link_id)
    if request.method == "GET":
        context = {"link": link, "title": "Revoke consent link"}
        return confirmation(request, "calendar_integration/doctor/_revoke.html", context)
    consent_links.revoke(link, user, request)
    messages.success(request, "The link no longer works.")
    return confirmed(request, reverse("calendar_integration"))


@require_GET
@never_cache
def consent_mail(request: HttpRequest) -> HttpResponse:
    """A mail that is ready to be sent, Microsoft's own page, and where it is done by hand."""
    user = require_admin(request)
    service = CalendarService.objects.ready().select_related("account").filter(account=user.account_id).first()
    if service is None:
        messages.info(request, NO_SERVICE)
        return redirect("calendar_integration")
    links = consent_links.usable(user.account)
    chosen = query_text(request, "link", longest=18)
    link = (links.filter(pk=int(chosen)).first() if chosen.isdecimal() else None) or consent_links.for_now(service)
    context = {
        "service": service,
        "link": link,
        "address": consent_links.address(link) if link else "",
        "mail": approval_mail.compose(user, service, link),
        "microsoft_address": _microsoft_address(service),
        "is_outdated": link is not None and not consent_links.asks_for(link, agreement.wanted(service)),
        "may_create_link": links.count() < consent_links.MOST_AT_ONCE,
    }
    return render(request, "calendar_integration/doctor/mail.html", context)


def _microsoft_address(service: CalendarService) -> str:
    """Microsoft's own page for this company; nothing where Microsoft cannot be asked where it is."""
    if service.tenant_id is None:
        return ""
    try:
        return agreement.microsoft_address(service.tenant_id, agreement.wanted(service))
    except UnavailableError:
        return ""
