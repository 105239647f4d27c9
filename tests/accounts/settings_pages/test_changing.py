"""Nothing changes without a confirmation, and the confirmation carries the version that was seen."""

import pytest

from accounts.models import AuditAction, AuditEvent, Membership, Role, SettingValue
from accounts.tiered_settings.store import Action
from tests.accounts.settings_pages.visiting import Visitor, text_of
from tests.accounts.tiered_settings.doors import do, door_of, make_group, register_doors
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db
ACCOUNT, DOOR, LAMP = "/account/settings/", "tests.door", "tests.lamp"


@pytest.fixture(autouse=True)
def _known() -> None:
    register_doors()


@pytest.fixture(params=[False, True], ids=["without a dialog", "in a dialog"])
def dana(request: pytest.FixtureRequest) -> Visitor:
    return Visitor(make_user(make_account(), "dana", role=Role.OWNER), dialog=request.param)


def test_looking_at_the_confirmation_changes_nothing(dana: Visitor) -> None:
    page = dana.previews(ACCOUNT, LAMP, "set", switch="on")
    assert "Enable “Lamp”?" in text_of(page)
    assert page.status_code == 200
    assert not SettingValue.objects.exists()


def test_confirming_changes_it_and_is_audited_with_the_address(dana: Visitor) -> None:
    answer = dana.confirms(ACCOUNT, LAMP, "set", switch="on")
    if dana.dialog:
        assert answer["HX-Refresh"] == "true"
    else:
        assert (answer.status_code, answer["Location"]) == (302, "/account/settings/house/#tests.lamp")
    row = SettingValue.objects.get()
    assert (row.value, row.set_by) == (True, "Dana Lima")
    event = AuditEvent.objects.get(action=AuditAction.SETTING_CHANGED)
    assert (event.actor, event.target_type, event.address) == (dana.person, "account", "127.0.0.1")
    assert (event.before, event.after) == (
        {"key": LAMP, "inherited": True},
        {"key": LAMP, "value": True, "locked": False},
    )
    assert "“Lamp” is on." in text_of(dana.opens(ACCOUNT))


def test_a_choice_is_saved_by_its_own_button(dana: Visitor) -> None:
    assert "It becomes: <strong>ajar</strong>" in text_of(dana.previews(ACCOUNT, DOOR, "set", choice="ajar"))
    dana.confirms(ACCOUNT, DOOR, "set", choice="ajar")
    assert SettingValue.objects.get().value == "ajar"


def test_a_lock_asks_why_and_loses_nothing(dana: Visitor) -> None:
    answer = dana.confirms(ACCOUNT, DOOR, "lock", reason="  ")
    assert answer.status_code == 422
    assert "Say why: those who can no longer change it will read it." in text_of(answer)
    too_long = dana.confirms(ACCOUNT, DOOR, "lock", reason="x" * 301)
    assert too_long.status_code == 422
    assert "x" * 301 in text_of(too_long)
    dana.confirms(ACCOUNT, DOOR, "lock", reason="Burglars")
    row = SettingValue.objects.get()
    assert (row.value, row.locked, row.reason) == ("open", True, "Burglars")
    dana.confirms(ACCOUNT, DOOR, "unlock")
    assert SettingValue.objects.get().locked is False


def test_the_lock_of_what_is_inherited_says_that_it_becomes_ones_own(dana: Visitor) -> None:
    page = text_of(dana.previews(ACCOUNT, DOOR, "lock"))
    assert "The value that counts here now, open, becomes the account's own." in page
    do(dana.person.account, Action.SET, "shut")
    assert "becomes the account's own" not in text_of(dana.previews(ACCOUNT, DOOR, "lock"))


def test_a_stale_confirmation_gets_a_fresh_preview_and_writes_nothing(dana: Visitor) -> None:
    account = dana.person.account
    make_user(account, "lee")
    do(account, Action.SET, "ajar")
    answer = dana.client.post(f"{ACCOUNT}change/{DOOR}/set/", {"choice": "shut", "seen": "0"})
    assert answer.status_code == 409
    assert "Somebody changed settings, groups or memberships meanwhile." in text_of(answer)
    assert 'name="seen" value="1"' in text_of(answer)
    assert "ajar → shut" in text_of(answer)
    assert SettingValue.objects.get().value == "ajar"


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40])
def test_a_confirmation_without_a_version_writes_nothing(dana: Visitor, seen: str) -> None:
    answer = dana.client.post(f"{ACCOUNT}change/{DOOR}/set/", {"choice": "shut", "seen": seen})
    assert answer.status_code in (409, 422)
    assert not SettingValue.objects.exists()


def test_below_a_lock_the_server_refuses_as_well_and_names_who_and_why(dana: Visitor) -> None:
    do(dana.person.account, Action.LOCK, reason="Burglars")
    for answer in (
        dana.previews("/settings/", DOOR, "set", choice="shut"),
        dana.client.post(f"/settings/change/{DOOR}/set/", {"choice": "shut", "seen": "1"}),
    ):
        assert answer.status_code == 403
        assert "Locked for the whole account by a test on" in text_of(answer)
        assert "“Burglars”" in text_of(answer)
    assert SettingValue.objects.count() == 1


