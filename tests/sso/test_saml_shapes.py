"""Honest answers in shapes that are unusual, and yet what some identity provider sends: all of them are accepted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from tests.sso.attacks.forging import Scene, assertion_of, make_company, make_scene, the
from tests.sso.attacks.sealing import CBC, ENC, OAEP, OAEP_11, Seal, keep_key, make_key_pair, seal_assertion
from tests.sso.attacks.signing import DSIG, EXCLUSIVE, seal
from tests.sso.making import deliver, is_signed_in

pytestmark = pytest.mark.django_db

MARK = b"\xef\xbb\xbf"
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\r\n'


def text_of(scene: Scene) -> bytes:
    return etree.tostring(assertion_of(scene.honest()))


def encrypted(**how: Any) -> Callable[[Scene], Any]:
    return lambda scene: seal_assertion(scene.honest(), Seal(make_key_pair(), **how))


def with_plain_text(change: Callable[[bytes], bytes]) -> Callable[[Scene], Any]:
    return lambda scene: seal_assertion(scene.honest(), Seal(make_key_pair()), change(text_of(scene)))


def named_key(scene: Scene) -> Any:
    root = encrypted(beside=True)(scene)
    etree.SubElement(the(root, "EncryptedKey"), f"{{{ENC}}}CarriedKeyName").text = "of contoso"
    return root


def prefixes_of_signed_info(scene: Scene) -> Any:
    root = scene.honest()
    names = {"PrefixList": "xs"}
    method = the(root, "CanonicalizationMethod")
    etree.SubElement(method, f"{{{EXCLUSIVE}}}InclusiveNamespaces", names, nsmap={"ec": EXCLUSIVE})
    seal(the(root, "Signature"), scene.signer)
    return root


def key_by(name: str, namespace: str = DSIG) -> Callable[[Scene], Any]:
    def build(scene: Scene) -> Any:
        root = scene.honest()
        etree.SubElement(the(root, "X509Data").getparent(), f"{{{namespace}}}{name}").text = "QUJD"
        return root

    return build


def revocations(scene: Scene) -> Any:
    root = scene.honest()
    etree.SubElement(the(root, "X509Data"), f"{{{DSIG}}}X509CRL").text = "QUJD"
    return root


def no_issuer_outside(scene: Scene) -> Any:
    root = scene.honest()
    root.remove(root[0])
    return root


SHAPES: dict[str, Callable[[Scene], Any]] = {
    "a byte order mark": lambda scene: MARK + etree.tostring(scene.honest()),
    "a byte order mark and a declaration": lambda scene: MARK + DECLARATION + etree.tostring(scene.honest()),
    "no issuer of the response": no_issuer_outside,
    "prefixes of the signed part": prefixes_of_signed_info,
    "a key in another form": key_by("DEREncodedKeyValue", "http://www.w3.org/2009/xmldsig11#"),
    "a list of revoked certificates": revocations,
    "OAEP of 2009": encrypted(transport=OAEP_11),
    "OAEP with SHA-256, as Keycloak does it": encrypted(transport=OAEP_11, digest="sha256", mask="sha256"),
    "OAEP with SHA-256 under CBC": encrypted(transport=OAEP_11, digest="sha256", mask="sha256", cipher=CBC),
    "OAEP with the mask of SHA-1 said": encrypted(transport=OAEP, mask="sha1"),
    "a key with a name": named_key,
    "a declaration in the plain text": with_plain_text(lambda text: DECLARATION + text),
    "a byte order mark in the plain text": with_plain_text(lambda text: MARK + text),
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_answer_with(client: Client, name: str) -> None:
    keep_key(make_company(), make_key_pair())
    scene = make_scene(client)
    deliver(client, scene.answer(SHAPES[name](scene)))
    assert is_signed_in(client)
