"""A sign-in step by step: a person's browser, the identity provider's answer, and ways to change that answer."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from accounts.models import Account, AuditAction, AuditEvent, User
from sso.errors import Reason
from sso.models import IdentityProvider
from sso.saml import Assertion
from tests.makers import make_account
from tests.pages import Page
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox

FORM = "application/x-www-form-urlencoded"
REFERENCE = re.compile(r"Reference <strong>([0-9A-Z]{4}-[0-9A-Z]{4})</strong>")
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"

Change = Callable[[Any], None]


@dataclass(frozen=True)
class Answer:
    """What the identity provider's page would post: where to, and the message."""

    acs: str
    message: str

    @property
    def xml(self) -> bytes:
        """The message as XML."""
        return base64.b64decode(self.message)


def make_company(
    microsoft: Sandbox, folder: Path, vanity: str = "contoso", domain: str = "contoso.example", *, proven: bool = True
) -> Account:
    """An account whose identity provider is the sandbox's for this domain."""
    account = make_account(vanity, proven=proven)
    call_command("configure_idp", vanity, metadata=metadata_file(microsoft, folder, domain), verbosity=0)
    return account


def make_provider(account: Account, **fields: Any) -> IdentityProvider:
    """An enabled identity provider that nobody ever reaches."""
    known = {"entity_id": f"https://{account.vanity}.example/idp", "sso_url": f"https://{account.vanity}.example/sso"}
    return IdentityProvider.objects.create(account=account, **{**known, "is_enabled": True, **fields})


def make_assertion(name_id: str = "id-of-ana", mail: str = "ana@contoso.example", name: str = "Ana Lima") -> Assertion:
    """What a verified answer says of somebody."""
    return Assertion(
        issuer="https://contoso.example/idp",
        assertion_id="_assertion",
        expires_at=timezone.now(),
        name_id=name_id,
        name_id_format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        attributes={"mail": [mail], "displayName": [name]},
    )


def metadata_file(microsoft: Sandbox, folder: Path, domain: str = "contoso.example") -> Path:
    """The provider's metadata as an administrator downloads it."""
    path = folder / f"{domain}.xml"
    path.write_bytes(microsoft.client.get(f"{microsoft.http}/saml/{domain}/metadata").content)
    return path


def begin(person: Client, vanity: str = "contoso", next_path: str | None = None) -> str:
    """The person asks to sign in; the address at the identity provider that they are sent to."""
    response = person.get(f"/sso/{vanity}/login/", {} if next_path is None else {"next": next_path})
    assert response.status_code == 302, response.content
    return response["Location"]


def answer_to(microsoft: Sandbox, address: str, name: str = "Ana Lima") -> Answer:
    """The person picks who they are at the identity provider, which answers."""
    with Browser(microsoft.http) as visitor:
        action, fields = visitor.open(address).press(name).form()
    return Answer(urlsplit(action).path, fields["SAMLResponse"])


def make_answer(person: Client, microsoft: Sandbox, name: str = "Ana Lima", vanity: str = "contoso") -> Answer:
    """The answer to a sign-in that this browser has just begun."""
    return answer_to(microsoft, begin(person, vanity), name)


def post(answer: Answer) -> Page:
    """The identity provider's page posts the answer: from another site, so without any of the portal's cookies."""
    stranger = Client(enforce_csrf_checks=True)
    response = stranger.post(answer.acs, urlencode({"SAMLResponse": answer.message}), content_type=FORM)
    assert not stranger.cookies, "the hop to the finish must not replace the person's cookies"
    return response


def deliver(person: Client, answer: Answer) -> Page:
    """The answer is posted, and the person's browser finishes the sign-in."""
    posted = post(answer)
    assert posted.status_code == 302, posted.content
    return person.get(posted["Location"])


def sign_in(person: Client, microsoft: Sandbox, name: str = "Ana Lima", vanity: str = "contoso") -> Page:
    """All of it."""
    return deliver(person, make_answer(person, microsoft, name, vanity))


def is_signed_in(person: Client) -> bool:
    """Whether the portal knows this browser."""
    return person.get("/api/v1/me").status_code == 200


def assert_refused(response: Page, reason: Reason) -> AuditEvent:
    """A page with a reference, and exactly one audit row that has the reason under it."""
    assert response.status_code == 403
    shown = REFERENCE.search(response.content.decode())
    assert shown, response.content
    event = AuditEvent.objects.get(action=AuditAction.SIGN_IN_REFUSED)
    assert (event.after, event.reference) == ({"reason": reason}, shown[1])
    return event


def assert_nobody(person: Client) -> None:
    """No session began, and nobody was created."""
    assert not Session.objects.exists()
    assert not User.objects.exists()
    assert not is_signed_in(person)


def changed(answer: Answer, change: Change) -> Answer:
    """The answer after somebody changed it on its way: the signature stays as it was."""
    root = etree.fromstring(answer.xml)
    change(root)
    return replace(answer, message=base64.b64encode(etree.tostring(root)).decode())


def resigned(
    microsoft: Sandbox,
    answer: Answer,
    change: Change,
    *,
    domain: str = "contoso.example",
    signed: str = f"{ASSERTION}Assertion",
    method: str = Constants.RSA_SHA256,
    digest: str = Constants.SHA256,
) -> Answer:
    """What the identity provider itself would have said, had it been set up differently or been careless."""
    root: Any = etree.fromstring(answer.xml)
    for signature in list(root.iter(f"{SIGNATURE}Signature")):
        signature.getparent().remove(signature)
    change(root)
    element = root if root.tag == signed else root.find(signed)
    key = json.loads((microsoft.data_dir / "keys.json").read_text())["saml"][domain]
    fresh = etree.fromstring(
        OneLogin_Saml2_Utils.add_sign(
            etree.tostring(element),
            key["private_pem"],
            key["certificate_pem"],
            sign_algorithm=method,
            digest_algorithm=digest,
        )
    )
    if element is root:
        root = fresh
    else:
        root.replace(element, fresh)
    return replace(answer, message=base64.b64encode(etree.tostring(root)).decode())


def the(root: Any, name: str) -> Any:
    """The one element of the assertion with this name."""
    (found,) = root.iter(f"{ASSERTION}{name}")
    return found


def attribute(root: Any, name: str) -> Any:
    """The one attribute of the assertion with this name."""
    (found,) = (node for node in root.iter(f"{ASSERTION}Attribute") if node.get("Name") == name)
    return found


def add_value(attribute_node: Any, text: str) -> None:
    """One more value for an attribute."""
    etree.SubElement(attribute_node, f"{ASSERTION}AttributeValue").text = text


def set_text(node: Any, text: str) -> None:
    """Another text for an element, as an expression."""
    node.text = text


def set_status(root: Any, text: str) -> None:
    """The provider says no, with a message of its own."""
    status = root.find(f"{PROTOCOL}Status")
    status[0].set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
    etree.SubElement(status, f"{PROTOCOL}StatusMessage").text = text


def set_everywhere(root: Any, name: str, value: str) -> None:
    """A time limit of the assertion, wherever it stands."""
    for node in root.iter():
        if name in node.attrib:
            node.set(name, value)
