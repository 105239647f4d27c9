"""Where people land when they ask for nothing in particular."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.requests import signed_in_user
from portal.overview.gathering import checklist_of


def home(request: HttpRequest) -> HttpResponse:
    """Everybody's first page is their meetings; owners and admins see the Overview while something is to be done."""
    user = signed_in_user(request)
    if user.is_account_admin and not checklist_of(user).is_finished:
        return redirect("overview")
    return redirect("meetings")
