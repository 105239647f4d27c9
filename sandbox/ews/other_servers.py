"""Servers that are no Exchange server as Atrium needs one, on purpose.

https://learn.microsoft.com/microsoft-365/enterprise/hybrid-modern-auth-overview
"""

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from sandbox.world import World

_ONLINE = "https://outlook.office365.com/EWS/Exchange.asmx"


def failure(world: World) -> Response | None:
    """The answer of a fault, if one is on."""
    if world.faults.take("exchange.leads_on"):
        return RedirectResponse(f"{world.config.https_base}/ews/exchange.asmx", 302)
    if world.faults.take("exchange.leads_to_microsoft"):
        return RedirectResponse(_ONLINE, 302)
    if world.faults.take("exchange.windows_only"):
        answer = Response(status_code=401, headers={"WWW-Authenticate": "Negotiate"})
        answer.headers.append("WWW-Authenticate", "NTLM")
        return answer
    if world.faults.take("exchange.not_exchange"):
        return HTMLResponse("<h1>It works!</h1>")
    if world.faults.take("exchange.unavailable"):
        return PlainTextResponse("Service Unavailable\n", 503)
    return None
