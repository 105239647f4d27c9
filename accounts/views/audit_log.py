"""The audit log of an account, for those who manage it: a page with filters, and the same rows as a file."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import audit, keyset, log_filters
from accounts.audit_log import export, filters, selection
from accounts.audit_log.lines import Line
from accounts.audit_log.people_and_groups import LABELS, TooManyError
from accounts.csv.streaming import stream_csv
from accounts.models import AuditAction, AuditEvent, User
from accounts.permissions import require_admin

Asked = log_filters.Asked[filters.Filters]

AREAS = {
    "account": "Account",
    "user": "Users",
    "group": "Groups",
    "setting": "Settings",
    "audit": "Audit log",
    "sign_in": "Sign-in",
    "sso": "Single sign-on",
    "domain": "Domains",
    "calendar": "Office 365",
}


@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """A page of what happened, newest first."""
    user = require_admin(request)
    asked, events = _selected(request, user)
    if events is None:
        return _page(request, {"asked": asked}, status=422)
    page = keyset.page(events, before=keyset.id_in(request, "before"), after=keyset.id_in(request, "after"))
    return _page(request, {"asked": asked, "page": page, "lines": [Line(event) for event in page.rows]})


@require_GET
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """Everything that fits the filters, as a file that is written while it is sent; that it was taken is logged."""
    user = require_admin(request)
    asked, events = _selected(request, user)
    if events is None:
        return _page(request, {"asked": asked}, status=422)
    exported = audit.record(
        AuditAction.AUDIT_EXPORTED,
        account=user.account,
        actor=user,
        target=user.account,
        after=asked.in_use,
        request=request,
    )
    name = f"atrium-audit-{user.account.vanity}-{timezone.localdate().isoformat()}.csv"
    return stream_csv(name, export.HEADER, export.rows(events, before=exported.pk))


def _selected(request: HttpRequest, user: User) -> tuple[Asked, QuerySet[AuditEvent] | None]:
    """What was asked for, and the rows that fit; no rows where the question made no sense."""
    typed = log_filters.typed_in(request, filters.PARAMETERS)
    asked = filters.read(typed, actions=AuditAction.values, zone=timezone.get_current_timezone())
    if asked.errors:
        return asked, None
    try:
        return asked, selection.matching(user.account, asked.filters)
    except TooManyError as error:
        return Asked(typed, asked.filters, {error.parameter: str(error)}), None


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "accounts/audit/log.html", {**context, "areas": _areas(), "labels": LABELS}, status=status)


def _areas() -> list[tuple[str, list[tuple[str, str]]]]:
    """The actions by the part of the product they belong to, as the filter lists them."""
    return [
        (title, [(str(value), str(label)) for value, label in AuditAction.choices if value.split(".")[0] == area])
        for area, title in AREAS.items()
    ]
