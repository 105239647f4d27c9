"""Leaving for Microsoft, and saying why not where nobody is sent there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from calendar_integration.authorization import admin_consent, consent
from calendar_integration.authorization.attempts import TooManyAttemptsError
from calendar_integration.availability import Availability, Obstacle
from calendar_integration.errors import UnavailableError

UNREACHABLE = "Microsoft cannot be reached right now. It is usually back within minutes."
TOO_MANY = "You have gone to Microsoft many times within the last hour. Wait an hour, then connect again."


def to_authorize(request: HttpRequest, user: User, next_path: str, *, silent: bool = False) -> HttpResponse:
    """On to Microsoft, to authorize the person's own mailbox; if it is to be silent, Microsoft asks nothing."""
    try:
        attempt, address = consent.begin(user, next_path, silent=silent)
    except consent.CannotConnectError as error:
        return not_possible(request, error.availability, next_path)
    except TooManyAttemptsError:
        messages.warning(request, TOO_MANY)
        return redirect("profile")
    return HttpResponseRedirect(address) if address else redirect("office365_outcome", attempt.reference)


def to_admin_consent(request: HttpRequest, user: User, next_path: str) -> HttpResponse:
    """On to Microsoft, to agree on behalf of the company. Raises PermissionDenied where nobody may."""
    try:
        return HttpResponseRedirect(admin_consent.begin(user, next_path))
    except admin_consent.NotOfferedError as error:
        raise PermissionDenied from error
    except consent.CannotConnectError as error:
        return not_possible(request, error.availability, next_path)
    except TooManyAttemptsError:
        messages.warning(request, TOO_MANY)
        return redirect("profile")
    except UnavailableError:
        messages.warning(request, UNREACHABLE)
        return redirect("profile")


def not_possible(request: HttpRequest, availability: Availability, next_path: str) -> HttpResponse:
    """Why nobody is sent anywhere: a page of its own where somebody decided so, else a message."""
    if availability.obstacle is Obstacle.NO_SERVICE:
        if next_path not in (reverse("meetings"), reverse("contacts")):  # which say it by themselves
            messages.info(request, availability.words)
        return redirect(next_path)
    is_off = availability.obstacle is Obstacle.OFF
    context = {"words": availability.words, "is_off": is_off, "next_path": next_path}
    return render(request, "calendar_integration/not_possible.html", context, status=403 if is_off else 200)
