"""Answers that go wrong on purpose."""

from collections.abc import Callable

from starlette.responses import Response

from sandbox.faults import Faults
from sandbox.graph.auth import unauthorized
from sandbox.graph.errors import GraphError

_HTML = """<!DOCTYPE html><html><head><title>Service unavailable</title></head>
<body><h2>Our services aren't available right now</h2></body></html>"""
_DEFAULT_WAIT = 5


def raise_fault(faults: Faults, upn: str) -> None:
    """Raises the GraphError of a fault that replaces the whole answer, if one is on."""
    if faults.take("graph.unauthorized", upn):
        raise unauthorized("Continuous access evaluation resulted in challenge: the session was revoked.")
    if fault := faults.take("graph.throttled", upn):
        wait = _DEFAULT_WAIT if fault.retry_after is None else fault.retry_after
        message = "Application is over its MailboxConcurrency limit."
        raise GraphError(429, "ApplicationThrottled", message, {"Retry-After": str(wait)})
    if fault := faults.take("graph.unavailable", upn):
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        raise GraphError(503, "serviceNotAvailable", "The service is not available. Try again later.", headers)
    if faults.take("graph.access_denied", upn):
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    if faults.take("graph.mailbox_not_enabled", upn):
        raise mailbox_not_enabled()


def mailbox_not_enabled() -> GraphError:
    """The mailbox is not in Exchange Online."""
    message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
    return GraphError(404, "MailboxNotEnabledForRESTAPI", message)


def broken_answer(faults: Faults, upn: str) -> Callable[[bytes, dict[str, str]], Response] | None:
    """How a fault spoils an answer, if one is on."""
    if fault := faults.take("graph.html", upn):
        status = fault.status or 502
        return lambda _body, headers: Response(_HTML, status, headers, "text/html")
    if faults.take("graph.truncated", upn):
        return lambda body, headers: Response(body[: len(body) // 2], 200, headers, "application/json")
    return None
