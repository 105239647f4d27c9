"""Errors of the identity platform: a JSON body at /token, a redirect or a page at /authorize.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse, Response

from sandbox.pages import page


def description(number: int, message: str) -> str:
    """The text with its AADSTS number."""
    return f"AADSTS{number}: {message}"


@dataclass
class TokenError(Exception):
    """Ends a call to /token."""

    error: str
    number: int
    message: str
    suberror: str | None = None
    status: int = 400
    headers: dict[str, str] = field(default_factory=dict)
    claims: str | None = None

    def response(self) -> Response:
        """The error as Entra writes it."""
        trace, correlation = str(uuid4()), str(uuid4())
        moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        text = (
            f"{description(self.number, self.message)} Trace ID: {trace}"
            f" Correlation ID: {correlation} Timestamp: {moment}"
        )
        body: dict[str, Any] = {
            "error": self.error,
            "error_description": text,
            "error_codes": [self.number],
            "timestamp": moment,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        if self.suberror:
            body["suberror"] = self.suberror
        if self.claims:
            body["claims"] = self.claims
        return JSONResponse(body, self.status, {"Cache-Control": "no-store", **self.headers})


@dataclass
class PageError(Exception):
    """Ends a sign-in with a page: nothing may be sent to an address that may not be the application's."""

    number: int
    message: str
    status: int = 400

    def response(self) -> Response:
        """Entra's "Sorry, but we're having trouble signing you in"."""
        body = (
            "<h1>Sorry, but we’re having trouble signing you in.</h1>"
            f'<p class="problem">{escape(description(self.number, self.message))}</p>'
            f"<p><small>Request Id: {uuid4()}<br>"
            f"Timestamp: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}</small></p>"
        )
        return page("Sign in to your account", body, status=self.status)


def unknown_tenant(name: str) -> TokenError:
    """No tenant of that GUID or domain."""
    message = f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID."
    return TokenError("invalid_tenant", 90002, message)


def unknown_app(client_id: str) -> PageError:
    """No such app registration."""
    return PageError(700016, f"Application with identifier '{client_id}' was not found in the directory.")


def wrong_redirect(uri: str) -> PageError:
    """The redirect URI is not registered."""
    return PageError(
        50011,
        f"The redirect URI '{uri}' specified in the request does not match the redirect URIs configured"
        " for the application.",
    )
