"""Whose token it is, and whether it is meant for us."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.tokens import id_token
from calendar_integration.tokens.id_token import Flaw
from tests.makers import CONTOSO_TENANT

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "https://login.microsoftonline.com"
CLIENT = "our-client-id"


def make_claims(**changes: Any) -> dict[str, Any]:
    """Claims without flaw, but for the changes; None leaves a claim out."""
    claims = {
        "aud": CLIENT,
        "iss": f"{HOST}/{CONTOSO_TENANT}/v2.0",
        "tid": str(CONTOSO_TENANT),
        "oid": str(uuid.UUID(int=7)),
        "exp": int((NOW + timedelta(hours=1)).timestamp()),
        "preferred_username": "ana@contoso.example",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def flaw(claims: dict[str, Any]) -> Flaw | None:
    return id_token.find_flaw(claims, client_id=CLIENT, tenant_id=CONTOSO_TENANT, authority_host=HOST, now=NOW)


def test_a_token_without_flaw_says_whose_mailbox_it_is() -> None:
    assert flaw(make_claims()) is None
    identity = id_token.identity(make_claims())
    assert identity == id_token.Identity(CONTOSO_TENANT, uuid.UUID(int=7), "ana@contoso.example")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tid": str(uuid.UUID(int=1))}, Flaw.TENANT),
        ({"tid": None}, Flaw.TENANT),
        ({"tid": "contoso.example"}, Flaw.TENANT),
        ({"aud": "another-client"}, Flaw.AUDIENCE),
        ({"aud": [CLIENT, "another"]}, Flaw.AUDIENCE),
        ({"iss": f"{HOST}/{uuid.UUID(int=1)}/v2.0"}, Flaw.ISSUER),
        ({"iss": f"https://evil.example/{CONTOSO_TENANT}/v2.0"}, Flaw.ISSUER),
        ({"exp": int((NOW - timedelta(minutes=6)).timestamp())}, Flaw.EXPIRED),
        ({"exp": None}, Flaw.EXPIRED),
        ({"exp": True}, Flaw.EXPIRED),
        ({"exp": 1e300}, Flaw.EXPIRED),
        ({"oid": None}, Flaw.NO_OID),
        ({"oid": "ana"}, Flaw.NO_OID),
    ],
)
def test_each_flaw_is_found(changes: dict[str, Any], expected: Flaw) -> None:
    assert flaw(make_claims(**changes)) is expected


def test_a_clock_a_few_minutes_off_is_forgiven() -> None:
    assert flaw(make_claims(exp=int((NOW - timedelta(minutes=4)).timestamp()))) is None


@given(
    st.dictionaries(st.sampled_from(["aud", "iss", "tid", "oid", "exp"]), st.one_of(st.none(), st.text(), st.floats()))
)
def test_whatever_is_in_the_claims_it_is_judged_and_never_an_error(changes: dict[str, Any]) -> None:
    flaw(make_claims(**changes))
