"""Answers that go wrong on purpose."""

import asyncio
import re

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from sandbox.ews.errors import SoapFault
from sandbox.faults import Faults
from sandbox.world import World

_CLOUD = "https://outlook.office365.com/EWS/Exchange.asmx"
_DEFAULT_WAIT = 5
# Where Exchange quotes what others wrote.
_ENDS = re.compile(rb"(</t:(?:Subject|DisplayName)>)")


async def hold_up(world: World, upn: str) -> None:
    """Waits as long as all answers take, and as a fault says, if one is on."""
    slow = world.faults.take("ews.slow", upn)
    wait = world.latency + ((slow.seconds or 1) if slow else 0)
    if wait:
        await asyncio.sleep(wait)


def instead(world: World, upn: str) -> Response | None:
    """The answer of a fault that lets nobody come as far as the mailbox, if one is on."""
    faults = world.faults
    if fault := faults.take("ews.unavailable", upn):
        wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return PlainTextResponse("Service Unavailable\n", 503, wait)
    if faults.take("ews.blocked", upn):
        return PlainTextResponse("EWS is blocked for this application.\n", 403)
    if faults.take("ews.moved", upn):
        return RedirectResponse(_CLOUD, 302)
    return None


def raise_fault(faults: Faults, upn: str) -> None:
    """Raises the SoapFault of a fault that replaces the whole answer, if one is on."""
    if fault := faults.take("ews.server_busy", upn):
        wait = _DEFAULT_WAIT if fault.retry_after is None else fault.retry_after
        message = "The server cannot service this request right now. Try again later."
        raise SoapFault("ErrorServerBusy", message, {"BackOffMilliseconds": str(int(wait * 1000))})
    if faults.take("ews.no_mailbox", upn):
        raise SoapFault("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")
    if faults.take("ews.move_in_progress", upn):
        raise SoapFault("ErrorMailboxMoveInProgress", "Mailbox move in progress. Try again later.")


def spoilt(faults: Faults, upn: str, content: bytes) -> bytes:
    """The answer as a fault that is on leaves it: broken off in the middle, or no XML for one of its characters."""
    if faults.take("ews.malformed", upn):
        return content[: len(content) // 2]
    if faults.take("ews.illegal_character", upn):
        return _ENDS.sub(rb"&#x8;\1", content)
    return content
