"""What a checked CSV file would do, and doing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import impact
from accounts.csv_import import pending as pending_imports
from accounts.csv_import.applying import apply, rehearse
from accounts.csv_import.known import plan_of
from accounts.csv_import.plan import Plan
from accounts.csv_import.rows import FileRow
from accounts.models import PendingImport, User
from accounts.permissions import require_admin
from accounts.tiered_settings.revision import StaleError
from accounts.views import affected
from accounts.views.consequential import described, version_seen
from accounts.views.users.users_import import PROBLEMS_SHOWN

PEOPLE_SHOWN = 50


@require_http_methods(["GET", "POST"])
def users_import_preview(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """What the file would do, and to whom; a POST with the version seen does it. Another person's file is not found."""
    actor = require_admin(request)
    try:
        pending = pending_imports.find(actor, import_id)
        if affected.is_asked_for(request):
            return affected_people(request, actor, pending)
        seen = version_seen(request)
        if request.method == "GET" or seen is None:
            return preview_page(request, actor, pending)
        return confirm(request, actor, pending, seen)
    except PendingImport.DoesNotExist as error:
        raise Http404 from error


def confirm(request: HttpRequest, actor: User, pending: PendingImport, seen: int) -> HttpResponse:
    """Import it, or show what it would do now that something has changed."""
    rows = pending_imports.rows_of(pending)
    digest = request.POST.get("plan", "")
    plan = plan_of(pending.account, rows, actor=actor)
    try:
        with transaction.atomic():
            apply(
                pending.account,
                rows,
                actor=actor,
                file_name=pending.file_name,
                seen=seen,
                digest=digest,
                request=request,
            )
            pending_imports.use_up(pending)
    except StaleError:
        return preview_page(request, actor, pending, is_stale=True)
    numbers = f"{len(plan.created):,} created, {len(plan.changed):,} changed"
    messages.success(request, f"{pending.file_name or 'The file'} is imported: {numbers}.")
    # Whoever imported themselves out of managing the account has nothing to look at there.
    return redirect("users" if User.objects.get(pk=actor.pk).is_account_admin else "home")


def preview_page(request: HttpRequest, actor: User, pending: PendingImport, *, is_stale: bool = False) -> HttpResponse:
    """Who would be created and changed, and whose settings change; or what is wrong by now."""
    rows = pending_imports.rows_of(pending)
    plan = plan_of(pending.account, rows, actor=actor)
    context = {"pending": pending, "is_stale": is_stale, **shown_of(plan)}
    if not plan.problems:
        context |= described(dry_run(actor, pending, rows, plan)) | affected.addresses(request, {})
    status = 409 if is_stale else 422 if plan.problems else 200
    return render(request, "accounts/import/preview.html", context, status=status)


def affected_people(request: HttpRequest, actor: User, pending: PendingImport) -> HttpResponseBase:
    """Whose settings change; the preview itself where something is wrong by now."""
    rows = pending_imports.rows_of(pending)
    plan = plan_of(pending.account, rows, actor=actor)
    if plan.problems:
        return preview_page(request, actor, pending)
    shown = dry_run(actor, pending, rows, plan)
    return affected.answer(request, shown, title=f"Import {pending.file_name}", query={})


def dry_run(actor: User, pending: PendingImport, rows: list[FileRow], plan: Plan) -> impact.Impact:
    """The impact of the whole import on the people known. Raises PermissionDenied where it is no longer possible."""
    try:
        return impact.preview(
            pending.account, lambda: rehearse(pending.account, rows, actor=actor), people=plan.concerned
        )
    except StaleError as error:  # somebody was deactivated between checking and trying
        raise PermissionDenied from error


def shown_of(plan: Plan) -> dict[str, Any]:
    """The plan as its page shows it: numbers, and the first people."""
    return {
        "plan": plan,
        "created": plan.created[:PEOPLE_SHOWN],
        "changed": plan.changed[:PEOPLE_SHOWN],
        "more_created": max(len(plan.created) - PEOPLE_SHOWN, 0),
        "more_changed": max(len(plan.changed) - PEOPLE_SHOWN, 0),
        "problems": plan.problems[:PROBLEMS_SHOWN],
        "number_of_problems": len(plan.problems),
        "does_something": bool(plan.created or plan.changed),
    }
