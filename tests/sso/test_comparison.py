"""What a refused test expected beside what arrived: only what differs is said to differ."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso.configuration.comparison import SEALED, Ours, rows
from sso.errors import Reason
from sso.models import ProviderDraft
from sso.saml import Outline
from tests.sso.making_setup import CERTIFICATE, OTHER_CERTIFICATE

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OURS = Ours("https://atrium.example/metadata/", "https://atrium.example/acs/")
SETTINGS = ProviderDraft(entity_id="https://idp.example/", certificate=CERTIFICATE)
RIGHT = Outline(
    is_encrypted=False,
    issuers=("https://idp.example/",),
    audiences=(OURS.entity_id,),
    recipients=(OURS.acs_url,),
    destinations=(OURS.acs_url,),
    requests=("_1",),
    begins=NOW - timedelta(minutes=5),
    ends=NOW + timedelta(minutes=5),
    status=("Success",),
    name_id_formats=("persistent",),
    signed=("assertion",),
    methods=("rsa-sha256",),
    certificates=(CERTIFICATE,),
)
SEALED_ONE = replace(
    RIGHT,
    is_encrypted=True,
    issuers=(),
    audiences=(),
    recipients=(),
    begins=None,
    ends=None,
    signed=(),
    certificates=(),
)


def differing(said: Outline, reason: Reason, settings: ProviderDraft = SETTINGS) -> list[str]:
    return [row.what for row in rows(said, settings, OURS, reason, NOW) if row.fits is False]


@pytest.mark.parametrize(
    ("changes", "reason", "what"),
    [
        ({}, Reason.REPLAYED, []),
        ({"issuers": ("https://idp.example",)}, Reason.WRONG_ISSUER, ["Issuer"]),
        ({"audiences": ("https://other.example/",)}, Reason.WRONG_AUDIENCE, ["Audience"]),
        ({"audiences": ()}, Reason.WRONG_AUDIENCE, ["Audience"]),
        ({"audiences": ("https://other.example/", OURS.entity_id)}, Reason.REPLAYED, []),
        ({"recipients": ("https://other.example/",)}, Reason.WRONG_RECIPIENT, ["Recipient"]),
        ({"destinations": ()}, Reason.WRONG_RECIPIENT, ["Destination"]),
        ({"requests": ("_1", "_2")}, Reason.UNKNOWN_REQUEST, ["Request"]),
        ({"ends": NOW - timedelta(minutes=3)}, Reason.NOT_IN_TIME, ["Times"]),
        ({"ends": NOW - timedelta(minutes=2)}, Reason.REPLAYED, []),
        ({"begins": NOW + timedelta(minutes=4)}, Reason.NOT_IN_TIME, ["Times"]),
        ({"signed": (), "certificates": ()}, Reason.UNSIGNED, ["Signature"]),
        ({"certificates": (OTHER_CERTIFICATE,)}, Reason.BAD_SIGNATURE, ["Signature", "Certificate"]),
        ({"certificates": (OTHER_CERTIFICATE,)}, Reason.REPLAYED, []),
        ({"certificates": ("no base64!",)}, Reason.BAD_SIGNATURE, ["Signature", "Certificate"]),
        ({"status": ("Responder", "AuthnFailed")}, Reason.IDP_REFUSED, ["Status"]),
        ({"name_id_formats": ("transient",)}, Reason.TRANSIENT_NAME_ID, ["Name ID format"]),
    ],
)
def test_only_what_differs_is_said_to_differ(changes: dict[str, object], reason: Reason, what: list[str]) -> None:
    assert differing(replace(RIGHT, **changes), reason) == what  # type: ignore[arg-type]  # of the fields' types


def test_what_is_inside_an_encrypted_assertion_is_not_guessed() -> None:
    assert differing(SEALED_ONE, Reason.UNDECRYPTABLE) == ["Encryption"]
    issuer = rows(SEALED_ONE, SETTINGS, OURS, Reason.UNDECRYPTABLE, NOW)[0]
    assert (issuer.arrived, issuer.fits) == (SEALED, None)


def test_an_answer_that_should_have_been_encrypted() -> None:
    settings = ProviderDraft(entity_id="https://idp.example/", certificate=CERTIFICATE, wants_encryption=True)
    assert differing(RIGHT, Reason.NOT_ENCRYPTED, settings) == ["Encryption"]
    assert differing(SEALED_ONE, Reason.REPLAYED, settings) == []


@given(st.lists(st.text(max_size=20), max_size=4).map(tuple), st.sampled_from(list(Reason)))
def test_whatever_arrives_there_are_rows(texts: tuple[str, ...], reason: Reason) -> None:
    said = replace(
        RIGHT, issuers=texts, audiences=texts, requests=texts, status=texts, certificates=texts, signed=texts
    )
    assert {"Issuer", "Audience", "Request"} <= {row.what for row in rows(said, SETTINGS, OURS, reason, NOW)}
