"""The list of groups, and creating, changing and deleting them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Group, Membership, Role, SettingValue, User
from tests.accounts.making_groups import ask_every_time, asks, order, version
from tests.accounts.making_people import make_group, make_owner, make_people, names, signed_in, text
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> User:
    return make_owner()


@pytest.fixture
def client(dana: User) -> Client:
    return signed_in(dana)


# The list


def test_it_shows_groups_in_order_with_members_and_admins(dana: User, client: Client) -> None:
    ana, bo = make_user(dana.account, "ana"), make_user(dana.account, "bo")
    make_group(dana.account, "Sales", bo, admin=ana)
    make_group(dana.account, "Interns")
    page = client.get("/groups/")
    assert names(page) == ["Sales", "Interns"]
    shown = page.context["rows"][0]
    assert (shown.members, shown.admins, shown.more_admins, shown.position) == (2, ("Ana Lima",), 0, 1)
    assert "the lowest priority number wins" in text(page)
    assert "Create group" in text(page)


def test_of_many_admins_the_first_three_are_named(dana: User, client: Client) -> None:
    group = make_group(dana.account)
    people = make_people(dana.account, [f"Admin {letter}" for letter in "EDCBA"])
    Membership.objects.bulk_create(Membership(group=group, user=person, is_admin=True) for person in people)
    assert "Admin A, Admin B, Admin C and 2 more" in text(client.get("/groups/"))


def test_groups_are_found_by_name(dana: User, client: Client) -> None:
    for name in ("Sales", "Interns", "After-sales"):
        make_group(dana.account, name)
    page = client.get("/groups/?q=SALES%00")
    assert names(page) == ["Sales", "After-sales"]
    assert [row.position for row in page.context["rows"]] == [1, 3]
    assert "No group found" in text(client.get("/groups/?q=nothing"))


def test_without_groups_it_says_what_they_are_for(client: Client) -> None:
    assert "No groups yet" in text(client.get("/groups/"))


def test_a_page_of_fifty_costs_as_many_queries_as_one_group(dana: User, client: Client) -> None:
    make_group(dana.account, "First", admin=make_user(dana.account))
    with CaptureQueriesContext(connection) as for_one:
        client.get("/groups/")
    people = make_people(dana.account, [f"Person {number}" for number in range(20)])
    groups = Group.objects.bulk_create(
        Group(account=dana.account, name=f"Group {number}", priority=number) for number in range(2, 61)
    )
    Membership.objects.bulk_create(
        Membership(group=group, user=person, is_admin=True) for group in groups for person in people
    )
    with CaptureQueriesContext(connection) as for_fifty:
        page = client.get("/groups/")
    assert len(for_fifty) == len(for_one)
    assert len(names(page)) == 50
    assert len(names(client.get("/groups/?page=2"))) == 10


def test_group_admins_see_their_own_groups_only(dana: User) -> None:
    sam = make_user(dana.account, "sam")
    make_group(dana.account, "Interns")
    make_group(dana.account, "Sales", admin=sam)
    page = signed_in(sam).get("/groups/")
    assert names(page) == ["Sales"]
    assert "Create group" not in text(page)
    assert "Move" not in text(page)


@pytest.mark.parametrize("path", ["/groups/", "/groups/new/"])
def test_members_have_no_list(dana: User, path: str) -> None:
    make_group(dana.account, "Sales", ana := make_user(dana.account))
    assert signed_in(ana).get(path).status_code == 403


# Creating


def test_a_new_group_comes_last_and_changes_nobody(dana: User, client: Client) -> None:
    make_group(dana.account, "Sales")
    answer = client.post("/groups/new/", {"name": "  Big   Berlin ", "description": "Second floor"}, follow=True)
    assert "Big Berlin is there" in text(answer)
    assert order(dana.account) == [(1, "Sales"), (2, "Big Berlin")]
    event = AuditEvent.objects.get(action="group.created")
    assert event.after == {"name": "Big Berlin", "description": "Second floor", "priority": 2}
    assert event.actor == dana


def test_a_new_group_may_come_first(dana: User, client: Client) -> None:
    make_group(dana.account, "Sales")
    client.post("/groups/new/", {"name": "Board", "position": "1"})
    assert order(dana.account) == [(1, "Board"), (2, "Sales")]
    assert version(dana.account) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give the group a name."),
        ({"name": "sALES"}, "Another group has this name."),
        ({"name": "a;b"}, "Leave the semicolon out"),
        ({"name": "n" * 201}, "at most 200 characters"),
        ({"name": "x", "description": "d" * 501}, "at most 500 characters"),
        ({"name": "x\0y"}, "Null characters are not allowed."),
        ({"name": "x", "position": "0"}, "Enter a whole number, 1 or more."),
        ({"name": "x", "position": "first"}, "Enter a whole number, 1 or more."),
    ],
)
def test_what_cannot_be_is_explained_and_kept(dana: User, client: Client, fields: dict[str, str], words: str) -> None:
    make_group(dana.account, "Sales")
    answer = client.post("/groups/new/", {"description": "typed", **fields})
    assert answer.status_code == 422
    assert words in text(answer)
    assert fields.get("description", "typed") in answer.content.decode()
    assert Group.objects.count() == 1


def test_another_company_may_use_the_same_name(client: Client) -> None:
    make_group(make_account("fabrikam"), "Sales")
    assert client.post("/groups/new/", {"name": "Sales"}).status_code == 302


# Changing


def test_name_and_description_are_changed_and_audited(dana: User, client: Client) -> None:
    group = make_group(dana.account, "Sales")
    path = f"/groups/{group.pk}/details/"
    assert client.post(path, {"name": "SALES", "description": "Who sell"}).status_code == 302
    event = AuditEvent.objects.get(action="group.changed")
    assert event.before == {"name": "Sales", "description": ""}
    assert event.after == {"name": "SALES", "description": "Who sell"}
    client.post(path, {"name": "SALES", "description": "Who sell"})
    assert AuditEvent.objects.filter(action="group.changed").count() == 1


def test_a_name_taken_is_refused_and_the_heading_stays(dana: User, client: Client) -> None:
    make_group(dana.account, "Sales")
    group = make_group(dana.account, "Interns")
    answer = client.post(f"/groups/{group.pk}/details/", {"name": "sales", "description": ""})
    assert answer.status_code == 422
    assert "Another group has this name" in text(answer)
    assert "<h1>Interns</h1>" in answer.content.decode()


def test_group_admins_do_not_rename(dana: User) -> None:
    group = make_group(dana.account, "Sales", admin=(sam := make_user(dana.account, "sam")))
    for answer in (
        signed_in(sam).get(f"/groups/{group.pk}/details/"),
        signed_in(sam).post(f"/groups/{group.pk}/details/", {"name": "Mine"}),
        signed_in(sam).post(f"/groups/{group.pk}/delete/", {"seen": "0"}),
    ):
        assert answer.status_code == 403
    assert order(dana.account) == [(1, "Sales")]


# Deleting


def test_deleting_says_who_changes_and_keeps_the_people(dana: User, client: Client) -> None:
    ana = make_user(dana.account)
    sales, _interns = make_group(dana.account, "Sales", ana), make_group(dana.account, "Interns")
    ask_every_time(sales)
    shown = client.get(f"/groups/{sales.pk}/delete/")
    assert "Its 1 member stays in Contoso." in text(shown)
    assert [d.user_id for d in shown.context["impact"].differences] == [ana.pk]
    assert Group.objects.count() == 2
    answer = client.post(f"/groups/{sales.pk}/delete/", {"seen": str(version(dana.account))}, follow=True)
    assert "Sales is deleted" in text(answer)
    assert order(dana.account) == [(1, "Interns")]
    assert asks(User.objects.get(pk=ana.pk)) == "off"
    assert not SettingValue.objects.exists()
    event = AuditEvent.objects.get(action="group.deleted")
    assert (event.target_label, event.before["members"], event.before["settings"][0]["value"]) == ("Sales", 1, "every")


def test_deleting_with_an_old_preview_is_asked_again(dana: User, client: Client) -> None:
    sales = make_group(dana.account, "Sales")
    ask_every_time(sales)
    assert client.post(f"/groups/{sales.pk}/delete/", {"seen": "0"}).status_code == 409
    assert Group.objects.exists()


def test_a_dialog_is_a_fragment_and_leads_on_by_header(dana: User, client: Client) -> None:
    sales = make_group(dana.account, "Sales")
    shown = client.get(f"/groups/{sales.pk}/delete/", headers={"HX-Request": "true"})
    assert "<html" not in shown.content.decode()
    answer = client.post(f"/groups/{sales.pk}/delete/", {"seen": "0"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/groups/"


# Whose group it is


@pytest.mark.parametrize("page", ["", "details/", "delete/", "move/?to=1"])
def test_another_companys_group_is_not_there(client: Client, page: str) -> None:
    group = make_group(make_account("fabrikam"), "Sales")
    assert client.get(f"/groups/{group.pk}/{page}").status_code == 404
    assert client.get(f"/groups/{10**20}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["", "details/", "delete/", "move/?to=1", "members/add/"])
def test_somebody_elses_group_is_closed(dana: User, page: str) -> None:
    group = make_group(dana.account, "Sales")
    sam = make_user(dana.account, "sam", role=Role.MEMBER)
    make_group(dana.account, "Interns", admin=sam)
    assert signed_in(sam).get(f"/groups/{group.pk}/{page}").status_code == 403
