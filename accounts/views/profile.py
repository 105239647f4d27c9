"""A person's own page: their time zone, and what apps above know about them."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.extensions import profile_panels
from accounts.forms.sign_in import TimeZoneForm
from accounts.models import AuditAction
from accounts.requests import signed_in_user
from accounts.time_zones import FOLLOW_ACCOUNT
from accounts.views.sessions import listed


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show the page; a POST saves the time zone."""
    user = signed_in_user(request)
    form = TimeZoneForm(
        request.POST if request.method == "POST" else None,
        account=user.account,
        initial={"time_zone": user.time_zone or FOLLOW_ACCOUNT},
    )
    if request.method == "POST" and form.is_valid():
        save_time_zone(request, form.cleaned_data["time_zone"])
        messages.success(request, "Time zone saved.")
        return redirect("profile")
    context = {"form": form, "panels": profile_panels(request), **listed(request, user)}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@require_POST
def detected_time_zone(request: HttpRequest) -> HttpResponse:
    """Take the browser's time zone over for someone who has never had one; 204 either way."""
    user = signed_in_user(request)
    form = TimeZoneForm(request.POST, account=user.account)
    if not user.time_zone and form.is_valid() and form.cleaned_data["time_zone"]:
        save_time_zone(request, form.cleaned_data["time_zone"])
    return HttpResponse(status=204)


@transaction.atomic
def save_time_zone(request: HttpRequest, name: str) -> None:
    """Keep the person's time zone, audited where it differs from before."""
    user = signed_in_user(request)
    before, user.time_zone = user.time_zone, name
    if before == name:
        return
    user.save(update_fields=["time_zone"])
    audit.record(
        AuditAction.TIME_ZONE_CHANGED,
        account=user.account,
        actor=user,
        target=user,
        before={"time_zone": before},
        after={"time_zone": name},
        request=request,
    )
