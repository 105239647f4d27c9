"""What a careless, odd or hostile identity provider says and signs: refused, unless it is merely unusual."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants

from sso.errors import Reason
from tests.sandbox.running import PORTAL, Sandbox
from tests.sso.making import (
    Change,
    add_value,
    assert_nobody,
    assert_refused,
    attribute,
    deliver,
    is_signed_in,
    make_answer,
    make_company,
    post,
    resigned,
    set_everywhere,
    set_status,
    set_text,
    the,
)

pytestmark = pytest.mark.django_db

ACS_OF_FABRIKAM = f"{PORTAL}/sso/fabrikam/acs/"


@pytest.fixture(autouse=True)
def _contoso(microsoft: Sandbox, tmp_path: Path) -> None:
    """A company with the sandbox as its identity provider."""
    make_company(microsoft, tmp_path)


def drop_name_id(root: Any) -> None:
    """A subject without a name."""
    the(root, "Subject").remove(the(root, "NameID"))


def drop_mail(root: Any) -> None:
    """A person without an e-mail address."""
    node = attribute(root, "mail")
    node.getparent().remove(node)


def drop_audience(root: Any) -> None:
    """For nobody in particular."""
    the(root, "Conditions").remove(the(root, "AudienceRestriction"))


def drop_ends(root: Any) -> None:
    """No time limit anywhere."""
    for name in ("Conditions", "SubjectConfirmationData"):
        the(root, name).attrib.pop("NotOnOrAfter")


STATEMENTS: list[tuple[str, Change, Reason]] = [
    ("somebody without a name id", drop_name_id, Reason.NO_NAME_ID),
    ("somebody with an empty name id", lambda root: set_text(the(root, "NameID"), ""), Reason.NO_NAME_ID),
    ("somebody for this session only", lambda root: the(root, "NameID").set(
        "Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"), Reason.TRANSIENT_NAME_ID),
    ("a name id of 2,000 characters", lambda root: set_text(the(root, "NameID"), "n" * 2000), Reason.MALFORMED),
    ("an assertion id as long", lambda root: the(root, "Assertion").set("ID", "_" * 2000), Reason.MALFORMED),
    ("no end", drop_ends, Reason.NOT_IN_TIME),
    ("a time that is none", lambda root: set_everywhere(root, "NotOnOrAfter", "tomorrow"), Reason.MALFORMED),
    ("the year one, east of here", lambda root: set_everywhere(
        root, "NotOnOrAfter", "0001-01-01T00:00:00+14:00"), Reason.MALFORMED),
    ("another audience", lambda root: set_text(the(root, "Audience"), f"{PORTAL}/sso/fabrikam/metadata/"),
     Reason.WRONG_AUDIENCE),
    ("another recipient", lambda root: the(root, "SubjectConfirmationData").set(
        "Recipient", ACS_OF_FABRIKAM), Reason.WRONG_RECIPIENT),
    ("a longer recipient", lambda root: the(root, "SubjectConfirmationData").set(
        "Recipient", f"https://evil.example/?{PORTAL}/sso/contoso/acs/"), Reason.WRONG_RECIPIENT),
    ("no audience", drop_audience, Reason.WRONG_AUDIENCE),
    ("an answer to no request", lambda root: the(root, "SubjectConfirmationData").attrib.pop(
        "InResponseTo"), Reason.UNKNOWN_REQUEST),
    ("an answer to another request", lambda root: the(root, "SubjectConfirmationData").set(
        "InResponseTo", "_another"), Reason.WRONG_RECIPIENT),
    ("another issuer", lambda root: set_text(the(root, "Assertion")[0], "https://evil.example/"), Reason.WRONG_ISSUER),
    ("no", lambda root: set_status(root, "Ask for a licence"), Reason.IDP_REFUSED),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), [pytest.param(*row[1:], id=row[0]) for row in STATEMENTS])
def test_a_provider_that_says(client: Client, microsoft: Sandbox, change: Change, reason: Reason) -> None:
    answer = make_answer(client, microsoft)

    assert_refused(post(resigned(microsoft, answer, change)), reason)

    assert_nobody(client)
    deliver(client, resigned(microsoft, answer, lambda _root: None))
    assert is_signed_in(client), "signed once more without the change, the same message is good"


PEOPLE: list[tuple[str, Change, Reason]] = [
    ("nobody's mail", drop_mail, Reason.NO_EMAIL),
    ("a mail that is none", lambda root: set_text(attribute(root, "mail")[0], "ana"), Reason.NO_EMAIL),
    ("two mails", lambda root: add_value(attribute(root, "mail"), "dana@contoso.example"), Reason.SEVERAL_EMAILS),
    ("a mail elsewhere", lambda root: set_text(attribute(root, "mail")[0], "ana@evil.example"), Reason.FOREIGN_DOMAIN),
]


@pytest.mark.parametrize(("change", "reason"), [pytest.param(*row[1:], id=row[0]) for row in PEOPLE])
def test_a_provider_that_tells_of(client: Client, microsoft: Sandbox, change: Change, reason: Reason) -> None:
    answer = make_answer(client, microsoft)
    assert_refused(deliver(client, resigned(microsoft, answer, change)), reason)
    assert_nobody(client)


@pytest.mark.parametrize(
    ("method", "digest"),
    [(Constants.RSA_SHA1, Constants.SHA256), (Constants.RSA_SHA256, Constants.SHA1)],
    ids=["signature", "digest"],
)
def test_sha_1_is_too_weak(client: Client, microsoft: Sandbox, method: str, digest: str) -> None:
    answer = make_answer(client, microsoft)
    weak = resigned(microsoft, answer, lambda _root: None, method=method, digest=digest)
    assert_refused(post(weak), Reason.WEAK_ALGORITHM)
    assert_nobody(client)


def test_the_key_of_another_provider_does_not_count(client: Client, microsoft: Sandbox) -> None:
    answer = make_answer(client, microsoft)
    foreign = resigned(microsoft, answer, lambda _root: None, domain="fabrikam.example")
    assert_refused(post(foreign), Reason.BAD_SIGNATURE)
    assert_nobody(client)


def test_an_end_in_the_farthest_future_is_an_end(client: Client, microsoft: Sandbox) -> None:
    answer = make_answer(client, microsoft)
    deliver(
        client,
        resigned(microsoft, answer, lambda root: set_everywhere(root, "NotOnOrAfter", "9999-12-31T23:59:59Z")),
    )
    assert is_signed_in(client)
