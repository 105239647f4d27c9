"""The settings of every tier: what counts, where it comes from, and what cannot be changed here."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Membership, Role, User
from accounts.tiered_settings.store import Action
from tests.accounts.settings_pages.visiting import Visitor, text_of
from tests.accounts.tiered_settings.doors import do, make_group, register_doors
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known() -> None:
    register_doors()


def make_owner(account: Account) -> User:
    return make_user(account, "dana", role=Role.OWNER)


def test_a_value_says_where_it_comes_from() -> None:
    account = make_account()
    dana = Visitor(make_owner(account))
    assert "Product default" in text_of(dana.opens("/account/settings/house/"))
    do(account, Action.SET, "shut")
    assert "Set here · a test ·" in text_of(dana.opens("/account/settings/house/"))
    assert "Inherited from the account · a test" in text_of(dana.opens("/settings/house/"))
    do(make_group(account, "Sales", 1, dana.person), Action.SET, "ajar")
    assert "From the group Sales · a test" in text_of(dana.opens("/settings/house/"))
    do(dana.person, Action.SET, "open")
    assert "Overrides what is inherited" in text_of(dana.opens("/settings/house/"))


def test_what_is_locked_above_is_greyed_and_says_by_whom_and_why() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    do(lee, Action.SET, "ajar")
    do(account, Action.LOCK, reason="Until the audit is over")
    page = text_of(Visitor(lee).opens("/settings/house/"))
    assert "Locked for the whole account · a test ·" in page
    assert "“Until the audit is over”" in page
    assert "Set here, hidden by the lock: ajar" in page
    assert "<fieldset disabled" in page
    assert "change/tests.door/set" in page, "the form is there, greyed"
    assert "change/tests.door/reset" not in page


def test_a_groups_lock_is_named_to_its_members() -> None:
    account = make_account()
    lee = make_user(account, "lee")
    do(make_group(account, "Interns", 1, lee), Action.LOCK, reason="They are new")
    assert "Locked by the group Interns · a test" in text_of(Visitor(lee).opens("/settings/house/"))


def test_an_account_sees_which_groups_and_how_many_people_differ() -> None:
    account = make_account()
    dana = make_owner(account)
    for number, name in enumerate(["Sales", "Interns", "Guards", "Cooks"], start=1):
        do(make_group(account, name, number), Action.SET, "shut")
    do(dana, Action.SET, "ajar")
    page = text_of(Visitor(dana).opens("/account/settings/house/"))
    assert "Also set in 4 groups: Sales, Interns, Guards …" in page
    assert "1 own choice<" in page


def test_a_setting_is_shown_only_where_it_can_be_set() -> None:
    account = make_account()
    dana = make_owner(account)
    assert "Of the yard." in text_of(Visitor(dana).opens("/account/settings/house/"))
    assert "Of the yard." not in text_of(Visitor(dana).opens("/settings/house/"))


@pytest.mark.parametrize(
    ("words", "found", "missing"),
    [
        ("lamp", "Over the door.", "Of the yard."),
        ("DOOR the", "Of the office.", "Of the yard."),
        ("yard", "Gate", "Lamp"),
    ],
)
def test_a_setting_is_found_by_its_name_on_any_tab(words: str, found: str, missing: str) -> None:
    page = text_of(Visitor(make_owner(make_account())).opens("/account/settings/", q=words))
    assert found in page
    assert missing not in page


@pytest.mark.parametrize("address", ["/account/settings/", "/settings/"])
@pytest.mark.parametrize("words", ["nothing like it", "50%_", "<script>", "\0", "x" * 5000])
def test_a_search_that_finds_nothing_says_so_calmly(address: str, words: str) -> None:
    answer = Visitor(make_owner(make_account())).opens(address, q=words)
    assert answer.status_code == 200
    assert "<script>alert" not in text_of(answer)


def test_an_unknown_tab_is_not_found() -> None:
    assert Visitor(make_owner(make_account())).opens("/account/settings/garden/").status_code == 404


def test_a_page_takes_the_same_queries_with_many_groups_and_people() -> None:
    taken = []
    for vanity, groups in (("contoso", 1), ("fabrikam", 40)):
        account = make_account(vanity)
        dana = Visitor(make_owner(account))
        for number in range(groups):
            person = make_user(account, f"person{number}")
            do(make_group(account, f"Group {number}", number + 1, person), Action.SET, "shut")
            do(person, Action.SET, "ajar")
        with CaptureQueriesContext(database) as captured:
            dana.opens("/account/settings/house/")
        taken.append(len(captured))
    assert taken[0] == taken[1] < 12


def test_a_group_admin_sees_their_groups_settings_and_no_other() -> None:
    account = make_account()
    sam = make_user(account, "sam")
    sales, interns = make_group(account, "Sales", 1), make_group(account, "Interns", 2)
    Membership.objects.create(group=sales, user=sam, is_admin=True)
    visitor = Visitor(sam)
    assert visitor.opens(f"/groups/{sales.pk}/settings/house/").status_code == 200
    assert visitor.opens(f"/groups/{interns.pk}/settings/house/").status_code == 403
    assert visitor.opens("/account/settings/house/").status_code == 403


def test_another_accounts_groups_and_people_do_not_exist() -> None:
    dana = Visitor(make_owner(make_account()))
    fabrikam = make_account("fabrikam")
    una, group = make_user(fabrikam, "una"), make_group(fabrikam, "Sales", 1)
    for base in (f"/groups/{group.pk}/settings/", f"/users/{una.pk}/settings/"):
        for page in ("", "house/", "why/tests.door/", "change/tests.door/lock/", "change/tests.door/lock/people.csv"):
            assert dana.opens(base + page).status_code == 404
