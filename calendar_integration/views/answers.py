"""Answers of Microsoft that nothing can be done with: nobody is signed in, or nothing open belongs to them."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.references import new_reference
from calendar_integration.models import ACTIVE_STATES, Connection

logger = logging.getLogger(__name__)


def session_ended(request: HttpRequest) -> HttpResponse:
    """Somebody came back from Microsoft and is not signed in any more."""
    messages.info(request, "Your session ended while you were at Microsoft. Sign in, then connect again.")
    return redirect("sign_in")


def unknown_answer(request: HttpRequest) -> HttpResponse:
    """An answer that belongs to nothing this person began: late, replayed, or somebody else's. Nothing is changed."""
    reference = new_reference()
    logger.warning("user %s brought an answer to no open authorization, reference %s", request.user.pk, reference)
    is_connected = Connection.objects.filter(user=request.user.pk, state__in=ACTIVE_STATES).exists()
    context = {"reference": reference, "is_connected": is_connected}
    return render(request, "calendar_integration/unknown_answer.html", context, status=400)
