"""A company asks for a second step: what Microsoft wants proven goes back to it with the next authorization."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.ending import forgetting
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.sync.engine import Status, sync_connection
from calendar_integration.tokens.refusals import LONGEST_CLAIMS, claims_of
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.refreshing import let_expire, make_expired
from tests.sandbox.running import Sandbox


def claims_asked_for(address: str) -> object:
    """What the way to Microsoft asks to be proven."""
    (claims,) = parse_qs(urlsplit(address).query).get("claims", ["null"])
    return json.loads(claims)


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["token.mfa_required", "token.mfa_step_up"])
def test_the_next_authorization_proves_it_and_the_tokens_go_on_working(microsoft: Sandbox, fault: str) -> None:
    connection = make_expired(microsoft)
    microsoft.fault(fault)  # for as long as nothing was proven
    assert sync_connection(connection.pk).status is Status.FAILED
    mia = Traveller(connection.user, microsoft, "Mia Brandt")
    address = mia.leave()
    asked = claims_asked_for(address)
    assert isinstance(asked, dict)
    assert "capolids" in asked["access_token"]
    mia.connect()
    let_expire(connection)
    assert sync_connection(connection.pk).status is Status.DONE, "what was proven once is not asked for again"
    assert Connection.objects.get().claims_challenge == ""


@pytest.mark.django_db
def test_nobody_else_is_asked_for_it_and_it_goes_when_the_person_disconnects(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    assert claims_asked_for(Traveller(connection.user, microsoft).leave()) is None
    Connection.objects.update(
        claims_challenge="{}", state=ConnectionState.DISCONNECTED_BY_USER, to_forget=True, connected_at=None
    )
    forgotten = Connection.objects.get()
    forgetting.forget(forgotten.pk)
    assert Connection.objects.get().claims_challenge == ""


@given(st.none() | st.integers() | st.text(max_size=50) | st.just("[1]") | st.just('"x"'))
def test_anything_but_a_json_object_of_a_bearable_length_is_left(claims: object) -> None:
    assert claims_of({"claims": claims}) in ("", "{}")
    too_long = json.dumps({"access_token": "x" * LONGEST_CLAIMS})
    assert claims_of({"claims": too_long}) == ""
    assert claims_of({}) == ""
