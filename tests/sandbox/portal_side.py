"""The portal's side of the sign-in, with Microsoft's own library unmodified."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msal

from tests.sandbox.browser import Browser
from tests.sandbox.running import CALLBACK, CLIENT_ID, CONTOSO, SECRET, Sandbox

SCOPES = ["Calendars.Read", "Contacts.Read", "User.Read"]
NAMES = {"ana": "Ana Lima", "bo": "Bo Lindqvist", "dana": "Dana Reyes", "mia": "Mia Brandt", "noah": "Noah Weiss"}


def make_app(sandbox: Sandbox, tenant: str = CONTOSO, **options: Any) -> msal.ConfidentialClientApplication:
    """A confidential client as the portal makes one."""
    return msal.ConfidentialClientApplication(
        CLIENT_ID,
        client_credential=options.pop("secret", SECRET),
        authority=f"{sandbox.https}/{tenant}",
        instance_discovery=False,
        http_client=sandbox.client,
        **options,
    )


@contextmanager
def without_advice() -> Iterator[None]:
    """MSAL recommends form_post; a cross-site POST would lose the portal's cookie."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="response_mode='form_post'")
        yield


def begin(app: msal.ConfidentialClientApplication, upn: str = "", **options: Any) -> dict[str, Any]:
    """A flow on its way to Microsoft."""
    with without_advice():
        flow: dict[str, Any] = app.initiate_auth_code_flow(
            options.pop("scopes", SCOPES), redirect_uri=CALLBACK, login_hint=upn or None, **options
        )
    return flow


def redeem(app: msal.ConfidentialClientApplication, flow: dict[str, Any], answer: dict[str, str]) -> dict[str, Any]:
    """What the library makes of the answer."""
    result: dict[str, Any] = app.acquire_token_by_auth_code_flow(flow, answer)
    return result


def authorize(sandbox: Sandbox, visitor: Browser, who: str = "ana", **options: Any) -> dict[str, Any]:
    """The whole journey of somebody who consents, up to the tokens."""
    app = make_app(sandbox)
    flow = begin(app, f"{who}@contoso.example", **options)
    visitor.open(flow["auth_uri"])
    if visitor.left_for is None and visitor.heading.startswith("Sign in"):
        visitor.press(NAMES[who])
    if visitor.left_for is None:
        visitor.press("Accept")
    return redeem(app, flow, visitor.answer)
