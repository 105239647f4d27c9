"""What would count in other groups is what counts once somebody is in them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Group, Membership, User
from accounts.tiered_settings.reading import effective, hypothetical
from accounts.tiered_settings.store import Action
from tests.accounts.tiered_settings.doors import do, make_group, register_doors
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db
KEYS = ["tests.door", "tests.lamp"]


@pytest.fixture(autouse=True)
def _known() -> None:
    register_doors()


def company() -> tuple[User, list[Group]]:
    """Ana with an own choice, and three groups, the second of which is locked."""
    account = make_account()
    ana = make_user(account)
    groups = [make_group(account, name, place) for place, name in enumerate(("Sales", "Berlin", "Interns"), start=1)]
    do(account, Action.SET, "ajar")
    do(ana, Action.SET, "open")
    for group, value in zip(groups[:2], ("shut", "open"), strict=True):
        do(group, Action.SET, value)
    do(groups[1], Action.LOCK)
    return ana, groups


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 2)), st.sets(st.integers(0, 2)))
def test_it_is_what_counts_once_they_are_in_those_groups(now: set[int], then: set[int]) -> None:
    ana, groups = company()
    Membership.objects.bulk_create(Membership(group=groups[number], user=ana) for number in now)
    supposed = hypothetical(ana.account, ana, [groups[number].pk for number in then], KEYS)
    Membership.objects.all().delete()
    Membership.objects.bulk_create(Membership(group=groups[number], user=ana) for number in then)
    assert supposed == effective(ana, KEYS)
    ana.account.delete()


def test_somebody_new_has_no_own_choice() -> None:
    ana, groups = company()
    assert hypothetical(ana.account, None, [], KEYS)["tests.door"].value == "ajar"
    assert hypothetical(ana.account, None, [groups[0].pk], KEYS)["tests.door"].value == "shut"


def test_groups_of_another_account_do_not_count() -> None:
    ana, _groups = company()
    foreign = make_group(make_account("fabrikam"), "Sales", 1)
    do(foreign, Action.SET, "shut")
    assert hypothetical(ana.account, None, [foreign.pk], KEYS)["tests.door"].value == "ajar"


def test_it_takes_one_query() -> None:
    ana, groups = company()
    with CaptureQueriesContext(connection) as queries:
        hypothetical(ana.account, ana, [group.pk for group in groups], KEYS)
    assert len(queries) == 1
