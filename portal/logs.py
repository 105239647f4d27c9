"""Lines of the log without what opens doors: some addresses of ours are keys as long as nobody has used them."""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

# Invitations, password resets, confirmations of addresses, links to consent: what follows these is a token. So is an
# authorization code in the address that Microsoft sends people back to.
_TOKENS = re.compile(
    r"(/invitation/|/password-reset/[^/\s]+/|/sso/[^/\s]+/confirm/|(?<!/calendar-integration)/consent/)[^/\s'\"?]+"
    r"|([?&]code=)[^&\s'\"]+"
)


def redacted(text: str) -> str:
    """The text with every token in an address of ours replaced."""
    return _TOKENS.sub(r"\1\2[token]", text)


class LineFormatter(logging.Formatter):
    """The formatter of every line the portal logs, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, redacted."""
        return redacted(super().format(record))


class AccessLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's, with the same care for the paths of requests."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What a line is made of."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: redacted(value) if isinstance(value, str) else value for name, value in atoms.items()}
