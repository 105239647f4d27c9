"""The order of groups decides settings: it is changed after a preview only, and always whole."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.groups import order as ordering
from accounts.models import Account, AuditEvent, Group, Role, User
from calendar_integration.models import AskMode
from tests.accounts.making_groups import ask_every_time, asks, order, version
from tests.accounts.making_people import make_group, make_owner, signed_in, text
from tests.makers import make_account, make_user, set_ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> User:
    return make_owner()


@pytest.fixture
def client(dana: User) -> Client:
    return signed_in(dana)


def three(account: Account) -> list[Group]:
    return [make_group(account, name) for name in ("Sales", "Interns", "Berlin")]


@given(st.integers(1, 40), st.data())
def test_moving_puts_one_there_and_keeps_the_others_in_order(number: int, data: st.DataObject) -> None:
    ids = data.draw(st.permutations(range(number)))
    group = data.draw(st.sampled_from(ids))
    position = data.draw(st.integers(-2, number + 3))
    after = ordering.moved(ids, group, position)
    assert after.index(group) == min(max(position, 1), number) - 1
    assert [other for other in after if other != group] == [other for other in ids if other != group]
    turned = {
        other for other in ids if (ids.index(other) < ids.index(group)) != (after.index(other) < after.index(group))
    }
    assert set(ordering.passed(ids, group, position)) == turned - {group}


def test_a_group_moves_up_after_a_preview(dana: User, client: Client) -> None:
    sales, interns, _berlin = three(dana.account)
    kim, lee = make_user(dana.account, "kim"), make_user(dana.account, "lee")
    for group in (sales, interns):
        group.members.add(kim)
    interns.members.add(lee)
    set_ask(sales, AskMode.FIRST)
    ask_every_time(interns)
    shown = client.get(f"/groups/{interns.pk}/move/?to=up")
    assert "Move “Interns” to position 1?" in text(shown)
    assert [d.user_id for d in shown.context["impact"].differences] == [kim.pk]
    assert order(dana.account) == [(1, "Sales"), (2, "Interns"), (3, "Berlin")]
    answer = client.post(f"/groups/{interns.pk}/move/", {"to": "1", "seen": str(version(dana.account))})
    assert answer.status_code == 302
    assert order(dana.account) == [(1, "Interns"), (2, "Sales"), (3, "Berlin")]
    assert asks(kim) == "every"
    event = AuditEvent.objects.get(action="group.reordered")
    assert (event.target_label, event.before, event.after) == ("Interns", {"priority": 2}, {"priority": 1})


def test_an_old_preview_is_shown_anew(dana: User, client: Client) -> None:
    sales, interns, _berlin = three(dana.account)
    seen = version(dana.account)
    ask_every_time(sales)
    answer = client.post(f"/groups/{interns.pk}/move/", {"to": "1", "seen": str(seen)})
    assert answer.status_code == 409
    assert "Something has changed since you looked" in text(answer)
    assert f'name="seen" value="{version(dana.account)}"' in answer.content.decode()
    assert order(dana.account)[0] == (1, "Sales")


@pytest.mark.parametrize("seen", ["", "x", "²", "9" * 30])
def test_without_a_version_nothing_moves(dana: User, client: Client, seen: str) -> None:
    interns = three(dana.account)[1]
    answer = client.post(f"/groups/{interns.pk}/move/", {"to": "1", "seen": seen})
    assert answer.status_code in (200, 409)
    assert order(dana.account)[0] == (1, "Sales")


@pytest.mark.parametrize("to", ["0", "4", "-1", "x", "", "١", "9" * 99])
def test_a_position_that_is_none_is_explained(dana: User, client: Client, to: str) -> None:
    sales = three(dana.account)[0]
    answer = client.get(f"/groups/{sales.pk}/move/", {"to": to}, follow=True)
    assert "enter a whole number from 1 to 3" in text(answer)


def test_gaps_close(dana: User, client: Client) -> None:
    for name, priority in (("Sales", 10), ("Interns", 20), ("Berlin", 30)):
        Group.objects.create(account=dana.account, name=name, priority=priority)
    berlin = Group.objects.get(name="Berlin")
    assert 'value="3"' in client.get(f"/groups/{berlin.pk}/details/").content.decode()
    client.post(f"/groups/{berlin.pk}/move/", {"to": "2", "seen": "0"})
    assert order(dana.account) == [(1, "Sales"), (2, "Berlin"), (3, "Interns")]


def test_other_accounts_keep_their_order(dana: User, client: Client) -> None:
    una = make_owner(make_account("fabrikam"), "una")
    three(una.account)
    interns = three(dana.account)[1]
    client.post(f"/groups/{interns.pk}/move/", {"to": "1", "seen": "0"})
    assert order(una.account)[0] == (1, "Sales")


def test_a_thousand_groups_move_with_as_many_statements_as_three(dana: User) -> None:
    first = three(dana.account)[0]
    counts = []
    for position in (3, 1003):
        if position > 3:
            Group.objects.bulk_create(
                Group(account=dana.account, name=f"Group {number}", priority=number) for number in range(4, 1004)
            )
        with CaptureQueriesContext(connection) as queries:
            ordering.move(first, position, actor=dana)
        counts.append(len(queries))
        assert Group.objects.get(pk=first.pk).priority == position
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_only_owners_and_admins_reorder(dana: User, role: Role) -> None:
    person = make_user(dana.account, "kim", role=role)
    group = make_group(dana.account, "Sales", admin=person)
    make_group(dana.account, "Interns")
    answer = signed_in(person).post(f"/groups/{group.pk}/move/", {"to": "2", "seen": "0"})
    assert answer.status_code == (302 if role == Role.ADMIN else 403)
    assert (order(dana.account)[0][1] == "Interns") == (role == Role.ADMIN)


def test_who_changes_is_a_list_and_a_file(dana: User, client: Client) -> None:
    sales, interns, _berlin = three(dana.account)
    for name in ("kim", "lee"):
        person = make_user(dana.account, name)
        sales.members.add(person)
        interns.members.add(person)
    set_ask(sales, AskMode.FIRST)
    ask_every_time(interns)
    shown = client.get(f"/groups/{interns.pk}/move/?to=up").content.decode()
    assert "See all 2 people" in shown
    assert f"/groups/{interns.pk}/move/?to=1&amp;who=list" in shown
    listed = text(client.get(f"/groups/{interns.pk}/move/?to=1&who=list"))
    for words in ("2 of 2 people", "Kim Lima", "lee@contoso.example", "Ask users to integrate"):
        assert words in listed
    lines = b"".join(client.get(f"/groups/{interns.pk}/move/?to=1&who=csv")).decode().splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("kim@contoso.example,Kim Lima,Ask users to integrate")
    assert order(dana.account)[0] == (1, "Sales")
