"""Signatures of an odd shape are refused before anything of them is run: no style sheet, no path, no file.

Each message was accepted unmodified before it was changed.
"""

import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from sso.errors import Reason
from tests.sandbox.running import Sandbox
from tests.sso.making import (
    ASSERTION,
    PROTOCOL,
    SIGNATURE,
    assert_nobody,
    assert_refused,
    changed,
    make_answer,
    make_company,
    post,
    resigned,
    the,
)

pytestmark = pytest.mark.django_db

XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
# Doubles its work with each level: at depth 30 it would keep a processor busy for a quarter of an hour.
SLOW_STYLE = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/">
<xsl:call-template name="t"><xsl:with-param name="n" select="30"/></xsl:call-template></xsl:template>
<xsl:template name="t"><xsl:param name="n"/><xsl:if test="$n &gt; 0">
<xsl:call-template name="t"><xsl:with-param name="n" select="$n - 1"/></xsl:call-template>
<xsl:call-template name="t"><xsl:with-param name="n" select="$n - 1"/></xsl:call-template>
</xsl:if></xsl:template></xsl:stylesheet>"""


@pytest.fixture(autouse=True)
def _contoso(microsoft: Sandbox, tmp_path: Path) -> None:
    """A company with the sandbox as its identity provider."""
    make_company(microsoft, tmp_path)


def one(root: Any, name: str) -> Any:
    """The one element of the signature with this name."""
    (found,) = root.iter(f"{SIGNATURE}{name}")
    return found


def transforms(root: Any) -> list[Any]:
    """The two transforms of the signature."""
    return list(root.iter(f"{SIGNATURE}Transform"))


def style_sheet(root: Any) -> None:
    transforms(root)[1].set("Algorithm", XSLT)
    transforms(root)[1].append(etree.fromstring(SLOW_STYLE))


def path_filter(root: Any) -> None:
    transforms(root)[1].set("Algorithm", XPATH)
    etree.SubElement(transforms(root)[1], f"{SIGNATURE}XPath").text = "count(//*[count(//*)>0])>0"


def third_transform(root: Any) -> None:
    parent = transforms(root)[0].getparent()
    parent.append(deepcopy(transforms(root)[1]))


def no_transforms(root: Any) -> None:
    parent = transforms(root)[0].getparent()
    parent.getparent().remove(parent)


def other_order(root: Any) -> None:
    parent = transforms(root)[0].getparent()
    parent.insert(0, transforms(root)[1])


def inside_a_transform(root: Any) -> None:
    etree.SubElement(transforms(root)[0], f"{SIGNATURE}XPath").text = "self::text()"


def file_reference(root: Any) -> None:
    reference = deepcopy(one(root, "Reference"))
    reference.set("URI", "file:///dev/zero")
    one(root, "SignedInfo").append(reference)


def only_a_file(root: Any) -> None:
    one(root, "Reference").set("URI", "file:///etc/passwd")


def whole_document(root: Any) -> None:
    one(root, "Reference").set("URI", "")


def somewhere_else(root: Any) -> None:
    one(root, "Reference").set("URI", f"#{root.get('ID')}")


def an_object(root: Any) -> None:
    etree.SubElement(one(root, "Signature"), f"{SIGNATURE}Object").text = "anything"


def fetched_key(root: Any) -> None:
    etree.SubElement(one(root, "KeyInfo"), f"{SIGNATURE}RetrievalMethod", URI="file:///etc/passwd")


def signature_elsewhere(root: Any) -> None:
    the(root, "Subject").append(one(root, "Signature"))


def id_twice(root: Any) -> None:
    """The forged assertion carries the id that a signed decoy has as well."""
    decoy = etree.Element(f"{PROTOCOL}Extensions")
    etree.SubElement(decoy, "{urn:oasis:names:tc:SAML:2.0:metadata}EntityDescriptor", ID=the_id(root))
    root.insert(1, decoy)


def id_twice_by_another_name(root: Any) -> None:
    decoy = etree.Element(f"{PROTOCOL}Extensions")
    etree.SubElement(decoy, f"{SIGNATURE}Manifest", Id=the_id(root))
    root.insert(1, decoy)


def the_id(root: Any) -> str:
    return str(root.find(f"{ASSERTION}Assertion").get("ID"))


SHAPES: list[Callable[[Any], None]] = [
    style_sheet,
    path_filter,
    third_transform,
    no_transforms,
    other_order,
    inside_a_transform,
    file_reference,
    only_a_file,
    whole_document,
    somewhere_else,
    an_object,
    fetched_key,
    signature_elsewhere,
    id_twice,
    id_twice_by_another_name,
]


@pytest.mark.parametrize("change", SHAPES, ids=[change.__name__ for change in SHAPES])
def test_an_odd_shape_is_refused_at_once(microsoft: Sandbox, client: Client, change: Callable[[Any], None]) -> None:
    answer = changed(make_answer(client, microsoft), change)
    began = time.monotonic()
    assert_refused(post(answer), Reason.MALFORMED)
    assert time.monotonic() - began < 5
    assert_nobody(client)


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160"),
        ("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        ("DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("DigestMethod", "http://www.w3.org/2001/04/xmldsig-more#md5"),
        ("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("CanonicalizationMethod", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
    ],
)
def test_other_algorithms_are_refused(microsoft: Sandbox, client: Client, name: str, algorithm: str) -> None:
    answer = changed(make_answer(client, microsoft), lambda root: one(root, name).set("Algorithm", algorithm))
    assert_refused(post(answer), Reason.WEAK_ALGORITHM)
    assert_nobody(client)


def test_a_name_id_that_is_encrypted_for_nobody(microsoft: Sandbox, client: Client) -> None:
    def encrypt(root: Any) -> None:
        name_id = the(root, "NameID")
        hidden = etree.Element(f"{ASSERTION}EncryptedID")
        etree.SubElement(hidden, "{http://www.w3.org/2001/04/xmlenc#}EncryptedData")
        name_id.getparent().replace(name_id, hidden)

    answer = resigned(microsoft, make_answer(client, microsoft), encrypt)
    assert_refused(post(answer), Reason.MALFORMED)


def test_without_a_destination(microsoft: Sandbox, client: Client) -> None:
    answer = changed(make_answer(client, microsoft), lambda root: root.attrib.pop("Destination"))
    assert_refused(post(answer), Reason.WRONG_RECIPIENT)


def test_a_long_name_id_of_large_characters(microsoft: Sandbox, client: Client) -> None:
    def lengthen(root: Any) -> None:
        the(root, "NameID").text = "漢" * 700

    answer = resigned(microsoft, make_answer(client, microsoft), lengthen)
    assert_refused(post(answer), Reason.MALFORMED)
    assert_nobody(client)
