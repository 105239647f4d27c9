"""Why a value counts, for anyone in the account; and exactly who changes before a lock."""

import csv
import io

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tiered_settings.store import Action
from tests.accounts.settings_pages.visiting import Visitor, text_of
from tests.accounts.tiered_settings.doors import do, make_group, register_doors
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db
DOOR = "tests.door"


@pytest.fixture(autouse=True)
def _known() -> None:
    register_doors()


@pytest.fixture
def dana() -> Visitor:
    return Visitor(make_user(make_account(), "dana", role=Role.OWNER))


def test_the_whole_chain_is_shown_with_the_rule_that_won(dana: Visitor) -> None:
    account = dana.person.account
    lee = make_user(account, "lee")
    make_group(account, "Sales", 1, lee)
    interns = make_group(account, "Interns", 2, lee)
    do(account, Action.SET, "shut")
    do(interns, Action.SET, "ajar")
    page = text_of(Visitor(lee).opens(f"/settings/why/{DOOR}/"))
    assert "Why is it “ajar”?" in page
    assert "the group that comes first among those that set it counts: Interns." in page
    order = ["The account", "Group Sales", "Group Interns", "Own choice", "Product default"]
    assert [page.index(f"<h2>{label}") for label in order] == sorted(page.index(f"<h2>{label}") for label in order)
    assert page.count("nothing set") == 2
    assert page.count("Applies</span>") == 1


def test_admins_explain_it_for_anyone_by_e_mail(dana: Visitor) -> None:
    lee = make_user(dana.person.account, "lee")
    answer = dana.opens(f"/account/settings/why/{DOOR}/", person="LEE@contoso.example")
    assert (answer.status_code, answer["Location"]) == (302, f"/users/{lee.pk}/settings/why/{DOOR}/")
    assert "for Lee Lima." in text_of(dana.opens(answer["Location"]))
    unknown = dana.opens(f"/account/settings/why/{DOOR}/", person="una@fabrikam.example")
    assert unknown.status_code == 404
    assert "Nobody in Contoso has the e-mail una@fabrikam.example." in text_of(unknown)


def test_people_see_it_for_themselves_only(dana: Visitor) -> None:
    lee = Visitor(make_user(dana.person.account, "lee"))
    assert lee.opens(f"/settings/why/{DOOR}/").status_code == 200
    assert lee.opens(f"/users/{dana.person.pk}/settings/why/{DOOR}/").status_code == 403
    assert lee.opens("/settings/why/tests.window/").status_code == 404


def test_a_change_lists_exactly_those_who_change(dana: Visitor) -> None:
    account = dana.person.account
    bo, cy = make_user(account, "bo"), make_user(account, "cy")
    do(bo, Action.SET, "ajar")
    do(make_group(account, "Sales", 1, cy), Action.SET, "shut")
    base = f"/account/settings/change/{DOOR}/lock/"
    assert "See all 2 people" in text_of(dana.opens(base))
    page = text_of(dana.opens(f"{base}people/"))
    assert "2 of 3 people" in page
    assert "bo@contoso.example" in page
    assert "dana@contoso.example</span></td>" not in page
    answer = dana.opens(f"{base}people.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[0] == ["email", "name", "follows", "value_now", "value_then", "consequence"]
    assert rows[1:] == [
        ["bo@contoso.example", "Bo Lima", "Own choice", "ajar", "open", ""],
        ["cy@contoso.example", "Cy Lima", "Group Sales", "shut", "open", ""],
    ]


def test_the_list_is_paged_and_takes_the_same_queries(dana: Visitor) -> None:
    account = dana.person.account
    path, taken = f"/account/settings/change/{DOOR}/set/people/", []
    for people in (1, 70):
        for number in range(people):
            make_user(account, f"person{people}-{number}")
        with CaptureQueriesContext(database) as captured:
            page = text_of(dana.opens(path, choice="shut"))
        taken.append(len(captured))
    assert taken[0] == taken[1]
    assert page.count("@contoso.example</span></td>") == 50
    assert "Page 1 of 2" in page
    assert "choice=shut&amp;page=2" in page
    last = text_of(dana.opens(path, choice="shut", page="2"))
    assert last.count("@contoso.example</span></td>") == 72 - 50


def test_what_may_not_be_changed_has_no_list(dana: Visitor) -> None:
    do(dana.person.account, Action.LOCK)
    assert dana.opens(f"/settings/change/{DOOR}/set/people/", choice="shut").status_code == 422
    assert dana.opens("/account/settings/change/tests.door/set/people.csv", choice="wide").status_code == 422
