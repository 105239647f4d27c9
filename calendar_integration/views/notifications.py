"""Where Microsoft Graph notifies: answered in milliseconds, before any work.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from calendar_integration import queueing
from calendar_integration.notifications.reading import LARGEST_BODY, UnreadableError, read
from calendar_integration.notifications.receiving import Received, receive

LONGEST_TOKEN = 2048  # characters; Graph's have a few hundred


class Accepted(HttpResponse):
    """202. The queue is nudged once the answer is on its way: a queue out of reach delays nothing."""

    status_code = HTTPStatus.ACCEPTED

    def __init__(self, received: Received) -> None:
        super().__init__()
        self.received = received

    def close(self) -> None:
        """Called by the server when everything was sent."""
        super().close()
        if self.received.has_due_mailboxes:
            queueing.nudge(queueing.DISPATCH_TASK)
        if self.received.has_due_subscriptions:
            queueing.nudge(queueing.RENEW_TASK)


@csrf_exempt
@login_not_required
@require_POST
def notifications(request: HttpRequest) -> HttpResponse:
    """Graph's handshake, or a collection of notifications, which may be somebody else's: nobody is told which."""
    token = request.GET.get("validationToken")
    if token is not None:
        return handshake(token)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        return Accepted(receive(read(request.body)))
    except UnreadableError:
        return HttpResponseBadRequest("This is no collection of change notifications.", content_type="text/plain")


def handshake(token: str) -> HttpResponse:
    """The token back, as plain text; without a look at the database, while Graph's answer to us waits for it."""
    if not token or len(token) > LONGEST_TOKEN:
        return HttpResponseBadRequest("This is no validation token.", content_type="text/plain")
    return HttpResponse(token, content_type="text/plain; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"})
