"""Sending the browser back to the application, by redirect or by a form."""

from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from sandbox.pages import auto_post


def with_query(url: str, parameters: dict[str, str]) -> str:
    """The URL with parameters added to its query."""
    parts = urlsplit(url)
    return parts._replace(query="&".join(part for part in (parts.query, urlencode(parameters)) if part)).geturl()


def send_back(redirect_uri: str, parameters: dict[str, str], response_mode: str = "query") -> Response:
    """Answers at the redirect URI. Parameters without a value are left out."""
    given = {name: value for name, value in parameters.items() if value}
    if response_mode == "form_post":
        return auto_post(redirect_uri, given, "Working...")
    return RedirectResponse(with_query(redirect_uri, given), 302, {"Cache-Control": "no-store"})
