"""Whoever a preview says will be disconnected is disconnected, and nobody else: for random companies and changes."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import impact
from accounts.models import Account, Group, Membership, SettingValue, User
from accounts.tiered_settings import store
from accounts.tiered_settings.store import Action, Change, RefusedError
from accounts.tiered_settings.targets import Target
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.setting_definitions import INTEGRATION
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db
PEOPLE, GROUPS = 4, 2
CALENDARS, CONTACTS = st.sampled_from(["read", "readwrite"]), st.sampled_from(["none", "read"])

values = st.builds(
    lambda on, calendars, contacts: {
        "on": on,
        "method": "graph",
        "calendars": calendars,
        "contacts": contacts,
        "ews_url": "",
    },
    st.booleans(),
    CALENDARS,
    CONTACTS,
)
rows = st.none() | st.tuples(values, st.booleans())


@dataclass(frozen=True)
class Plan:
    """What people authorized (None: nothing), who is in which group, what is set and locked, and what is changed."""

    authorized: tuple[tuple[str, str] | None, ...]
    memberships: frozenset[tuple[int, int]]
    account: tuple[dict[str, Any], bool] | None
    groups: tuple[tuple[dict[str, Any], bool] | None, ...]
    people: tuple[dict[str, Any] | None, ...]
    action: Action
    target: int
    value: dict[str, Any]


plans = st.builds(
    Plan,
    st.tuples(*[st.none() | st.tuples(CALENDARS, CONTACTS)] * PEOPLE),
    st.frozensets(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, GROUPS - 1))),
    rows,
    st.tuples(*[rows] * GROUPS),
    st.tuples(*[st.none() | values] * PEOPLE),
    st.sampled_from(list(Action)),
    st.integers(0, GROUPS + PEOPLE),
    values,
)


def build(plan: Plan) -> tuple[Account, Target]:
    """The company of the plan, written past the store, so that nobody was disconnected by building it."""
    account = make_account()
    people = [make_user(account, f"person{number}") for number in range(PEOPLE)]
    groups = [Group.objects.create(account=account, name=f"Group {n}", priority=n + 1) for n in range(GROUPS)]
    for person, authorized in zip(people, plan.authorized, strict=True):
        if authorized:
            make_connection(person, calendar_access=authorized[0], contact_access=authorized[1])
    for number, group in plan.memberships:
        Membership.objects.create(group=groups[group], user=people[number])
    set_row(account, plan.account, tier="account")
    for group_row, owner in zip(plan.groups, groups, strict=True):
        set_row(account, group_row, tier="group", group=owner)
    for own, person in zip(plan.people, people, strict=True):
        set_row(account, (own, False) if own else None, tier="user", user=person)
    targets: list[Target] = [account, *groups, *people]
    return account, targets[plan.target]


def set_row(account: Account, row: tuple[dict[str, Any], bool] | None, **where: Any) -> None:
    """A row of the setting, if there is one."""
    if row:
        value, locked = row
        SettingValue.objects.create(
            account=account, key=INTEGRATION.key, set_by="a test", value=value, locked=locked, **where
        )


def state() -> dict[int, tuple[Any, bool]]:
    """What counts for everyone, and whether they are disconnected by policy."""
    gone = set(
        Connection.objects.filter(state=ConnectionState.DISCONNECTED_BY_POLICY).values_list("user_id", flat=True)
    )
    key = INTEGRATION.key
    return {
        person.pk: (store.effective(person, [key])[key].value, person.pk in gone)
        for person in User.objects.select_related("account")
    }


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans)
def test_the_preview_is_what_happens_to_each_person(plan: Plan) -> None:
    with transaction.atomic():
        account, target = build(plan)
        change = Change(target, INTEGRATION.key, plan.action, plan.value, "Company policy")
        before = state()
        try:
            shown = impact.preview(account, lambda: store.apply(change, actor="a test"), keys=[INTEGRATION.key])
        except RefusedError:
            transaction.set_rollback(True)
            return
        assert state() == before, "nothing has happened yet"
        store.apply(change, actor="a test", seen=shown.revision)
        after = state()
        transaction.set_rollback(True)
    assert {d.user_id: (d.after.value, bool(d.consequence)) for d in shown.differences} == {
        person: after[person] for person in after if after[person] != before[person]
    }
