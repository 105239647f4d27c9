"""Responses in the shapes that Entra ID, Okta, Ping, Keycloak and ADFS send are accepted, signed by signxml."""

import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from lxml import etree

from accounts.models import Account, User
from sso.models import AuthnRequest
from tests.makers import make_account
from tests.sandbox.running import PORTAL
from tests.sso.attacks.forging import ASSERTION, encoded, request_id_of
from tests.sso.attacks.providers import SHAPES, Shape, marked, signed, unsigned
from tests.sso.attacks.sealing import keep_key, make_key_pair
from tests.sso.attacks.signing import make_signer
from tests.sso.making import Answer, begin, deliver, is_signed_in, make_provider, post

pytestmark = pytest.mark.django_db

xmlsec: Any = importlib.import_module("xmlsec")  # its types leave out what is made when it is loaded

NOW = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)
ACS = f"{PORTAL}/sso/contoso/acs/"
ENTITY = f"{PORTAL}/sso/contoso/metadata/"


def make_company(shape: Shape) -> Account:
    """An account that trusts this identity provider."""
    account = make_account()
    make_provider(account, entity_id=shape.issuer, certificate=make_signer("contoso").certificate)
    return account


def encrypted_by_xmlsec(root: Any) -> Any:
    """The response with its assertion encrypted, as it stands in it."""
    assertion = root.find(f"{{{ASSERTION}}}Assertion")
    whole = etree.Element(f"{{{ASSERTION}}}EncryptedAssertion", nsmap={"saml": ASSERTION})
    data = xmlsec.template.encrypted_data_create(
        root, xmlsec.Transform.AES256, type=xmlsec.EncryptionType.ELEMENT, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(key_info, xmlsec.Transform.RSA_OAEP)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    manager = xmlsec.KeysManager()
    body = make_key_pair().certificate
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    pem = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    manager.add_key(xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM, None))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 256, xmlsec.KeyDataType.SESSION)
    done = context.encrypt_xml(data, assertion)
    parent: Any = done.getparent()
    parent.replace(done, whole)
    whole.append(done)
    return root


@pytest.mark.parametrize("name", SHAPES)
def test_a_response_of(client: Client, name: str) -> None:
    shape = SHAPES[name]
    make_company(shape)
    with time_machine.travel(NOW):
        root = signed(shape, unsigned(shape, request_id_of(begin(client)), ACS, ENTITY))
        posted = post(Answer("/sso/contoso/acs/", encoded(root)))
        assert posted.status_code == 302, posted.content
        kept = AuthnRequest.objects.get().answer
        client.get(posted["Location"])
        assert is_signed_in(client)
    assert User.objects.get().email == "ana@contoso.example"
    assert (kept["issuer"], kept["name_id"]) == (shape.issuer, shape.name_id)
    attribute, values = shape.groups
    assert kept["attributes"][attribute] == list(values)
    assert kept["session_index"]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("signs", ["Assertion", "Response"])
def test_an_encrypted_response_of(client: Client, name: str, signs: str) -> None:
    shape = SHAPES[name]
    keep_key(make_company(shape), make_key_pair())
    with time_machine.travel(NOW):
        root = marked(shape, unsigned(shape, request_id_of(begin(client)), ACS, ENTITY), signs)
        if signs == "Assertion":
            root = encrypted_by_xmlsec(signed(shape, root, signs))
        else:
            root = signed(shape, encrypted_by_xmlsec(root), signs)
        deliver(client, Answer("/sso/contoso/acs/", encoded(root)))
        assert is_signed_in(client)


def test_a_response_broken_into_lines(client: Client) -> None:
    """base64 with line ends, and a form that was typed by a proxy: still the same message."""
    shape = SHAPES["Entra ID"]
    make_company(shape)
    with time_machine.travel(NOW):
        root = signed(shape, unsigned(shape, request_id_of(begin(client)), ACS, ENTITY))
        text = encoded(root)
        lines = "\r\n".join(text[start : start + 76] for start in range(0, len(text), 76))
        deliver(client, Answer("/sso/contoso/acs/", lines))
        assert is_signed_in(client)


def test_two_tabs_at_once_with_each_shape(client: Client) -> None:
    shape = SHAPES["Entra ID"]
    make_company(shape)
    with time_machine.travel(NOW):
        ids = [request_id_of(begin(client, next_path=path)) for path in ("/meetings/", "/contacts/")]
        answers = [signed(shape, renamed(unsigned(shape, request_id, ACS, ENTITY), request_id)) for request_id in ids]
        hops = [post(Answer("/sso/contoso/acs/", encoded(root)))["Location"] for root in reversed(answers)]
        assert [client.get(hop)["Location"] for hop in hops] == ["/contacts/", "/meetings/"]
        assert is_signed_in(client)


def renamed(root: Any, suffix: str) -> Any:
    """With an assertion id of its own."""
    assertion = root.find(f"{{{ASSERTION}}}Assertion")
    assertion.set("ID", f"_{suffix}")
    return root
