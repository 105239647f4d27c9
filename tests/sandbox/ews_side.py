"""Calls to Exchange: with the real exchangelib, and by hand; everything that passes is held against the schema."""

from dataclasses import dataclass
from typing import Any, ClassVar

import requests
from exchangelib import OAUTH2, Account, Configuration, FailFast, OAuth2AuthorizationCodeCredentials, Version
from exchangelib.credentials import DELEGATE
from exchangelib.ewsdatetime import EWSTimeZone
from exchangelib.protocol import BaseProtocol, close_connections
from exchangelib.version import EXCHANGE_2016
from lxml import etree
from oauthlib.oauth2 import OAuth2Token
from requests.adapters import HTTPAdapter

from tests.sandbox.browser import Browser
from tests.sandbox.ews_contract import NAMESPACES, assert_valid_answer, assert_valid_request
from tests.sandbox.portal_side import begin, make_app, redeem
from tests.sandbox.running import PATIENCE_SECONDS, Sandbox

HOST = "mail.contoso.example"
PIA, ANA = "pia@contoso.example", "ana@contoso.example"
VERSION = Version(build=EXCHANGE_2016)
PERMISSION = "EWS.AccessAsUser.All"
NAMES = {PIA: "Pia Rossi", ANA: "Ana Lima"}


class HeldAgainstTheSchema(HTTPAdapter):
    """Trusts the sandbox's certificate, and looks at everything that passes."""

    ca: ClassVar[str] = ""
    operations: ClassVar[list[str]] = []

    def send(self, request: requests.PreparedRequest, *_args: Any, **options: Any) -> requests.Response:
        assert isinstance(request.body, bytes)
        assert_valid_request(request.body)
        answer = super().send(request, **{**options, "verify": self.ca, "timeout": PATIENCE_SECONDS})
        if answer.headers.get("Content-Type", "").startswith("text/xml"):
            assert_valid_answer(answer.content)
        self.operations.append(operation_of(request.body))
        return answer


def operation_of(content: bytes) -> str:
    """The name of the operation in a request."""
    return str(etree.fromstring(content).xpath("local-name(s:Body/*)", namespaces=NAMESPACES))


def token_for(sandbox: Sandbox, visitor: Browser, scopes: list[str], upn: str = PIA) -> dict[str, Any]:
    """What somebody who consents to these scopes gets."""
    app = make_app(sandbox)
    flow = begin(app, upn, scopes=scopes)
    visitor.open(flow["auth_uri"])
    if visitor.left_for is None and visitor.heading.startswith("Sign in"):
        visitor.press(NAMES[upn])
    if visitor.left_for is None:
        visitor.press("Accept")
    return redeem(app, flow, visitor.answer)


def own_scope(sandbox: Sandbox) -> str:
    """The permission on the sandbox's own Exchange server."""
    return f"{sandbox.https}/{PERMISSION}"


@dataclass
class Exchange:
    """A client with somebody's access token; the mailbox is on-premises."""

    sandbox: Sandbox
    token: str
    upn: str = PIA

    def account(self, version: Version | None = VERSION) -> Account:
        """exchangelib with a known server: no discovery, no waiting; without a version it asks for it first."""
        close_connections()
        HeldAgainstTheSchema.ca = str(self.sandbox.data_dir / "ca.pem")
        HeldAgainstTheSchema.operations.clear()
        BaseProtocol.HTTP_ADAPTER_CLS = HeldAgainstTheSchema
        token = OAuth2Token({"access_token": self.token, "token_type": "Bearer"})
        return Account(
            primary_smtp_address=self.upn,
            config=Configuration(
                service_endpoint=f"{self.sandbox.https}/EWS/Exchange.asmx",
                auth_type=OAUTH2,
                credentials=OAuth2AuthorizationCodeCredentials(access_token=token),
                version=version,
                retry_policy=FailFast(),
            ),
            autodiscover=False,
            access_type=DELEGATE,
            default_timezone=EWSTimeZone("UTC"),
        )

    def post(self, operation: str, *, header: str = "", valid: bool = True, anchor: str = PIA) -> requests.Response:
        """A request written by hand; `operation` is its XML with the prefixes m and t."""
        names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
        content = f"<s:Envelope {names}><s:Header>{header}</s:Header><s:Body>{operation}</s:Body></s:Envelope>"
        if valid:
            assert_valid_request(content.encode())
        answer = self.send(content.encode(), {"X-AnchorMailbox": anchor})
        if answer.headers.get("Content-Type", "").startswith("text/xml"):
            assert_valid_answer(answer.content)
        return answer

    def send(self, content: bytes, headers: dict[str, str]) -> requests.Response:
        """Bytes to the server's address."""
        return self.sandbox.client.post(
            f"{self.sandbox.https}/EWS/Exchange.asmx",
            content,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "text/xml; charset=utf-8", **headers},
            timeout=PATIENCE_SECONDS,
            allow_redirects=False,
        )

    def ask(self, operation: str, **options: Any) -> Any:
        """The operation's response in a good answer."""
        answer = self.post(operation, **options)
        assert answer.status_code == 200, answer.text
        body = etree.fromstring(answer.content).find("s:Body", NAMESPACES)
        assert body is not None
        return body[0]


def get_item(item: str, additional: str = "", base: str = "IdOnly") -> str:
    """A GetItem for one item."""
    shape = f"<m:ItemShape><t:BaseShape>{base}</t:BaseShape>{additional}</m:ItemShape>"
    return f'<m:GetItem>{shape}<m:ItemIds><t:ItemId Id="{item}"/></m:ItemIds></m:GetItem>'


def values(node: Any, path: str) -> list[str]:
    """The texts or attributes at an XPath."""
    return [str(found if isinstance(found, str) else found.text) for found in node.xpath(path, namespaces=NAMESPACES)]
