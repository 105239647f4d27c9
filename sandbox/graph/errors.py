"""Graph's error body, and the headers every answer carries.

https://learn.microsoft.com/graph/errors
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from starlette.requests import Request

from sandbox.tenant.mailbox import Json


@dataclass
class GraphError(Exception):
    """Ends a request with a status and one of Graph's error codes."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)


def not_found() -> GraphError:
    """The item is not in the store."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def bad_request(message: str, code: str = "ErrorInvalidParameter") -> GraphError:
    """The caller asked for something that cannot be asked."""
    return GraphError(400, code, message)


def answer_headers(request: Request) -> dict[str, str]:
    """request-id, and the caller's own id in return."""
    request_id = str(uuid4())
    return {
        "request-id": request_id,
        "client-request-id": request.headers.get("client-request-id", request_id),
        "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"1"}}',
        "OData-Version": "4.0",
    }


def error_body(error: GraphError, headers: dict[str, str]) -> Json:
    """The JSON of an error."""
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": headers["request-id"],
        "client-request-id": headers["client-request-id"],
    }
    return {"error": {"code": error.code, "message": error.message, "innerError": inner}}
