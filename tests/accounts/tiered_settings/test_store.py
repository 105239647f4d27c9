"""What is set is kept on its tier, audited, and refused below a lock."""

import pytest
from django.db import connection as database
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, SettingValue, User
from accounts.tiered_settings import registry, store
from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.kinds import ImpossibleValueError
from accounts.tiered_settings.resolution import Rule
from accounts.tiered_settings.store import Refusal, RefusedError
from accounts.tiered_settings.targets import Target, tier_of
from tests.accounts.tiered_settings.doors import make_group, register_doors
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known() -> None:
    register_doors()


def set_door(target: Target, value: str = "shut") -> None:
    store.set_value(target, "tests.door", value, actor="a test")


def lock(target: Target) -> None:
    SettingValue.objects.filter(tier=tier_of(target), key="tests.door").update(locked=True)


def door_of(user: User) -> tuple[str, Rule]:
    answer = store.effective(user, ["tests.door"])["tests.door"]
    return answer.value, answer.rule


def test_each_tier_counts_in_its_turn() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    sales = make_group(account, "Sales", 1, lee)
    assert door_of(lee) == ("open", Rule.DEFAULT)
    for target, rule in ((account, Rule.ACCOUNT), (sales, Rule.GROUP), (lee, Rule.OWN_CHOICE)):
        set_door(target)
        assert door_of(lee) == ("shut", rule)


def test_every_change_is_audited_and_raises_the_accounts_revision() -> None:
    account = make_account()
    set_door(account)
    set_door(account, "open")
    account.refresh_from_db()
    assert account.settings_revision == 2
    event = AuditEvent.objects.latest("pk")
    assert (event.before, event.after) == (
        {"key": "tests.door", "value": "shut", "locked": False},
        {"key": "tests.door", "value": "open", "locked": False},
    )


def test_below_an_accounts_lock_nobody_writes_not_even_owners() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    sales = make_group(account, "Sales", 1, lee)
    set_door(account)
    lock(account)
    for target in (sales, lee):
        with pytest.raises(RefusedError) as refused:
            set_door(target, "open")
        assert (refused.value.refusal, refused.value.by and refused.value.by.tier) == (
            Refusal.LOCKED_ABOVE,
            Tier.ACCOUNT,
        )
    set_door(account, "open")
    assert door_of(lee) == ("open", Rule.ACCOUNT_LOCK)


def test_below_their_best_groups_lock_people_cannot_write_and_below_another_ones_they_can() -> None:
    account = make_account()
    lee, kim = make_user(account, "lee"), make_user(account, "kim")
    sales, interns = make_group(account, "Sales", 1, lee, kim), make_group(account, "Interns", 2, kim)
    set_door(interns)
    lock(interns)
    set_door(lee)
    with pytest.raises(RefusedError):
        set_door(kim, "open")
    set_door(sales, "open")
    assert SettingValue.objects.get(group=sales).locked is False
    set_door(kim, "shut")
    assert door_of(kim) == ("shut", Rule.OWN_CHOICE)


@pytest.mark.parametrize("impossible", ["wide", None, 1, True])
def test_an_impossible_value_changes_nothing(impossible: object) -> None:
    account = make_account()
    with pytest.raises(ImpossibleValueError):
        store.set_value(account, "tests.door", impossible, actor="a test")
    assert not SettingValue.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_tier_that_the_setting_does_not_have_is_refused() -> None:
    with pytest.raises(RefusedError) as refused:
        store.set_value(make_user(make_account()), "tests.gate", "shut", actor="a test")
    assert refused.value.refusal is Refusal.NOT_ON_THIS_TIER


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(registry.UnknownSettingError, match=r"tests\.window"):
        store.set_value(make_account(), "tests.window", "shut", actor="a test")


def test_another_account_decides_nothing_here() -> None:
    lee = make_user(make_account(), "lee")
    set_door(make_account("fabrikam"))
    assert door_of(lee) == ("open", Rule.DEFAULT)


def test_all_settings_of_a_person_in_many_groups_take_one_query() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    for number in range(1, 20):
        set_door(make_group(account, f"Group {number}", number, lee))
    with CaptureQueriesContext(database) as captured:
        answers = store.effective(lee, ["tests.door", "tests.gate"])
    assert len(captured) == 1
    assert len(answers["tests.door"].chain) == 19


def test_the_database_refuses_a_row_of_two_minds() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    with pytest.raises(IntegrityError):
        SettingValue.objects.create(account=account, tier="user", user=lee, key="k", value=1, locked=True, set_by="x")
