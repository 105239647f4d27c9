"""Single logout in stories: an identity provider whose key the story has, and messages that it signs.

The messages are signed by other implementations than the one that verifies.
"""

import base64
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from lxml import etree
from signxml import XMLSigner, methods  # type: ignore[attr-defined]  # it is there

from accounts.models import Account, SignInSession, User
from sso.models import Binding, IdentityProvider, SamlSession
from tests.pages import Page
from tests.sso.making import ASSERTION, PROTOCOL, make_provider
from tests.sso.making_keys import make_key, make_pair

SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
DENIED = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
LOGOUT = "/sso/contoso/logout/"


@dataclass
class Idp:
    """An account's identity provider and the private key that it signs with."""

    provider: IdentityProvider
    private_key: str

    def message(self, kind: str, inside: str = "", *, at: datetime | None = None, **attributes: str) -> Any:
        """A LogoutRequest or LogoutResponse to us, unsigned."""
        head = {
            "ID": f"_{uuid4().hex}",
            "Version": "2.0",
            "IssueInstant": f"{at or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "Destination": f"http://localhost:8000/sso/{self.provider.account.vanity}/logout/",
            **attributes,
        }
        said = " ".join(f'{name}="{value}"' for name, value in head.items() if value)
        return etree.fromstring(
            f'<samlp:{kind} xmlns:samlp="{PROTOCOL[1:-1]}" xmlns:saml="{ASSERTION[1:-1]}" {said}>'
            f"<saml:Issuer>{self.provider.entity_id}</saml:Issuer>{inside}</samlp:{kind}>"
        )

    def asks(self, name_id: str = "id-of-ana", *indexes: str, **attributes: Any) -> Any:
        """A request to sign somebody out."""
        named = "".join(f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" for index in indexes)
        return self.message("LogoutRequest", f"<saml:NameID>{name_id}</saml:NameID>{named}", **attributes)

    def answers(self, message_id: str, status: str = SUCCESS, **attributes: Any) -> Any:
        """An answer to a request of ours."""
        inside = f'<samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>'
        return self.message("LogoutResponse", inside, InResponseTo=message_id, **attributes)

    def query(self, message: Any, relay_state: str = "", *, signed: bool = True) -> str:
        """The message by HTTP-Redirect."""
        parameter = "SAMLRequest" if message.tag.endswith("Request") else "SAMLResponse"
        packer = zlib.compressobj(wbits=-15)
        deflated = base64.b64encode(packer.compress(etree.tostring(message)) + packer.flush()).decode()
        values = {parameter: deflated, **({"RelayState": relay_state} if relay_state else {})}
        text = urlencode({**values, "SigAlg": RSA_SHA256} if signed else values, quote_via=quote)
        if not signed:
            return text
        key = serialization.load_pem_private_key(self.private_key.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        signature = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        return f"{text}&Signature={quote(signature, safe='')}"

    def form(self, message: Any, *, signed: bool = True) -> dict[str, str]:
        """The message by HTTP-POST."""
        parameter = "SAMLRequest" if message.tag.endswith("Request") else "SAMLResponse"
        if signed:
            place = etree.Element("{http://www.w3.org/2000/09/xmldsig#}Signature", Id="placeholder", nsmap=None)
            message.find(f"{ASSERTION}Issuer").addnext(place)
            signer = XMLSigner(method=methods.enveloped, c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
            message = signer.sign(
                message, key=self.private_key.encode(), reference_uri=message.get("ID"), always_add_key_value=False
            )
        return {parameter: base64.b64encode(etree.tostring(message)).decode()}


def make_idp(account: Account, *, offers: Binding | None = Binding.REDIRECT, **fields: Any) -> Idp:
    """An enabled identity provider, by default with single logout, and a key pair of ours."""
    private, body = make_pair()
    known: dict[str, Any] = {"certificate": body}
    if offers:
        known |= {"slo_url": f"https://{account.vanity}.example/slo", "slo_binding": offers}
        make_key(account)
    return Idp(make_provider(account, **{**known, **fields}), private)


def make_browser(user: User, index: str = "index-1", name_id: str = "id-of-ana") -> Client:
    """A browser that signed in by SSO."""
    client = Client()
    client.force_login(user)
    key = str(client.session.session_key)
    issuer = IdentityProvider.objects.get(account=user.account).entity_id
    SamlSession.objects.create(user=user, issuer=issuer, name_id=name_id, session_index=index, session_key=key)
    return client


def is_signed_in(client: Client) -> bool:
    """Whether Django still knows the browser."""
    key = client.cookies["sessionid"].value if "sessionid" in client.cookies else ""
    return bool(key) and SessionStore(key).exists(key) and SignInSession.objects.filter(session_key=key).exists()


def sent(address: str, parameter: str) -> Any:
    """The message in an address that we send a browser to."""
    (text,) = parse_qs(urlsplit(address).query)[parameter]
    return etree.fromstring(zlib.decompress(base64.b64decode(text), -15))


def stranger() -> Client:
    """Another site's page or frame: its browser brings none of our cookies."""
    return Client(enforce_csrf_checks=True)


def sign_out(client: Client) -> Page:
    """Press "Sign out"."""
    return client.post("/sign-out/")
