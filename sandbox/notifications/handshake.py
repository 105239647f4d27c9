"""The validation of an endpoint before Graph notifies it.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
"""

import asyncio
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from sandbox.faults import Faults
from sandbox.notifications.sender import Reply, Sender

_ANSWER_WITHIN = 10

_TIMED_OUT = "Subscription validation request timed out."
_NOT_OK = (
    "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request."
)
_OTHER_ANSWER = "Subscription validation request failed. Response must exactly match validationToken query parameter."


async def objection(sender: Sender, faults: Faults, upn: str, url: str) -> str | None:
    """What Graph has against an endpoint's answer to the handshake, if anything; faults have their say."""
    if fault := faults.take("notification.validation_missing", upn):
        await asyncio.sleep(fault.seconds or 0)
        return _TIMED_OUT
    against = await _asked(sender, url)
    if faults.take("notification.validation_skipped", upn):
        return None
    return _OTHER_ANSWER if faults.take("notification.validation_refused", upn) else against


async def _asked(sender: Sender, url: str) -> str | None:
    """Asks the endpoint to return a token as plain text."""
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid4()}"
    asked = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({'validationToken': token})}"
    return _verdict(await sender.post(asked, b"", "text/plain; charset=utf-8", _ANSWER_WITHIN), token)


def _verdict(reply: Reply | None, token: str) -> str | None:
    if reply is None:
        return _TIMED_OUT
    if reply.status != 200:
        return _NOT_OK
    if not reply.content_type.casefold().startswith("text/plain") or reply.text != token:
        return _OTHER_ANSWER
    return None
