"""Sign-ins that are refused: a page with a reference, the reason in the audit log under it, and no session.

Every answer here was good when the identity provider made it, and something happened to it on its way.
"""

import base64
import logging
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from lxml import etree

from sso.errors import Reason
from sso.models import IdentityProvider
from tests.sandbox.running import PORTAL, Sandbox
from tests.sso.making import (
    ASSERTION,
    SIGNATURE,
    Change,
    add_value,
    answer_to,
    assert_nobody,
    assert_refused,
    attribute,
    changed,
    deliver,
    is_signed_in,
    make_answer,
    make_company,
    post,
    set_everywhere,
    set_status,
    set_text,
    sign_in,
    the,
)

pytestmark = pytest.mark.django_db

ACS = "/sso/contoso/acs/"
ACS_OF_FABRIKAM = f"{PORTAL}/sso/fabrikam/acs/"


@pytest.fixture(autouse=True)
def _contoso(microsoft: Sandbox, tmp_path: Path) -> None:
    """A company with the sandbox as its identity provider."""
    make_company(microsoft, tmp_path)


def strip_signatures(root: Any) -> None:
    """Take every signature out."""
    for signature in list(root.iter(f"{SIGNATURE}Signature")):
        signature.getparent().remove(signature)


def forge_beside(root: Any) -> None:
    """A second, unsigned assertion about somebody else in front of the signed one."""
    forged = deepcopy(root.find(f"{ASSERTION}Assertion"))
    strip_signatures(forged)
    forged.set("ID", "_forged")
    the(forged, "NameID").text = "dana"
    root.insert(0, forged)


def forge_around(root: Any) -> None:
    """The signed assertion hidden inside its own signature's Object, under a forged one."""
    signed = root.find(f"{ASSERTION}Assertion")
    forged = deepcopy(signed)
    signature = forged.find(f"{SIGNATURE}Signature")
    forged.set("ID", "_forged")
    the(forged, "NameID").text = "dana"
    etree.SubElement(signature, f"{SIGNATURE}Object").append(deepcopy(signed))
    root.replace(signed, forged)


def comment_inside_name_id(root: Any) -> None:
    """What a canonical form without comments does not show: dana@contoso.example<!---->.evil.example."""
    node = the(root, "NameID")
    whole = node.text
    node.text = whole[:4]
    comment = etree.Comment("")
    comment.tail = whole[4:]
    node.append(comment)


CHANGES: list[tuple[str, Change, Reason]] = [
    ("another name id", lambda root: set_text(the(root, "NameID"), "dana"), Reason.BAD_SIGNATURE),
    ("another mail", lambda root: set_text(attribute(root, "mail")[0], "dana@contoso.example"), Reason.BAD_SIGNATURE),
    ("a group more", lambda root: add_value(attribute(root, "groups"), "Owners"), Reason.BAD_SIGNATURE),
    ("a longer life", lambda root: set_everywhere(root, "NotOnOrAfter", "2999-01-01T00:00:00Z"), Reason.BAD_SIGNATURE),
    ("no signature", strip_signatures, Reason.UNSIGNED),
    ("a comment inside the name id", comment_inside_name_id, Reason.MALFORMED),
    ("two assertions", forge_beside, Reason.MALFORMED),
    ("an assertion wrapped in another", forge_around, Reason.MALFORMED),
    ("a processing instruction", lambda root: root.insert(0, etree.ProcessingInstruction("x")), Reason.MALFORMED),
    ("no assertion", lambda root: root.remove(root.find(f"{ASSERTION}Assertion")), Reason.MALFORMED),
    ("no answer to anything", lambda root: root.attrib.pop("InResponseTo"), Reason.UNSOLICITED),
    ("an answer to nothing of ours", lambda root: root.set("InResponseTo", "_made_up"), Reason.UNKNOWN_REQUEST),
    ("another destination", lambda root: root.set("Destination", ACS_OF_FABRIKAM), Reason.WRONG_RECIPIENT),
    ("a longer destination", lambda root: root.set("Destination", f"{PORTAL}{ACS}more/"), Reason.WRONG_RECIPIENT),
    ("another issuer", lambda root: set_text(root[0], "https://evil.example/"), Reason.WRONG_ISSUER),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES])
