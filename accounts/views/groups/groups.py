"""The list of groups, and a new one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms.groups import NewGroupForm
from accounts.groups import listing, writing
from accounts.groups.errors import NameTakenError
from accounts.models import Group, User
from accounts.permissions import managed_groups, require_admin
from accounts.requests import query_text, signed_in_user


@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """The groups this person runs, in the order in which they count."""
    user = signed_in_user(request)
    if not user.is_account_admin and not managed_groups(user).exists():
        raise PermissionDenied
    words = query_text(request, "q", longest=200)
    page = listing.groups_page(user, words, query_text(request, "page"))
    rows = listing.rows_of(list(page))
    context = {"page": page, "rows": rows, "words": words, "manages": user.is_account_admin, "last": number_of(user)}
    return render(request, "accounts/groups/groups.html", context)


def number_of(user: User) -> int:
    """How many groups the account has."""
    return Group.objects.filter(account=user.account_id).count()


@require_http_methods(["GET", "POST"])
def new_group(request: HttpRequest) -> HttpResponse:
    """Create a group; it is empty, so that this changes nobody's settings."""
    actor = require_admin(request)
    form = NewGroupForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        group = created(request, actor, form)
        if group is not None:
            messages.success(request, f"{group.name} is there. Now add its members.")
            return redirect("group", group.pk)
    context = {"form": form, "last": number_of(actor)}
    return render(request, "accounts/groups/new.html", context, status=422 if form.errors else 200)


def created(request: HttpRequest, actor: User, form: NewGroupForm) -> Group | None:
    """The new group, or nothing and a message at the form's name."""
    data = form.cleaned_data
    try:
        return writing.create(
            actor.account,
            data["name"],
            description=data["description"],
            position=data["position"],
            actor=actor,
            request=request,
        )
    except NameTakenError:
        form.name_is_taken()
        return None
