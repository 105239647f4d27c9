"""Several requests in one: POST /$batch.

https://learn.microsoft.com/graph/json-batching
"""

import base64
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from sandbox.faults import Faults
from sandbox.graph.errors import GraphError, bad_request, error_body
from sandbox.graph.failures import throttled
from sandbox.tenant.mailbox import Json

_MOST = 20
_FAILED = 400

Handler = Callable[[Request], Awaitable[Response]]


async def batch(request: Request, body: Json, handler: Handler, faults: Faults, upn: str) -> Json:
    """The answers to the requests in a body, each with its own status. Raises GraphError."""
    answers: list[Json] = []
    statuses: dict[str, int] = {}
    for number, step in enumerate(_steps(body)):
        if any(statuses.get(other, _FAILED) >= _FAILED for other in step.get("dependsOn") or []):
            answer = _refused(GraphError(424, "FailedDependency", "A request this one depends on has failed."))
        elif number % 2 and (fault := faults.take("graph.batch_throttled", upn)):
            answer = _refused(throttled(fault))
        else:
            answer = _shown(await handler(_single(request, step)))
        statuses[step["id"]] = answer["status"]
        answers.append({"id": step["id"], **answer})
    return {"responses": answers}


def _steps(body: Json) -> list[Json]:
    steps = body.get("requests")
    if not isinstance(steps, list) or not steps:
        raise bad_request("Invalid batch payload format.", "BadRequest")
    if len(steps) > _MOST:
        raise bad_request(
            f"Number of batch request steps exceeds the maximum value of {_MOST}.", "MaximumValueExceeded"
        )
    if not all(_is_step(step) for step in steps) or len({step["id"] for step in steps}) < len(steps):
        raise bad_request("Each request needs a method, a url and an id of its own.", "BadRequest")
    return steps


def _is_step(step: object) -> bool:
    """Whether it is a request, and no batch in the batch."""
    if not isinstance(step, dict) or not isinstance(step.get("headers") or {}, dict):
        return False
    named = all(isinstance(step.get(name), str) and step[name] for name in ("id", "method", "url"))
    return named and "$batch" not in step["url"]


def _single(request: Request, step: Json) -> Request:
    """A request of the batch as if it had come alone, with the token of the batch."""
    path, _, query = str(step["url"]).partition("?")
    given = {str(name).casefold(): str(value) for name, value in (step.get("headers") or {}).items()}
    headers = {"host": request.headers["host"], "authorization": request.headers["authorization"], **given}
    content = orjson.dumps(step["body"]) if "body" in step else b""

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    scope = {
        **request.scope,
        "method": str(step["method"]).upper(),
        "path": f"{request.scope['root_path']}/{unquote(path).lstrip('/')}",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "path_params": {"path": unquote(path).lstrip("/")},
        "state": {},
    }
    return Request(scope, receive)


def _shown(answer: Response) -> Json:
    shown: Json = {"status": answer.status_code, "headers": _headers(answer)}
    if answer.body:
        shown["body"] = _body(bytes(answer.body), shown["headers"].get("Content-Type", ""))
    return shown


def _headers(answer: Response) -> dict[str, str]:
    return {
        name.title(): value
        for name, value in answer.headers.items()
        if name in ("content-type", "retry-after", "location")
    }


def _body(content: bytes, kind: str) -> Json | str:
    """JSON as it is, anything else in Base64."""
    try:
        parsed: Json = orjson.loads(content) if "json" in kind else {}
    except orjson.JSONDecodeError:
        parsed = {}
    return parsed or base64.b64encode(content).decode()


def _refused(error: GraphError) -> Json:
    body = error_body(error, {"request-id": "", "client-request-id": ""})
    return {"status": error.status, "headers": {**error.headers, "Content-Type": "application/json"}, "body": body}
