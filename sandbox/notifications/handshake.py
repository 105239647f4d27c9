"""The validation of an endpoint before Graph notifies it.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
"""

from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from sandbox.notifications.sender import Reply, Sender

_ANSWER_WITHIN = 10

TIMED_OUT = "Subscription validation request timed out."
_NOT_OK = (
    "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request."
)
_OTHER_ANSWER = "Subscription validation request failed. Response must exactly match validationToken query parameter."


async def objection(sender: Sender, url: str) -> str | None:
    """Asks an endpoint to return a token as plain text; what Graph has against its answer, if anything."""
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid4()}"
    asked = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({'validationToken': token})}"
    return _verdict(await sender.post(asked, b"", "text/plain; charset=utf-8", _ANSWER_WITHIN), token)


def _verdict(reply: Reply | None, token: str) -> str | None:
    if reply is None:
        return TIMED_OUT
    if reply.status != 200:
        return _NOT_OK
    if not reply.content_type.casefold().startswith("text/plain") or reply.text != token:
        return _OTHER_ANSWER
    return None