@pytest.mark.parametrize("choice", ["wide", "", "\0", "<b>"])
def test_an_impossible_value_is_explained_and_can_be_chosen_again(dana: Visitor, choice: str) -> None:
    answer = dana.previews(ACCOUNT, DOOR, "set", choice=choice)
    assert answer.status_code == 422
    assert "Choose one of: open, shut, ajar." in text_of(answer)
    assert '<option value="open"' in text_of(answer)
    posted = dana.client.post(f"{ACCOUNT}change/{DOOR}/set/", {"choice": choice, "seen": "0"})
    assert posted.status_code == 422
    assert not SettingValue.objects.exists()


@pytest.mark.parametrize("path", ["tests.window/set/", "tests.door/paint/", "tests.door/Set/"])
def test_unknown_settings_and_actions_are_not_found(dana: Visitor, path: str) -> None:
    assert dana.opens(f"{ACCOUNT}change/{path}").status_code == 404
    assert dana.client.post(f"{ACCOUNT}change/{path}", {"seen": "0"}).status_code == 404


def test_a_setting_of_the_account_alone_is_not_found_below(dana: Visitor) -> None:
    assert dana.previews("/settings/", "tests.gate", "set", choice="shut").status_code == 404


def test_using_the_inherited_value_again_removes_the_own_one(dana: Visitor) -> None:
    do(dana.person.account, Action.SET, "shut")
    dana.confirms("/settings/", DOOR, "set", choice="ajar")
    assert door_of(dana.person) == "ajar"
    dana.confirms("/settings/", DOOR, "reset")
    assert door_of(dana.person) == "shut"


def test_reset_all_below_has_a_preview_of_its_own(dana: Visitor) -> None:
    account = dana.person.account
    lee = make_user(account, "lee")
    do(lee, Action.SET, "ajar")
    page = text_of(dana.previews(ACCOUNT, DOOR, "reset-below"))
    assert "Remove everything set below for “Door”?" in page
    assert 'Own choice<span class="line-change">ajar → open</span>' in page
    dana.confirms(ACCOUNT, DOOR, "reset-below")
    assert door_of(lee) == "open"


def test_a_group_admin_sets_and_locks_in_their_group_what_the_account_leaves_open(dana: Visitor) -> None:
    account = dana.person.account
    sam = make_user(account, "sam")
    sales = make_group(account, "Sales", 1)
    Membership.objects.create(group=sales, user=sam, is_admin=True)
    visitor = Visitor(sam, dialog=dana.dialog)
    base = f"/groups/{sales.pk}/settings/"
    visitor.confirms(base, DOOR, "set", choice="shut")
    visitor.confirms(base, DOOR, "lock", reason="Ours")
    row = SettingValue.objects.get(group=sales)
    assert (row.value, row.locked, row.set_by) == ("shut", True, "Sam Lima")
    assert visitor.confirms(ACCOUNT, DOOR, "set", choice="ajar").status_code == 403
    do(account, Action.LOCK)
    assert visitor.confirms(base, DOOR, "unlock").status_code == 403
    assert SettingValue.objects.get(group=sales).locked is True


def test_an_admin_sets_what_counts_for_a_member_and_not_for_an_owner(dana: Visitor) -> None:
    account = dana.person.account
    lee = Visitor(make_user(account, "lee", role=Role.ADMIN), dialog=dana.dialog)
    kim = make_user(account, "kim")
    lee.confirms(f"/users/{kim.pk}/settings/", DOOR, "set", choice="shut")
    assert door_of(kim) == "shut"
    owners = f"/users/{dana.person.pk}/settings/"
    assert lee.opens(owners).status_code == 200
    assert lee.confirms(owners, DOOR, "set", choice="shut").status_code == 403
    assert door_of(dana.person) == "open"


@pytest.mark.parametrize(("action", "query"), [("set", {"choice": "shut"}), ("unlock", {})])
def test_what_is_so_already_is_not_asked_about(dana: Visitor, action: str, query: dict[str, str]) -> None:
    do(dana.person.account, Action.SET, "shut")
    page = text_of(dana.previews(ACCOUNT, DOOR, action, **query))
    assert "Nothing to change" in page
    assert "seen" not in page


def test_a_stale_confirmation_of_what_somebody_else_just_did_says_so(dana: Visitor) -> None:
    do(dana.person.account, Action.SET, "shut")
    answer = dana.client.post(f"{ACCOUNT}change/{DOOR}/set/", {"choice": "shut", "seen": "0"})
    assert answer.status_code == 409
    assert "Somebody changed settings, groups or memberships meanwhile. You wrote nothing." in text_of(answer)


def test_saving_what_is_inherited_says_what_that_is_good_for(dana: Visitor) -> None:
    page = text_of(dana.previews("/settings/", DOOR, "set", choice="open"))
    assert "It is so already by inheritance; saved here, it stays when the tier above changes." in page


def test_a_confirmation_that_is_a_page_of_its_own_is_left_when_it_is_done() -> None:
    dana = Visitor(make_user(make_account(), "dana", role=Role.OWNER), dialog=True)
    path = f"{ACCOUNT}change/{LAMP}/set/"
    behind = {"HX-Current-URL": f"http://testserver{path}?switch=on"}
    answer = dana.client.post(path, {"switch": "on", "seen": "0"}, headers=behind)
    assert answer["HX-Redirect"] == "/account/settings/house/#tests.lamp"
