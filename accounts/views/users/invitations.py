"""Invitations: sent again by an admin, accepted by whoever was invited."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.sign_in import NewPasswordForm
from accounts.models import User
from accounts.signing_in import password_policy
from accounts.users import invitations
from accounts.views.changing import person_to_change
from accounts.views.users.new_users import send_and_tell


@require_POST
def send_again(request: HttpRequest, user_id: int) -> HttpResponse:
    """Another mail for somebody who has not been here yet."""
    with transaction.atomic():
        actor, person = person_to_change(request, user_id)
        is_sensible = invitations.may_be_invited(person)
        if is_sensible:
            invitations.wait_for(person, actor=actor, request=request)
    if is_sensible:
        send_and_tell(request, person, actor)
    else:
        messages.warning(request, f"{person} needs no invitation any more.")
    return redirect("user", person.pk)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the mail's link: choose a password, then sign in with it."""
    with transaction.atomic():
        person = invitations.invited_person(token, lock=request.method == "POST")
        if person is None:
            return render(request, "accounts/users/invitation_gone.html", status=404)
        if not password_policy.allows(person):
            return render(request, "accounts/users/invitation_by_sso.html", {"account": person.account})
        form = NewPasswordForm(person, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return keep_password(request, form, person)
    context = {"form": form, "person": person, "account": person.account}
    return render(request, "accounts/users/invitation.html", context, status=422 if form.errors else 200)


def keep_password(request: HttpRequest, form: NewPasswordForm, person: User) -> HttpResponse:
    """Keep the password, and send them to the sign-in of their account, whoever was signed in here before."""
    form.save()
    invitations.accepted(person, method="password", request=request)
    if request.user.is_authenticated:
        logout(request)
    messages.success(request, f"Your password is saved. Sign in as {person.email}.")
    return redirect("sign_in_account", person.account.vanity)
