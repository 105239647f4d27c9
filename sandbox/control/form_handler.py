"""What every form of the control pages has in common."""

from collections.abc import Awaitable, Callable
from functools import wraps
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.control.answers import ControlError
from sandbox.pages import link_button, page
from sandbox.tenant.mailbox import NoSuchItem
from sandbox.world import world_of

Fields = dict[str, str]
Change = Callable[[Request, Fields], str]


def form_handler(change: Change) -> Callable[[Request], Awaitable[Response]]:
    """A handler that reads the form, makes the change, and goes on to the page the change names."""

    @wraps(change)
    async def handler(request: Request) -> Response:
        fields = {name: str(value) for name, value in (await request.form()).items()}
        try:
            target = change(request, fields)
        except (ControlError, NoSuchItem, ValueError) as error:
            said = error.message if isinstance(error, ControlError) else type(error).__name__
            body = f"<h1>That did not work</h1><p>{escape(said)}</p><p>{link_button('/', 'Back')}</p>"
            return page("That did not work", body, status=400)
        world_of(request).changed()
        return RedirectResponse(target, 303)

    return handler
