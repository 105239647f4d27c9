"""The users list's column: every state in words, found by them, in one query."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts import extensions
from accounts.extensions import Cell
from accounts.models import User
from calendar_integration.mailbox_status.user_column import ConnectionColumn
from calendar_integration.models import ConnectionState
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db

COLUMN = ConnectionColumn()


def found(value: str) -> set[str]:
    return {user.get_short_name() for user in User.objects.filter(COLUMN.condition(value))}


def test_it_is_in_the_list() -> None:
    (column,) = [column for column in extensions.user_columns() if column.slug == "connection"]
    assert column.title == "Office 365"


def test_every_state_can_be_filtered_by_and_finds_its_people() -> None:
    account = make_account()
    for number, state in enumerate(ConnectionState):
        make_connection(make_user(account, f"p{number}"), state)
    make_user(account, "zoe")
    assert [value for value, _label in COLUMN.choices()] == list(ConnectionState.values)
    assert found("none") == {"P0", "Zoe"}
    assert found("active") == {"P2"}
    assert found("disconnected_by_policy") == {"P8"}
    assert sum(len(found(value)) for value, _label in COLUMN.choices()) == User.objects.count()


@pytest.mark.parametrize("value", ["", "unknown", "\0"])
def test_a_word_that_is_no_state_finds_nobody(value: str) -> None:
    make_user(make_account())
    assert found(value) == set()


def test_cells_are_coloured_and_cost_one_query() -> None:
    account = make_account()
    ana, bo, cy = (make_user(account, name) for name in ("ana", "bo", "cy"))
    make_connection(ana)
    make_connection(bo, ConnectionState.NEEDS_REAUTHORIZATION)
    with CaptureQueriesContext(database) as captured:
        cells = COLUMN.cells([ana.pk, bo.pk, cy.pk])
    assert len(captured) == 1
    assert cells == {
        ana.pk: Cell("Connected", "good"),
        bo.pk: Cell("Has to be authorized again", "wrong"),
        cy.pk: Cell("Not connected"),
    }
