"""The account's users: the list, and the same as a CSV file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.csv.streaming import stream_csv
from accounts.extensions import user_columns
from accounts.models import AuditAction
from accounts.permissions import require_admin
from accounts.users import export as csv_export
from accounts.users import listing, table

PAGE_SIZE = 50


@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """Fifty people a page, searched, filtered and sorted by what the address says."""
    account = require_admin(request).account
    filters = listing.filters_of(request, account)
    found = listing.in_order(listing.people(account, filters), filters.sort)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page": page,
        "rows": table.rows(page),
        "groups": table.group_choices(account.pk),
        "columns": [(column, column.choices(), filters.chosen.get(column.slug, "")) for column in user_columns()],
        "roles": listing.ROLES,
        "statuses": listing.STATUSES,
        "sorts": listing.SORTS,
    }
    return render(request, "accounts/users/users.html", context)


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The people of the list with its filters, by name. That they left the house is audited, without counting them."""
    admin = require_admin(request)
    filters = listing.filters_of(request, admin.account)
    audit.record(
        AuditAction.USERS_EXPORTED,
        account=admin.account,
        actor=admin,
        target=admin.account,
        after={"filters": filters.used},
        request=request,
    )
    file_name = f"{admin.account.vanity}-users-{timezone.localdate():%Y-%m-%d}.csv"
    return stream_csv(file_name, csv_export.header(), csv_export.rows(admin.account, filters))
