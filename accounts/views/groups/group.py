"""One group: its members, its details, its place among the others, and its end."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.extensions import goes_with
from accounts.forms.groups import GroupForm
from accounts.groups import listing, order, writing
from accounts.groups.errors import NameTakenError
from accounts.models import Group, Membership, User
from accounts.permissions import require_admin, require_group_manager
from accounts.requests import query_text
from accounts.views.consequential import Consequential, answer


@require_GET
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """The group's members; owners and admins look for people to add here as well."""
    user, group = require_group_manager(request, group_id)
    return members_tab(request, user, group)


def members_tab(request: HttpRequest, user: User, group: Group, *, status: int = 200, **context: Any) -> HttpResponse:
    """The members of a group, with what went wrong if something did."""
    words, looked_for = query_text(request, "q", longest=200), query_text(request, "add", longest=254)
    page = listing.members_page(group, words, query_text(request, "page"))
    found = listing.candidates(group, looked_for) if user.is_account_admin else []
    shown = {"group": group, "tab": "members", "manages": user.is_account_admin, "page": page, "words": words}
    shown |= {"looked_for": looked_for, "found": found, "most_found": listing.CANDIDATES, "typed": "", **context}
    return render(request, "accounts/groups/members.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def group_details(request: HttpRequest, group_id: int) -> HttpResponse:
    """Its name, description and priority; for those who manage the account."""
    require_admin(request)
    actor, group = require_group_manager(request, group_id)
    form = GroupForm(
        request.POST if request.method == "POST" else None,
        initial={"name": group.name, "description": group.description},
    )
    if request.method == "POST" and form.is_valid() and changed(request, actor, group, form):
        messages.success(request, "Saved.")
        return redirect("group_details", group.pk)
    group.refresh_from_db(fields=["name", "description"])
    places = {"position": order.position_of(group), "last": Group.objects.filter(account=group.account).count()}
    context = {"group": group, "tab": "details", "manages": True, "form": form, **places}
    return render(request, "accounts/groups/details.html", context, status=422 if form.errors else 200)


def changed(request: HttpRequest, actor: User, group: Group, form: GroupForm) -> bool:
    """Whether it was saved; if not, the form says why. Raises Http404 where somebody deleted it meanwhile."""
    try:
        writing.change(group, **form.cleaned_data, actor=actor, request=request)
    except NameTakenError:
        form.name_is_taken()
        return False
    except Group.DoesNotExist as error:
        raise Http404 from error
    return True


@require_http_methods(["GET", "POST"])
def delete_group(request: HttpRequest, group_id: int) -> HttpResponseBase:
    """Delete it, once it is clear whose settings change."""
    require_admin(request)
    actor, group = require_group_manager(request, group_id)
    members = Membership.objects.filter(group=group).count()
    change = Consequential(
        account=group.account,
        make=lambda seen: writing.delete(group, actor=actor, seen=seen, request=request),
        people=writing.member_ids(group),
        fragment="accounts/groups/_delete.html",
        path=reverse("groups"),
        done=f"{group.name} is deleted. Its people are still there.",
        context={"group": group, "members": members, "goes_with": goes_with(group), "title": "Delete group"},
    )
    return answer(request, change)


@require_http_methods(["GET", "POST"])
def move_group(request: HttpRequest, group_id: int) -> HttpResponseBase:
    """Move it up, down or to a position, once it is clear whose settings change."""
    require_admin(request)
    actor, group = require_group_manager(request, group_id)
    ids = order.ids_in_order(group.account)
    now = ids.index(group.pk) + 1 if group.pk in ids else 1
    position = wanted_position(request, now, len(ids))
    if position is None:
        messages.error(request, f"Nothing was moved: enter a whole number from 1 to {len(ids)}.")
        return redirect("group_details", group.pk)
    passed = order.passed(ids, group.pk, position)
    names = names_of(passed)
    context = {"group": group, "title": "Move group", "position": position, "now": now}
    change = Consequential(
        account=group.account,
        make=lambda seen: order.move(group, position, actor=actor, seen=seen, request=request),
        people=order.concerned_by_move(group, position),
        fragment="accounts/groups/_move.html",
        path=reverse("groups"),
        done=f"{group.name} now has priority {position}.",
        context={**context, "passed": names, "more": len(passed) - len(names)},
        query={"to": str(position)},
    )
    return answer(request, change)


def wanted_position(request: HttpRequest, now: int, last: int) -> int | None:
    """Where it shall go: a number from 1 to the last, or one step up or down; None for anything else."""
    wanted = (request.POST if request.method == "POST" else request.GET).get("to", "")
    if wanted in ("up", "down"):
        return min(max(now + (1 if wanted == "down" else -1), 1), last)
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) <= len(str(last))
    return int(wanted) if is_number and 1 <= int(wanted) <= last else None


def names_of(group_ids: list[int]) -> list[str]:
    """The first few names, in the order in which the groups count."""
    names = Group.objects.filter(pk__in=group_ids).order_by("priority").values_list("name", flat=True)
    return list(names[: listing.ADMINS_SHOWN])
