"""Adding people to a group, taking them out, and letting them run it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.groups import membership
from accounts.groups.errors import MemberIsAdminError, NotAMemberError
from accounts.models import Group, Membership, User
from accounts.permissions import person_of_account, require_admin, require_group_manager
from accounts.views.confirming import confirmation, confirmed, is_in_dialog
from accounts.views.consequential import Consequential, answer
from accounts.views.groups.group import members_tab

LARGEST_ID = 2**63 - 1


class NobodyError(Exception):
    """Nobody can be added by what was submitted; the words say why."""


@require_http_methods(["GET", "POST"])
def add_member(request: HttpRequest, group_id: int) -> HttpResponseBase:
    """Add somebody; it asks first where that changes something for them. A GET is somebody reloading: the group.

    Owners and admins name them by id or e-mail, group admins by exact e-mail only: the directory is not theirs to
    browse.
    """
    actor, group = require_group_manager(request, group_id)
    if request.method == "GET":
        return redirect(f"{reverse('group', args=[group.pk])}?{request.GET.urlencode()}")
    try:
        person = person_to_add(request, actor, group)
    except NobodyError as error:
        return nobody_added(request, actor, group, str(error))
    change = Consequential(
        account=group.account,
        make=lambda seen: membership.add(group, person, actor=actor, seen=seen, request=request),
        people=[person.pk],
        fragment="accounts/groups/_add.html",
        path=reverse("group", args=[group.pk]),
        done=f"{person} is now in {group.name}.",
        context={"group": group, "person": person, "title": "Add member", "by_email": "email" in request.POST},
        asks_always=False,
    )
    return answer(request, change)


def nobody_added(request: HttpRequest, actor: User, group: Group, problem: str) -> HttpResponse:
    """Why, in the dialog or above the members, with what was typed."""
    if is_in_dialog(request):
        context = {"group": group, "problem": problem}
        return confirmation(request, "accounts/groups/_not_added.html", context, status=422)
    typed = request.POST.get("email", "").replace("\0", "")
    return members_tab(request, actor, group, status=422, problem=problem, typed=typed)


def person_to_add(request: HttpRequest, actor: User, group: Group) -> User:
    """Whoever is meant. Raises NobodyError, Http404 for an unknown id, and PermissionDenied for group admins' ids."""
    if "person" in request.POST:
        if not actor.is_account_admin:
            raise PermissionDenied
        person = person_of_account(actor, id_of(request.POST["person"]))
    else:
        person = person_by_email(request.POST.get("email", ""), group)
        if person.is_account_admin and not actor.is_account_admin:
            raise NobodyError(f"{person} manages the account. Ask an owner or admin to add them.")
    if not person.is_active:
        raise NobodyError(f"{person} is deactivated. Reactivate them first.")
    if Membership.objects.filter(group=group, user=person).exists():
        raise NobodyError(f"{person} is in this group already.")
    return person


def person_by_email(typed: str, group: Group) -> User:
    """Whoever has exactly this e-mail. Raises NobodyError."""
    email = typed.replace("\0", "").strip().lower()
    if not email:
        raise NobodyError("Enter the e-mail of the person to add.")
    person = User.objects.select_related("account").filter(account=group.account_id, email=email).first()
    if person is None:
        raise NobodyError(f"Nobody in {group.account} has this e-mail. Check the spelling.")
    return person


def id_of(typed: str) -> int:
    """A row's id. Raises Http404 where it cannot be one."""
    if not typed.isascii() or not typed.isdigit() or len(typed) > len(str(LARGEST_ID)):
        raise Http404
    return min(int(typed), LARGEST_ID)


@require_http_methods(["GET", "POST"])
def remove_member(request: HttpRequest, group_id: int, person_id: int) -> HttpResponseBase:
    """Take somebody out, once it is clear what changes for them."""
    actor, group = require_group_manager(request, group_id)
    person = member_of(actor, group, person_id).user
    change = Consequential(
        account=group.account,
        make=lambda seen: membership.remove(group, person, actor=actor, seen=seen, request=request),
        people=[person.pk],
        fragment="accounts/groups/_remove.html",
        path=reverse("group", args=[group.pk]),
        done=f"{person} is no longer in {group.name}.",
        context={"group": group, "person": person, "title": "Remove member"},
    )
    try:
        return answer(request, change)
    except MemberIsAdminError as error:
        raise PermissionDenied from error
    except NotAMemberError as error:
        raise Http404 from error


@require_http_methods(["GET", "POST"])
def change_member_admin(request: HttpRequest, group_id: int, person_id: int) -> HttpResponse:
    """Make a member group admin, or no longer; for those who manage the account."""
    require_admin(request)
    actor, group = require_group_manager(request, group_id)
    found = member_of(actor, group, person_id)
    if request.method == "GET":
        context = {"group": group, "person": found.user, "makes": not found.is_admin, "title": "Group admin"}
        return confirmation(request, "accounts/groups/_admin.html", context)
    makes = request.POST.get("is_admin") == "yes"
    try:
        membership.set_admin(group, found.user, makes, actor=actor, request=request)
    except NotAMemberError as error:
        raise Http404 from error
    now = "now a group admin" if makes else "no longer a group admin"
    messages.success(request, f"{found.user} is {now} of {group.name}.")
    return confirmed(request, reverse("group", args=[group.pk]), stays=True)


def member_of(actor: User, group: Group, person_id: int) -> Membership:
    """The membership of a person of the account in this group. Raises Http404."""
    members = Membership.objects.select_related("user__account")
    return get_object_or_404(members, group=group, user=person_id, user__account=actor.account_id)