def test_a_message_that_was_changed_on_its_way(
    client: Client, microsoft: Sandbox, change: Change, reason: Reason
) -> None:
    answer = make_answer(client, microsoft)

    assert_refused(post(changed(answer, change)), reason)

    assert_nobody(client)
    deliver(client, answer)
    assert is_signed_in(client), "unchanged, the same message is good"


@pytest.mark.parametrize("kind", ["Response", "Assertion"])
def test_a_doctype_before_a_good_message(client: Client, microsoft: Sandbox, kind: str) -> None:
    answer = make_answer(client, microsoft)
    dressed = f'<!DOCTYPE {kind} [<!ENTITY e "dana">]>'.encode() + answer.xml
    assert_refused(post(replace(answer, message=base64.b64encode(dressed).decode())), Reason.MALFORMED)
    assert_nobody(client)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("saml.unsigned", Reason.UNSIGNED),
        ("saml.expired", Reason.NOT_IN_TIME),
        ("saml.wrong_audience", Reason.WRONG_AUDIENCE),
        ("saml.garbage", Reason.MALFORMED),
    ],
)
def test_a_provider_with_a_fault(client: Client, microsoft: Sandbox, fault: str, reason: Reason) -> None:
    microsoft.fault(fault, count=1)
    assert_refused(post(make_answer(client, microsoft)), reason)
    assert_nobody(client)
    sign_in(client, microsoft)
    assert is_signed_in(client)


def test_what_a_message_says_stays_one_line_of_the_log(
    client: Client, microsoft: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    answer = changed(make_answer(client, microsoft), lambda root: set_status(root, "no\nERROR forged: all is lost"))
    with caplog.at_level(logging.WARNING, "sso"):
        event = assert_refused(post(answer), Reason.IDP_REFUSED)
    (row,) = (record for record in caplog.records if record.name.startswith("sso"))
    assert event.reference in row.getMessage()
    assert "ERROR forged" in row.getMessage()
    assert "\n" not in row.getMessage()


def test_a_sign_in_begun_at_the_provider(client: Client, microsoft: Sandbox) -> None:
    query = urlencode({"acs": f"{PORTAL}{ACS}", "audience": f"{PORTAL}/sso/contoso/metadata/"})
    answer = answer_to(microsoft, f"{microsoft.http}/saml/contoso.example/initiate?{query}")
    refused = post(answer)
    assert_refused(refused, Reason.UNSOLICITED)
    assert 'href="/sso/contoso/login/"' in refused.content.decode(), "the page offers to begin here"
    assert_nobody(client)


def test_an_answer_posted_to_another_company(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    fabrikam = make_company(microsoft, tmp_path, "fabrikam", "fabrikam.example")
    answer = make_answer(client, microsoft)
    event = assert_refused(post(replace(answer, acs="/sso/fabrikam/acs/")), Reason.UNKNOWN_REQUEST)
    assert event.account == fabrikam
    assert_nobody(client)


def test_an_answer_finished_at_another_company(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path, "fabrikam", "fabrikam.example")
    hop = post(make_answer(client, microsoft))["Location"]
    assert_refused(client.get(hop.replace("contoso", "fabrikam")), Reason.REPLAYED)
    assert_nobody(client)


def test_a_provider_that_was_switched_off_meanwhile(client: Client, microsoft: Sandbox) -> None:
    answer = make_answer(client, microsoft)
    IdentityProvider.objects.update(is_enabled=False)
    assert_refused(post(answer), Reason.NOT_CONFIGURED)
    assert_nobody(client)
