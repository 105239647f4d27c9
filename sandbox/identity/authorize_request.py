"""The parameters of /authorize.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from sandbox.config import Config
from sandbox.identity.answers import send_back
from sandbox.identity.errors import description, unknown_app, wrong_redirect
from sandbox.identity.registration import CLIENT_ID, redirect_uris
from sandbox.identity.scopes import Scopes, UnknownScope, parse_scopes


@dataclass
class ProtocolError(Exception):
    """Something the application got wrong and is told at its redirect URI."""

    request: "AuthorizeRequest"
    error: str
    number: int
    message: str
    subcode: str = ""

    def response(self) -> Response:
        """The redirect that carries the error."""
        return self.request.refuse(self.error, self.number, self.message, self.subcode)


@dataclass(frozen=True)
class AuthorizeRequest:
    """As sent; `login_hint` in lower case."""

    client_id: str = ""
    redirect_uri: str = ""
    response_type: str = ""
    response_mode: str = "query"
    scope: str = ""
    state: str = ""
    nonce: str = ""
    prompt: str = ""
    login_hint: str = ""
    domain_hint: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    client_info: str = ""
    claims: str = ""

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> Self:
        """From a query or a form; unknown parameters are ignored, as at Entra."""
        known = {name: parameters[name] for name in cls.__dataclass_fields__ if name in parameters}
        known["login_hint"] = known.get("login_hint", "").casefold()
        return cls(**known)

    @classmethod
    def unpack(cls, packed: str) -> Self:
        """From `packed`, which a page of ours carried along."""
        return cls.read(dict(parse_qsl(packed)))

    @property
    def packed(self) -> str:
        """As a query string."""
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return urlencode({name: value for name, value in given.items() if value})

    def for_somebody(self) -> Self:
        """The same request after a person was picked: no hint or prompt may bring the picker back."""
        prompt = self.prompt if self.prompt == "consent" else ""
        return replace(self, login_hint="", prompt=prompt)

    @property
    def scopes(self) -> Scopes:
        """What is asked for. Raises ProtocolError."""
        try:
            return parse_scopes(self.scope)
        except UnknownScope as error:
            message = f"The value of the input parameter 'scope' is not valid. The scope '{error}' does not exist."
            raise ProtocolError(self, "invalid_scope", 70011, message) from error

    def check(self, config: Config) -> None:
        """Raises PageError if the application cannot be trusted with an answer, else ProtocolError."""
        if self.client_id != CLIENT_ID:
            raise unknown_app(self.client_id)
        if self.redirect_uri not in redirect_uris(config):
            raise wrong_redirect(self.redirect_uri)
        if self.response_type != "code":
            message = f"The response_type '{self.response_type}' is not supported."
            raise ProtocolError(self, "unsupported_response_type", 70005, message)
        if not self.scopes.permissions and not self.scopes.openid:
            message = "The request body must contain the following parameter: 'scope'."
            raise ProtocolError(self, "invalid_request", 900144, message)
        if self.code_challenge and self.code_challenge_method != "S256":
            message = "The code challenge method must be S256."
            raise ProtocolError(self, "invalid_request", 501491, message)

    def refuse(self, error: str, number: int, message: str, subcode: str = "") -> Response:
        """Tells the application why there is no code."""
        parameters = {
            "error": error,
            "error_subcode": subcode,
            "error_description": description(number, message),
            "state": self.state,
        }
        return send_back(self.redirect_uri, parameters, self.response_mode)

    def cancelled(self) -> Response:
        """The person said no, or was told to ask an administrator: Entra does not tell them apart."""
        return self.refuse("access_denied", 65004, "User declined to consent to access the app.", "cancel")
