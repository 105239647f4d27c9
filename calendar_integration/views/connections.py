"""How people's mailboxes stand, for those who are responsible for them: the list, a file of it, and another try."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.csv.streaming import stream_csv
from accounts.models import AuditAction, Group
from accounts.permissions import managed_groups, managed_people, require_manager
from accounts.users.table import GROUPS_SUGGESTED, GroupChoices
from calendar_integration import clock
from calendar_integration.health import causes, listing, retrying, summary, table, words
from calendar_integration.health import export as csv_export
from calendar_integration.models import Connection

PAGE_SIZE = 50
KEPT = ("q", "state", "error", "group", "sort", "page")  # of the page's address, on the way back to it


@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    """Fifty people a page, searched, filtered and sorted by what the address says; above them the whole in pictures."""
    viewer, now = require_manager(request), clock.now()
    filters = listing.filters_of(request, viewer)
    found = listing.in_order(listing.people(viewer, filters, now), filters.sort)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    pause, cause = causes.of(viewer.account)
    rows = table.rows(page, pause, now)
    context = {
        "filters": filters,
        "page": page,
        "rows": rows,
        "retries": sum(row.may_retry for row in rows),
        "groups": _group_choices(managed_groups(viewer)),
        "states": listing.STATES,
        "errors": words.CHOICES,
        "sorts": listing.SORTS,
        "account_cause": cause,
        "summary": summary.of(viewer, now),
        "query": request.GET.urlencode(),
    }
    return render(request, "calendar_integration/connections/connections.html", context)


@require_GET
def connections_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same people as a file. That they left the house is audited, without counting them."""
    viewer, now = require_manager(request), clock.now()
    filters = listing.filters_of(request, viewer)
    audit.record(
        AuditAction.CONNECTIONS_EXPORTED,
        account=viewer.account,
        actor=viewer,
        target=viewer.account,
        after={"filters": filters.used},
        request=request,
    )
    file_name = f"{viewer.account.vanity}-connections-{timezone.localdate():%Y-%m-%d}.csv"
    return stream_csv(file_name, csv_export.COLUMNS, csv_export.rows(viewer, filters, now))


@require_POST
def retry_one(request: HttpRequest, person_id: int) -> HttpResponse:
    """Try this person's mailbox now. Others' people are 404."""
    viewer, now = require_manager(request), clock.now()
    person = get_object_or_404(managed_people(viewer).filter(is_active=True), pk=person_id)
    connection = Connection.objects.filter(user=person).select_related("user").first()
    pause, _cause = causes.of(viewer.account)
    if connection is None or pause is not None or not retrying.may_retry(connection, now):
        messages.warning(request, f"There is nothing to try for {person} now; the list says why.")
    elif retrying.retry(connection, actor=viewer, request=request):
        messages.success(request, f"The mailbox of {person} is tried now. It may take a minute until it shows here.")
    return _back(request)


@require_POST
def retry_shown(request: HttpRequest) -> HttpResponse:
    """Try the mailboxes of everyone in the filtered list, some hundred at most, a few each second."""
    viewer, now = require_manager(request), clock.now()
    pause, _cause = causes.of(viewer.account)
    if pause is not None:
        messages.warning(
            request, "Nothing is tried while the account pauses; one mailbox at a time is tried by itself."
        )
        return _back(request)
    people = listing.people(viewer, listing.filters_of(request, viewer), now)
    _say(request, retrying.retry_all(people, now, actor=viewer, request=request))
    return _back(request)


def _say(request: HttpRequest, retried: retrying.Retried) -> None:
    tried = "1 mailbox is" if retried.tried == 1 else f"{retried.tried:,} mailboxes are"
    within = "at once" if retried.within.total_seconds() < 5 else f"within {retried.within.total_seconds():.0f} seconds"
    parts = [f"{tried} tried {within}."] if retried.tried else ["No mailbox had to be brought forward."]
    if retried.is_cut:
        parts.append("More are failing: press again when these are through.")
    if retried.left_alone:
        left = "1 is" if retried.left_alone == 1 else f"{retried.left_alone:,} are"
        parts.append(f"{left} left alone, since Microsoft asked Atrium to wait.")
    (messages.success if retried.tried else messages.info)(request, " ".join(parts))


def _back(request: HttpRequest) -> HttpResponse:
    query = QueryDict(mutable=True)
    query.update({name: request.GET[name] for name in KEPT if name in request.GET})
    return redirect(f"{reverse('connections')}{'?' if query else ''}{query.urlencode()}")


def _group_choices(groups: QuerySet[Group]) -> GroupChoices:
    names = groups.order_by("name").values_list("name", flat=True)
    return GroupChoices(tuple(names[:GROUPS_SUGGESTED]))
