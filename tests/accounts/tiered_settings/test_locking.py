"""Locks hide and never delete; unlocking and resetting bring back what was there."""

import pytest

from accounts.models import AuditAction, AuditEvent, SettingValue
from accounts.tiered_settings import store
from accounts.tiered_settings.resolution import Rule
from accounts.tiered_settings.revision import StaleError
from accounts.tiered_settings.store import Action, Change, Refusal, RefusedError
from tests.accounts.tiered_settings.doors import do, door_of, make_group, register_doors
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known() -> None:
    register_doors()


def test_a_lock_hides_the_rows_below_and_unlocking_brings_them_back() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    sales = make_group(account, "Sales", 1, lee)
    do(account, Action.SET, "open")
    do(sales, Action.SET, "shut")
    do(lee, Action.SET, "ajar")
    do(account, Action.LOCK)
    assert door_of(lee) == "open"
    assert SettingValue.objects.filter(key="tests.door").count() == 3
    do(account, Action.UNLOCK)
    assert door_of(lee) == "ajar"


def test_locking_a_tier_that_only_inherits_writes_what_it_shows_as_its_own() -> None:
    account = make_account()
    sales = make_group(account, "Sales", 1)
    do(account, Action.SET, "shut")
    do(sales, Action.LOCK, reason="Burglars")
    row = SettingValue.objects.get(group=sales)
    assert (row.value, row.locked, row.reason, row.set_by) == ("shut", True, "Burglars", "a test")
    do(account, Action.SET, "open")
    assert SettingValue.objects.get(group=sales).value == "shut"


def test_changing_a_locked_value_keeps_its_lock() -> None:
    account = make_account()
    do(account, Action.LOCK)
    do(account, Action.SET, "shut")
    row = SettingValue.objects.get()
    assert (row.value, row.locked, row.reason) == ("shut", True, "Draughts")


@pytest.mark.parametrize("action", list(Action))
def test_below_an_accounts_lock_a_group_can_do_nothing(action: Action) -> None:
    account = make_account()
    sales = make_group(account, "Sales", 1)
    do(account, Action.LOCK)
    with pytest.raises(RefusedError) as refused:
        do(sales, action, "shut")
    assert refused.value.refusal is Refusal.LOCKED_ABOVE
    assert refused.value.by is not None
    assert (refused.value.by.reason, refused.value.by.set_by) == ("Draughts", "a test")
    assert not SettingValue.objects.filter(group=sales).exists()


def test_a_groups_own_lock_does_not_stop_the_group() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    sales = make_group(account, "Sales", 1, lee)
    do(sales, Action.LOCK)
    do(sales, Action.SET, "shut")
    assert door_of(lee) == "shut"
    do(sales, Action.UNLOCK)
    do(sales, Action.RESET)
    assert door_of(lee) == "open"


def test_people_lock_nothing_and_have_nobody_below() -> None:
    lee = make_user(make_account(), "lee")
    for action in (Action.LOCK, Action.UNLOCK, Action.RESET_BELOW):
        with pytest.raises(RefusedError) as refused:
            do(lee, action)
        assert refused.value.refusal is Refusal.NOT_ON_THIS_TIER


def test_a_setting_of_the_account_alone_has_no_lock() -> None:
    with pytest.raises(RefusedError):
        store.apply(Change(make_account(), "tests.gate", Action.LOCK, reason="Why not"), actor="a test")


def test_reset_below_lets_everybody_inherit_and_touches_no_other_setting_and_no_other_account() -> None:
    account, fabrikam = make_account(), make_account("fabrikam")
    lee, una = make_user(account, "lee"), make_user(fabrikam, "una")
    sales = make_group(account, "Sales", 1, lee)
    for target in (account, sales, lee, una):
        do(target, Action.SET, "ajar")
    do(account, Action.SET, "shut")
    do(account, Action.RESET_BELOW)
    assert (door_of(lee), door_of(una)) == ("shut", "ajar")
    event = AuditEvent.objects.filter(action=AuditAction.SETTING_RESET_BELOW).get()
    assert event.after == {"key": "tests.door", "rows_deleted": 2}


def test_reset_below_a_group_reaches_its_members_only() -> None:
    account = make_account()
    lee, kim = make_user(account, "lee"), make_user(account, "kim")
    sales = make_group(account, "Sales", 1, lee)
    for person in (lee, kim):
        do(person, Action.SET, "ajar")
    do(sales, Action.RESET_BELOW)
    assert (door_of(lee), door_of(kim)) == ("open", "ajar")


@pytest.mark.parametrize("action", [Action.UNLOCK, Action.RESET, Action.RESET_BELOW])
def test_what_changes_nothing_is_neither_audited_nor_counted(action: Action) -> None:
    account = make_account()
    do(account, action)
    account.refresh_from_db()
    assert account.settings_revision == 0
    assert not AuditEvent.objects.exists()


def test_a_confirmation_of_an_older_version_writes_nothing() -> None:
    account = make_account()
    do(account, Action.SET, "shut", seen=0)
    with pytest.raises(StaleError):
        do(account, Action.SET, "ajar", seen=0)
    assert SettingValue.objects.get().value == "shut"


def test_lee_of_the_worked_example() -> None:
    """Lee is in Sales (off, best priority) and Interns (locked), with a row of their own; here with doors."""
    account = make_account()
    lee, kim = make_user(account, "lee"), make_user(account, "kim")
    sales, interns = make_group(account, "Sales", 1, lee), make_group(account, "Interns", 2, lee)
    do(account, Action.SET, "ajar")
    do(sales, Action.SET, "open")
    do(lee, Action.SET, "shut")
    do(interns, Action.SET, "shut")
    do(interns, Action.LOCK)

    def lees() -> tuple[str, Rule]:
        answer = store.effective(lee, ["tests.door"])["tests.door"]
        return answer.value, answer.rule

    assert lees() == ("shut", Rule.OWN_CHOICE)
    do(lee, Action.RESET)
    assert lees() == ("open", Rule.GROUP)
    do(sales, Action.RESET)
    assert lees() == ("shut", Rule.GROUP_LOCK)
    do(account, Action.LOCK)
    assert lees() == ("ajar", Rule.ACCOUNT_LOCK)
    do(account, Action.UNLOCK)
    assert lees() == ("shut", Rule.GROUP_LOCK)
    assert door_of(kim) == "ajar"
    do(account, Action.RESET)
    assert door_of(kim) == "open"
