"""A preview says exactly what will happen, to whom, and leaves nothing behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import impact
from accounts.models import Account, AuditEvent, Membership, SettingValue, User
from accounts.tiered_settings import revision, store
from accounts.tiered_settings.reading import effective_for_all
from accounts.tiered_settings.store import Action, Change, RefusedError
from accounts.tiered_settings.targets import Target
from tests.accounts.tiered_settings.doors import do, door_of, make_group, register_doors
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db
KEY = "tests.door"


@pytest.fixture(autouse=True)
def _known() -> None:
    register_doors()


def preview(target: Target, action: Action, value: Any = None, account: Account | None = None) -> impact.Impact:
    change = Change(target, KEY, action, value, "Draughts")
    owner = account or (target if isinstance(target, Account) else target.account)
    return impact.preview(owner, lambda: store.apply(change, actor="a test"), keys=[KEY])


def test_it_names_those_who_change_and_counts_the_others() -> None:
    account = make_account()
    ana, bo, cy = (make_user(account, name) for name in ("ana", "bo", "cy"))
    make_user(account, "gone", is_active=False)
    do(make_group(account, "Sales", 1, bo), Action.SET, "shut")
    do(cy, Action.SET, "ajar")
    shown = preview(account, Action.LOCK)
    assert [(d.user_id, d.before.value, d.after.value) for d in shown.differences] == [
        (bo.pk, "shut", "open"),
        (cy.pk, "ajar", "open"),
    ]
    assert (shown.people, shown.unaffected, shown.locked, shown.freed) == (3, 1, 3, 0)
    assert ana.pk not in {d.user_id for d in shown.differences}


def test_it_leaves_nothing_behind() -> None:
    account = make_account()
    make_user(account)
    preview(account, Action.SET, "shut")
    account.refresh_from_db()
    assert account.settings_revision == 0
    assert not SettingValue.objects.exists()
    assert not AuditEvent.objects.exists()


def test_what_would_be_refused_is_refused_in_the_preview() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    do(account, Action.LOCK)
    with pytest.raises(RefusedError):
        preview(lee, Action.SET, "shut")
    assert door_of(lee) == "open"


def test_leaving_a_group_is_previewed_like_any_change() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    sales = make_group(account, "Sales", 1, lee)
    do(sales, Action.SET, "shut")

    def leave() -> Mapping[int, str]:
        Membership.objects.filter(group=sales, user=lee).delete()
        revision.advance(account)
        return {}

    shown = impact.preview(account, leave, people=[lee.pk])
    assert [(d.user_id, d.key, d.after.value) for d in shown.differences] == [(lee.pk, KEY, "open")]
    assert Membership.objects.filter(group=sales, user=lee).exists()


def test_it_takes_the_same_queries_for_any_number_of_people() -> None:
    taken = []
    for vanity, people in (("contoso", 1), ("fabrikam", 40)):
        account = make_account(vanity)
        everyone = [make_user(account, f"person{number}") for number in range(people)]
        make_group(account, "Sales", 1, *everyone)
        with CaptureQueriesContext(database) as captured:
            assert preview(account, Action.SET, "shut").affected == people
        taken.append(len(captured))
    assert taken[0] == taken[1] < 30


def test_everyone_of_an_account_takes_two_queries() -> None:
    account = make_account()
    people = [make_user(account, f"person{number}") for number in range(30)]
    for number in range(5):
        do(make_group(account, f"Group {number}", number + 1, *people[number::5]), Action.SET, "shut")
    do(people[0], Action.SET, "ajar")
    with CaptureQueriesContext(database) as captured:
        everyone = effective_for_all(account, [KEY, "tests.gate"])
    assert len(captured) == 2
    assert [everyone[KEY].of(person.pk).value for person in people] == [door_of(person) for person in people]
    with CaptureQueriesContext(database) as captured:
        some = effective_for_all(account, [KEY], [person.pk for person in people[:3]])[KEY]
    assert len(captured) == 2
    assert [some.of(person.pk).value for person in people[:3]] == ["ajar", "shut", "shut"]


VALUES = st.sampled_from(["open", "shut", "ajar"])
PEOPLE, GROUPS = 4, 3


@dataclass(frozen=True)
class Plan:
    """An account: who is in which group, what is set and locked where, and what is changed then."""

    memberships: frozenset[tuple[int, int]]
    account: tuple[str, bool] | None
    groups: tuple[tuple[str, bool] | None, ...]
    people: tuple[str | None, ...]
    action: Action
    target: int  # 0 the account, 1.. the groups, then the people
    value: str


row = st.none() | st.tuples(VALUES, st.booleans())
plans = st.builds(
    Plan,
    st.frozensets(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, GROUPS - 1))),
    row,
    st.tuples(*[row] * GROUPS),
    st.tuples(*[st.none() | VALUES] * PEOPLE),
    st.sampled_from(list(Action)),
    st.integers(0, GROUPS + PEOPLE),
    VALUES,
)


def build(plan: Plan) -> tuple[Account, list[User], Target]:
    """The account of the plan, written past the store."""
    account = make_account()
    people = [make_user(account, f"person{number}") for number in range(PEOPLE)]
    groups = [make_group(account, f"Group {number}", number + 1) for number in range(GROUPS)]
    for person, group in plan.memberships:
        Membership.objects.create(group=groups[group], user=people[person])
    common = {"account": account, "key": KEY, "set_by": "a test"}
    if plan.account:
        SettingValue.objects.create(**common, tier="account", value=plan.account[0], locked=plan.account[1])
    for group_row, owner in zip(plan.groups, groups, strict=True):
        if group_row:
            SettingValue.objects.create(**common, tier="group", group=owner, value=group_row[0], locked=group_row[1])
    for own, person_with in zip(plan.people, people, strict=True):
        if own:
            SettingValue.objects.create(**common, tier="user", user=person_with, value=own)
    targets: list[Target] = [account, *groups, *people]
    return account, people, targets[plan.target]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans)
def test_the_preview_is_the_difference_that_is_observed_person_by_person(plan: Plan) -> None:
    with transaction.atomic():
        account, people, target = build(plan)
        change = Change(target, KEY, plan.action, plan.value, "Draughts")
        was = {person.pk: door_of(person) for person in people}
        try:
            shown = impact.preview(account, lambda: store.apply(change, actor="a test"), keys=[KEY])
        except RefusedError:
            with pytest.raises(RefusedError):
                store.apply(change, actor="a test")
            transaction.set_rollback(True)
            return
        assert {person.pk: door_of(person) for person in people} == was, "nothing was written yet"
        store.apply(change, actor="a test", seen=shown.revision)
        observed = {person.pk: (was[person.pk], door_of(person)) for person in people}
        changed = {pk: values for pk, values in observed.items() if values[0] != values[1]}
        assert {d.user_id: (d.before.value, d.after.value) for d in shown.differences} == changed
        assert shown.affected + shown.unaffected == PEOPLE
        transaction.set_rollback(True)
