"""What Microsoft's answer means: by error and suberror, never by an AADSTS number."""

import pytest

from calendar_integration.models import Outcome
from calendar_integration.tokens.answers import outcome_of_error, outcome_of_refusal


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ({"code": "x"}, None),
        ({}, Outcome.ERROR),
        ({"error": "access_denied", "error_subcode": "cancel"}, Outcome.DECLINED),
        ({"error": "access_denied", "error_description": "AADSTS65004: declined"}, Outcome.DECLINED),
        ({"error": "consent_required"}, Outcome.CONSENT_REQUIRED),
        ({"error": "interaction_required", "suberror": "consent_required"}, Outcome.CONSENT_REQUIRED),
        ({"error": "interaction_required"}, Outcome.ERROR),
        ({"error": "access_denied", "suberror": "consent_required"}, Outcome.CONSENT_REQUIRED),
        ({"error": "server_error"}, Outcome.UNAVAILABLE),
        ({"error": "temporarily_unavailable"}, Outcome.UNAVAILABLE),
        ({"error": "invalid_request"}, Outcome.ERROR),
        ({"error": "something new", "code": "x"}, Outcome.ERROR),
    ],
)
def test_answers_at_the_redirect_uri(query: dict[str, str], outcome: Outcome | None) -> None:
    assert outcome_of_error(query) == outcome


@pytest.mark.parametrize(
    ("error", "suberror", "outcome"),
    [
        ("invalid_grant", "consent_required", Outcome.CONSENT_REQUIRED),
        ("nonce", "", Outcome.INVALID_TOKEN),
        ("mismatch", "", Outcome.INVALID_TOKEN),
        ("invalid_request", "", Outcome.ERROR),
    ],
)
def test_refusals_of_the_token_endpoint(error: str, suberror: str, outcome: Outcome) -> None:
    assert outcome_of_refusal(error, suberror) == outcome
