"""A person's page for admins, and what can be changed there."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import directory
from accounts.extensions import user_columns
from accounts.forms.users import NameForm, RoleForm
from accounts.models import Role, User
from accounts.permissions import may_change_person, person_of_account, require_admin
from accounts.users import invitations
from accounts.users.status import TONES, status_of
from accounts.views.changing import person_to_change
from accounts.views.confirming import confirmation, confirmed

GROUPS_SHOWN = 50


@require_safe
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Who they are, what they may do, and the ways to change it."""
    actor = require_admin(request)
    person = person_of_account(actor, user_id)
    status = status_of(person)
    memberships = person.memberships.select_related("group").order_by("group__priority")
    cells = [(column.title, column.cells([person.pk]).get(person.pk)) for column in user_columns()]
    context = {
        "person": person,
        "status": status,
        "status_tone": TONES[status],
        "is_self": actor.pk == person.pk,
        "may_change": may_change_person(actor, person),
        "may_be_invited": invitations.may_be_invited(person),
        "memberships": memberships[:GROUPS_SHOWN],
        "membership_count": memberships.count(),
        "cells": [(title, cell) for title, cell in cells if cell is not None],
    }
    return render(request, "accounts/users/user.html", context)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def name(request: HttpRequest, user_id: int) -> HttpResponse:
    """Another name."""
    actor, person = person_to_change(request, user_id)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": person.name})
    if request.method == "POST" and form.is_valid():
        directory.rename(person, form.cleaned_data["name"], actor=actor, request=request)
        messages.success(request, "Name saved.")
        return confirmed(request, page_of(person))
    return ask(request, "name", person, form=form, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Another role; the last owner keeps theirs, and nobody gives what is not theirs to give."""
    actor, person = person_to_change(request, user_id)
    is_self = actor.pk == person.pk
    form = RoleForm(request.POST if request.method == "POST" else None, actor=actor, initial={"role": person.role})
    if request.method == "POST" and form.is_valid():
        wanted = Role(form.cleaned_data["role"])
        try:
            directory.change_role(person, wanted, actor=actor, request=request)
        except directory.LastOwnerError:
            return ask(request, "role", person, form=form, is_self=is_self, is_last_owner=True, status=422)
        messages.success(request, f"{person} is {wanted.label.lower()} now.")
        return confirmed(request, reverse("home") if is_self and wanted == Role.MEMBER else page_of(person))
    context = {"form": form, "is_self": is_self, "is_last_owner": directory.is_last_owner(person)}
    return ask(request, "role", person, **context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Keep a person out; never oneself, and never the last owner."""
    actor, person = person_to_change(request, user_id)
    is_self, is_last_owner = actor.pk == person.pk, directory.is_last_owner(person)
    if request.method == "GET" or is_self or is_last_owner:
        status = 200 if request.method == "GET" else 422
        return ask(request, "deactivate", person, is_self=is_self, is_last_owner=is_last_owner, status=status)
    directory.deactivate(person, actor=actor, request=request)
    messages.success(request, f"{person} is deactivated and signed out everywhere.")
    return confirmed(request, page_of(person))


@require_http_methods(["GET", "POST"])
@transaction.atomic
def reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let a person in again."""
    actor, person = person_to_change(request, user_id)
    if request.method == "GET":
        return ask(request, "reactivate", person)
    directory.reactivate(person, actor=actor, request=request)
    messages.success(request, f"{person} can sign in again.")
    return confirmed(request, page_of(person))


def ask(request: HttpRequest, what: str, person: User, *, status: int = 200, **context: Any) -> HttpResponse:
    """One of the dialogs of a person's page."""
    context |= {"person": person, "back": page_of(person)}
    return confirmation(request, f"accounts/users/_{what}.html", context, status=status)


def page_of(person: User) -> str:
    """The address of their page."""
    return reverse("user", args=[person.pk])
