"""Answers that go wrong on purpose."""

import base64
import json
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.connections import reset
from sandbox.faults import Fault, Faults
from sandbox.graph.auth import unauthorized
from sandbox.graph.errors import GraphError

_HTML = """<!DOCTYPE html><html><head><title>Service unavailable</title></head>
<body><h2>Our services aren't available right now</h2></body></html>"""
_DEFAULT_WAIT = 5
_MINUTES_OFF = 600.0


def raise_fault(faults: Faults, upn: str) -> None:
    """Raises the GraphError of a fault that replaces the whole answer, if one is on."""
    for kind, error in _INSTEAD.items():
        if fault := faults.take(kind, upn):
            raise error(fault)


def throttled(fault: Fault) -> GraphError:
    """Too many requests, with the seconds to wait."""
    return _throttled(_DEFAULT_WAIT if fault.retry_after is None else fault.retry_after)


def _throttled(wait: int | None) -> GraphError:
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return GraphError(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", headers)


def _unauthorized(_fault: Fault) -> GraphError:
    return unauthorized("Lifetime validation failed, the token is expired.")


def _claims_challenge(_fault: Fault) -> GraphError:
    """https://learn.microsoft.com/entra/identity-platform/claims-challenge"""
    asked = {"access_token": {"nbf": {"essential": True, "value": str(int(time.time()))}}}
    claims = base64.b64encode(json.dumps(asked).encode()).decode()
    error = unauthorized("Continuous access evaluation resulted in challenge with result: InteractionRequired.")
    plain = error.headers["WWW-Authenticate"]
    error.headers["WWW-Authenticate"] = f'{plain}, error="insufficient_claims", claims="{claims}"'
    return error


def _unavailable(fault: Fault) -> GraphError:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return GraphError(503, "serviceNotAvailable", "The service is not available. Try again later.", headers)


def _access_denied(_fault: Fault) -> GraphError:
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def mailbox_not_enabled() -> GraphError:
    """The mailbox is not in Exchange Online."""
    message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
    return GraphError(404, "MailboxNotEnabledForRESTAPI", message)


_INSTEAD: dict[str, Callable[[Fault], GraphError]] = {
    "graph.unauthorized": _unauthorized,
    "graph.claims_challenge": _claims_challenge,
    "graph.throttled": throttled,
    "graph.throttled_bare": lambda _fault: _throttled(None),
    "graph.unavailable": _unavailable,
    "graph.gateway_timeout": lambda _fault: GraphError(504, "GatewayTimeout", "The request timed out upstream."),
    "graph.server_error": lambda _fault: GraphError(500, "generalException", "An unspecified error has occurred."),
    "graph.access_denied": _access_denied,
    "graph.mailbox_not_enabled": lambda _fault: mailbox_not_enabled(),
}


class TornResponse(Response):
    """Half of an answer, and then the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The whole length is promised."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await reset(Request(scope, receive))


def broken_answer(faults: Faults, upn: str) -> Callable[[bytes, dict[str, str]], Response] | None:
    """How a fault spoils an answer, if one is on."""
    if fault := faults.take("graph.html", upn):
        status = fault.status or 502
        return lambda _body, headers: Response(_HTML, status, headers, "text/html")
    if faults.take("graph.truncated", upn):
        return lambda body, headers: Response(body[: len(body) // 2], 200, headers, "application/json")
    if faults.take("graph.reset", upn):
        return lambda body, headers: TornResponse(body, 200, headers, "application/json")
    return None


def clock_off(faults: Faults, upn: str) -> float:
    """By how many seconds the clock of this answer is ahead; behind, if negative."""
    if fault := faults.take("graph.clock_ahead", upn):
        return fault.seconds or _MINUTES_OFF
    if fault := faults.take("graph.clock_behind", upn):
        return -(fault.seconds or _MINUTES_OFF)
    return 0
