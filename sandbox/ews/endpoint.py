"""/EWS/Exchange.asmx: who may come in, and the answer to an operation.

https://learn.microsoft.com/microsoft-365/enterprise/hybrid-modern-auth-overview
https://learn.microsoft.com/exchange/client-developer/exchange-web-services/explore-the-ews-managed-api-ews-and-web-services-in-exchange
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.ews import failures, other_servers, schema
from sandbox.ews.bearer import Caller, caller_of, challenge
from sandbox.ews.call import Call, zone_in_context
from sandbox.ews.errors import SoapFault
from sandbox.ews.operations import OPERATIONS
from sandbox.ews.soap import CONTENT_TYPE, Envelope, answer, fault, read_envelope
from sandbox.ews.xml import Element, local_name
from sandbox.world import World, world_of

_HEADERS = {"X-FEServer": "SANDBOX", "Cache-Control": "private"}
_GREETING = "<html><head><title>Service</title></head><body><p>You have created a service.</p></body></html>"


async def exchange(request: Request) -> Response:
    """GET and POST."""
    world = world_of(request)
    if request.url.scheme != "https":
        return PlainTextResponse("The page must be viewed over a secure channel.\n", 403, _HEADERS)
    if spoilt := other_servers.failure(world):
        return spoilt
    caller = caller_of(request, world)
    if caller is None:
        return _unauthorized(world, presented="authorization" in request.headers)
    upn = request.state.upn = caller.person.upn
    if not caller.may:
        return PlainTextResponse("The token does not allow this.\n", 403, _HEADERS)
    await failures.hold_up(world, upn)
    if world.faults.take("ews.unauthorized", upn):
        return _unauthorized(world, presented=True)
    return failures.instead(world, upn) or await _answer(request, world, caller)


async def _answer(request: Request, world: World, caller: Caller) -> Response:
    if request.method == "GET":
        return Response(_GREETING, 200, _HEADERS, "text/html")
    content, upn = await request.body(), caller.person.upn
    try:
        sent = read_envelope(content)
        request.state.operation = local_name(sent.operation)
        failures.raise_fault(world.faults, upn)
        made = answer(_operate(world, caller, sent, request.headers.get("x-anchormailbox", "")))
    except SoapFault as error:
        return Response(fault(error), 500, {**_HEADERS, "Content-Type": CONTENT_TYPE})
    return Response(failures.spoilt(world.faults, upn, made), 200, {**_HEADERS, "Content-Type": CONTENT_TYPE})


def _operate(world: World, caller: Caller, sent: Envelope, anchor: str) -> Element:
    """The answer of the operation. Raises SoapFault."""
    name = local_name(sent.operation)
    if name not in OPERATIONS:
        raise SoapFault("ErrorInvalidRequest", f"The sandbox has no operation {name}.")
    schema.check(sent.operation)
    if sent.impersonates:
        message = "The account does not have permission to impersonate the requested user."
        raise SoapFault("ErrorImpersonateUserDenied", message)
    _check_mailbox(caller, anchor)
    call = Call(world, caller.tenant, caller.person, sent.operation, zone_in_context(sent.time_zone))
    try:
        return OPERATIONS[name](call)
    except (ValueError, IndexError) as error:
        # A number that is none, or a part that is missing: what the schema would have told, were it at hand.
        raise schema.violated(str(error)) from error


def _check_mailbox(caller: Caller, anchor: str) -> None:
    """The caller's mailbox, and the one whose server a request asks to be sent to, have to be on a server here."""
    anchored = caller.tenant.person(anchor) if anchor else caller.person
    if anchored is None or not anchored.exchange_host or not caller.person.exchange_host:
        raise SoapFault("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")


def _unauthorized(world: World, *, presented: bool) -> Response:
    """401 that says where tokens come from."""
    return Response(status_code=401, headers={**_HEADERS, "WWW-Authenticate": challenge(world, presented=presented)})


# IIS does not mind how a path is written.
routes = [Route(path, exchange, methods=["GET", "POST"]) for path in ("/EWS/Exchange.asmx", "/ews/exchange.asmx")]
