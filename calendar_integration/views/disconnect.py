"""Disconnecting oneself: how much will be deleted, then the deletion."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.requests import signed_in_user
from accounts.tiered_settings.reading import effective
from accounts.views.confirming import confirmation, confirmed
from calendar_integration.ending import clean_exit
from calendar_integration.models import AskMode
from calendar_integration.setting_definitions import ASK
from calendar_integration.views.panel import PANEL

CONFIRM = "calendar_integration/disconnect/_confirm.html"
DONE = "Office 365 is disconnected. What Atrium kept of your mailbox is being deleted."
NOTHING = "Office 365 was not connected, so that there was nothing to disconnect."


@require_http_methods(["GET", "POST"])
def disconnect(request: HttpRequest) -> HttpResponse:
    """Ask, then end the connection."""
    user = signed_in_user(request)
    back = f"{reverse('profile')}#{PANEL}"
    if request.method == "GET":
        is_asked_again = effective(user, [ASK.key])[ASK.key].value == AskMode.EVERY
        context = {"held": clean_exit.held_of(user), "back": back, "is_asked_again": is_asked_again}
        return confirmation(request, CONFIRM, {**context, "title": "Disconnect Office 365"})
    if clean_exit.disconnect_oneself(user, request=request):
        messages.success(request, DONE)
    else:
        messages.info(request, NOTHING)
    return confirmed(request, back, stays=True)
