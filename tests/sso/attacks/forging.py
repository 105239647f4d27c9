"""An identity provider inside the test: what it says, how it signs, and the company that trusts it."""

import base64
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from django.test import Client
from lxml import etree

from accounts.models import Account
from tests.makers import make_account
from tests.sandbox.running import PORTAL
from tests.sso.attacks.signing import Signer, make_signer, sign
from tests.sso.making import Answer, begin, make_provider

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
ISSUER = "https://login.contoso.example/saml"
NAME_ID = "5f0c2f3e-ana"
MAIL = "ana@contoso.example"

MESSAGE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{response_id}" Version="2.0" IssueInstant="{now}"
 Destination="{acs}" InResponseTo="{request_id}"><saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode
 Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="{assertion_id}" Version="2.0"
 IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{name_id}</saml:NameID><saml:SubjectConfirmation
 Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="{request_id}"
 NotOnOrAfter="{end}" Recipient="{acs}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions
 NotBefore="{begin}" NotOnOrAfter="{end}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>
</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_session-of-ana"
><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef
></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue
>{mail}</saml:AttributeValue></saml:Attribute><saml:Attribute Name="displayName"><saml:AttributeValue>Ana Lima\
</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"""


@dataclass(frozen=True)
class Scene:
    """A person who began to sign in, and the identity provider that is about to answer."""

    request_id: str
    vanity: str = "contoso"
    signer: Signer = field(default_factory=lambda: make_signer("contoso"))
    signed: tuple[str, ...] = ("Assertion",)

    @property
    def acs(self) -> str:
        return f"{PORTAL}/sso/{self.vanity}/acs/"

    def unsigned(self) -> Any:
        """What it says, before it signs."""
        now = datetime.now(UTC)
        values = {
            "response_id": f"_r{uuid4().hex}",
            "assertion_id": f"_a{uuid4().hex}",
            "request_id": self.request_id,
            "now": instant(now),
            "begin": instant(now - timedelta(minutes=5)),
            "end": instant(now + timedelta(minutes=5)),
            "acs": self.acs,
            "audience": f"{PORTAL}/sso/{self.vanity}/metadata/",
            "issuer": ISSUER,
            "name_id": NAME_ID,
            "mail": MAIL,
        }
        return etree.fromstring(MESSAGE.format(**values))

    def sign(self, root: Any, **how: Any) -> Any:
        """Signed as this identity provider does it: the assertion, the response, or first one and then the other."""
        for name in self.signed:
            sign(root if name == "Response" else assertion_of(root), self.signer, **how)
        return root

    def honest(self) -> Any:
        """The message that is accepted."""
        return self.sign(self.unsigned())

    def answer(self, content: Any) -> Answer:
        """A tree, bytes or the posted text, as the answer that is posted."""
        text = content if isinstance(content, str) else encoded(content)
        return Answer(urlsplit(self.acs).path, text)


def encoded(content: Any) -> str:
    """As SAML's POST binding carries it."""
    xml = content if isinstance(content, bytes) else etree.tostring(content)
    return base64.b64encode(xml).decode()


def instant(moment: datetime) -> str:
    """As SAML writes a time."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def later(**how_much: float) -> str:
    """A time so much later than now, as SAML writes it."""
    return instant(datetime.now(UTC) + timedelta(**how_much))


def make_company(vanity: str = "contoso", signer: Signer | None = None, **fields: Any) -> Account:
    """An account whose identity provider signs with this key."""
    account = make_account(vanity)
    certificate = (signer or make_signer("contoso")).certificate
    sso_url = "https://login.contoso.example/sso"
    make_provider(account, **{"entity_id": ISSUER, "sso_url": sso_url, "certificate": certificate, **fields})
    return account


def make_scene(person: Client, vanity: str = "contoso", **fields: Any) -> Scene:
    """The person begins to sign in."""
    return Scene(request_id_of(begin(person, vanity)), vanity, **fields)


def request_id_of(address: str) -> str:
    """The id of the request that an address at the identity provider carries."""
    (message,) = parse_qs(urlsplit(address).query)["SAMLRequest"]
    return str(etree.fromstring(zlib.decompress(base64.b64decode(message), -15)).get("ID"))


def assertion_of(root: Any) -> Any:
    """The assertion, a child of the response."""
    return root.find(f"{{{ASSERTION}}}Assertion")


def the(root: Any, name: str) -> Any:
    """The first element with this local name, anywhere."""
    return next(node for node in root.iter() if node.tag.rpartition("}")[2] == name)


def forged(assertion: Any) -> Any:
    """A copy about somebody else, with another id."""
    copy = etree.fromstring(etree.tostring(assertion))
    copy.set("ID", "_forged")
    the(copy, "NameID").text = "dana"
    return copy


Change = Callable[[Any], Any]
