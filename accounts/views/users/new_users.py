"""Somebody new: invited by mail, or created without one."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import directory
from accounts.forms.users import NewUserForm
from accounts.groups import membership
from accounts.models import Role, User
from accounts.permissions import require_admin
from accounts.users import invitations


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Create somebody and send them the way in."""
    return new_user(request, by_mail=True)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Create somebody who signs in with single sign-on."""
    return new_user(request, by_mail=False)


def new_user(request: HttpRequest, *, by_mail: bool) -> HttpResponse:
    """The form; nothing typed is lost where it is refused."""
    actor = require_admin(request)
    form = NewUserForm(request.POST if request.method == "POST" else None, actor=actor)
    person = add(request, form, actor, by_mail=by_mail) if request.method == "POST" and form.is_valid() else None
    if person is None:
        status = 422 if request.method == "POST" else 200
        return render(request, "accounts/users/new.html", {"form": form, "by_mail": by_mail}, status=status)
    if by_mail:
        send_and_tell(request, person, actor)
    else:
        messages.success(request, f"{person} was created, without a mail.")
    return redirect("user", person.pk)


def add(request: HttpRequest, form: NewUserForm, actor: User, *, by_mail: bool) -> User | None:
    """The new person, or None where somebody else added them just now, which the form then says."""
    values = form.cleaned_data
    make = invitations.invite if by_mail else directory.create_user
    try:
        with transaction.atomic():
            person = make(
                actor.account,
                values["email"],
                name=values["name"],
                role=Role(values["role"]),
                actor=actor,
                request=request,
            )
            for group in values.get("groups", ()):
                membership.add(group, person, actor=actor, request=request)
            return person
    except IntegrityError:
        form.refuse_if_known(values["email"])
        if form.known is None:
            raise
        return None


def send_and_tell(request: HttpRequest, person: User, actor: User) -> None:
    """Send the invitation, after the transaction that it speaks of, and say whether it went out."""
    if invitations.send(person, invited_by=actor):
        messages.success(request, f"An invitation is on its way to {person.email}.")
    else:
        text = f"{person} was created, but the mail could not be sent. Send it again from this page a little later."
        messages.warning(request, text)
