"""What a refused refresh means: told apart by error and suberror, and by nothing else of the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.errors import (
    CalendarError,
    ConsentRefusedError,
    InteractionRequiredError,
    InvalidClientError,
    InvalidGrantError,
    RequestRefusedError,
    SignInUnavailableError,
)
from calendar_integration.tokens.refusals import refusal_of_refresh

ERRORS = (
    "invalid_grant",
    "invalid_client",
    "interaction_required",
    "consent_required",
    "server_error",
    "invalid_scope",
)
SUBERRORS = ("", "bad_token", "token_expired", "consent_required", "basic_action", "message_only", "client_mismatch")


@pytest.mark.parametrize(
    ("error", "suberror", "ours"),
    [
        ("invalid_grant", "bad_token", InvalidGrantError),
        ("invalid_grant", "token_expired", InvalidGrantError),
        ("invalid_grant", "message_only", InvalidGrantError),
        ("invalid_grant", "", InvalidGrantError),
        ("invalid_grant", "basic_action", InteractionRequiredError),
        ("interaction_required", "basic_action", InteractionRequiredError),
        ("interaction_required", "", InteractionRequiredError),
        ("login_required", "", InteractionRequiredError),
        ("invalid_grant", "consent_required", ConsentRefusedError),
        ("interaction_required", "consent_required", ConsentRefusedError),
        ("consent_required", "", ConsentRefusedError),
        ("invalid_client", "", InvalidClientError),
        ("invalid_client", "bad_token", InvalidClientError),
        ("temporarily_unavailable", "", SignInUnavailableError),
        ("unauthorized_client", "", RequestRefusedError),
        ("invalid_scope", "", RequestRefusedError),
        ("", "", RequestRefusedError),
    ],
)
def test_each_answer_has_one_meaning(error: str, suberror: str, ours: type[CalendarError]) -> None:
    assert type(refusal_of_refresh({"error": error, "suberror": suberror})) is ours


@given(st.sampled_from(ERRORS), st.sampled_from(SUBERRORS), st.integers(0, 9_999_999), st.text(max_size=60))
def test_numbers_and_texts_decide_nothing_and_are_not_repeated(
    error: str, suberror: str, number: int, text: str
) -> None:
    plain = refusal_of_refresh({"error": error, "suberror": suberror})
    described = f"AADSTS{number}: {text}"
    full = refusal_of_refresh(
        {"error": error, "suberror": suberror, "error_description": described, "error_codes": [number], "claims": text}
    )
    assert type(full) is type(plain)
    assert str(full) == str(plain)


def test_only_what_the_person_can_mend_counts_towards_connecting_again() -> None:
    for error in ("invalid_client", "consent_required", "server_error", "unauthorized_client"):
        assert not isinstance(refusal_of_refresh({"error": error}), InvalidGrantError)
