"""Who is in a group: added, removed, made its admin; previewed where it changes somebody's settings."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Group, Membership, Role, User
from calendar_integration.models import Connection, ConnectionState
from tests.accounts.making_groups import ask_every_time, asks, lock_integration_off, members, version
from tests.accounts.making_people import make_group, make_owner, make_people, signed_in, text
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db
IN_DIALOG = {"HX-Request": "true"}


@pytest.fixture
def dana() -> User:
    return make_owner()


@pytest.fixture
def client(dana: User) -> Client:
    return signed_in(dana)


@pytest.fixture
def sam(dana: User) -> User:
    return make_user(dana.account, "sam")


@pytest.fixture
def sales(dana: User, sam: User) -> Group:
    return make_group(dana.account, "Sales", admin=sam)


# The page


def test_it_lists_members_with_what_can_be_done(dana: User, client: Client, sales: Group, sam: User) -> None:
    make_user(dana.account, "gone", is_active=False)
    sales.members.add(User.objects.get(name="Gone Lima"))
    page = text(client.get(f"/groups/{sales.pk}/"))
    for words in (
        "sam@contoso.example",
        "Group admin",
        "Remove as group admin",
        "Deactivated",
        "Priority 1",
        "Details",
    ):
        assert words in page


def test_group_admins_cannot_touch_admins_details_or_directory(dana: User, sales: Group, sam: User) -> None:
    sales.members.add(make_user(dana.account, "ana"))
    make_user(dana.account, "hidden")
    page = signed_in(sam).get(f"/groups/{sales.pk}/?add=hidden")
    shown = text(page)
    for words in ("Make group admin", "Remove as group admin", "Details", "hidden@contoso.example"):
        assert words not in shown
    assert page.content.decode().count("/remove/") == 2  # Ana's link: href and hx-get


def test_members_are_found(dana: User, client: Client, sales: Group) -> None:
    Membership.objects.bulk_create(
        Membership(group=sales, user=person) for person in make_people(dana.account, ["Ana Lima", "Bo Chan"])
    )
    shown = text(client.get(f"/groups/{sales.pk}/?q=bo.chan@"))
    assert "Bo Chan" in shown
    assert "Ana Lima" not in shown
    assert "No member found" in text(client.get(f"/groups/{sales.pk}/?q=zzz"))


def test_sixty_members_cost_as_many_queries_as_one(dana: User, client: Client, sales: Group) -> None:
    counts = []
    for names in ([], [f"P{number:02}" for number in range(60)]):
        Membership.objects.bulk_create(
            Membership(group=sales, user=person) for person in make_people(dana.account, names)
        )
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/groups/{sales.pk}/?add=p")
        counts.append(len(queries))
    assert len(page.context["page"]) == 50
    assert counts[0] == counts[1]


def test_people_to_add_are_active_not_in_it_and_few(dana: User, client: Client, sales: Group, sam: User) -> None:
    make_people(dana.account, [f"Pat {number:02}" for number in range(25)])
    make_user(dana.account, "pat-gone", is_active=False)
    make_user(make_account("fabrikam"), "pat")
    found = client.get(f"/groups/{sales.pk}/?add=pat").context["found"]
    assert [person.name for person in found] == [f"Pat {number:02}" for number in range(20)]
    assert client.get(f"/groups/{sales.pk}/?add=sam").context["found"] == []


# Adding


def test_adding_somebody_for_whom_nothing_changes_asks_nothing(
    dana: User, client: Client, sales: Group, sam: User
) -> None:
    ana = make_user(dana.account)
    answer = client.post(f"/groups/{sales.pk}/members/add/", {"person": str(ana.pk)}, follow=True)
    assert "Ana Lima is now in Sales." in text(answer)
    assert members(sales) == {"sam@contoso.example", "ana@contoso.example"}
    event = AuditEvent.objects.get(action="group.member_added")
    assert (event.target_id, event.after, event.actor) == (ana.pk, {"groups": ["Sales"]}, dana)
    assert version(dana.account) == 1


def test_adding_somebody_whose_settings_change_asks_first(dana: User, client: Client, sales: Group) -> None:
    ana = make_user(dana.account)
    ask_every_time(sales)
    fields = {"person": str(ana.pk)}
    shown = client.post(f"/groups/{sales.pk}/members/add/", fields, headers=IN_DIALOG)
    assert shown.status_code == 200
    assert "Add Ana Lima to “Sales”?" in text(shown)
    assert "Every" in text(shown)
    assert not Membership.objects.filter(user=ana).exists()
    seen = str(version(dana.account))
    answer = client.post(f"/groups/{sales.pk}/members/add/", {**fields, "seen": seen}, headers=IN_DIALOG)
    assert answer["HX-Redirect"] == f"/groups/{sales.pk}/"
    assert asks(ana) == "every"


def test_adding_to_a_locked_group_says_who_is_disconnected_and_does_it(
    dana: User, client: Client, sales: Group
) -> None:
    ana = make_user(dana.account)
    make_connection(ana)
    lock_integration_off(sales)
    shown = client.post(f"/groups/{sales.pk}/members/add/", {"person": str(ana.pk)})
    assert "isconnected" in text(shown)
    assert Connection.objects.get(user=ana).state == ConnectionState.ACTIVE
    client.post(f"/groups/{sales.pk}/members/add/", {"person": str(ana.pk), "seen": str(version(dana.account))})
    assert Connection.objects.get(user=ana).state == ConnectionState.DISCONNECTED_BY_POLICY


def test_an_old_preview_is_shown_anew(dana: User, client: Client, sales: Group) -> None:
    ana = make_user(dana.account)
    ask_every_time(sales)
    answer = client.post(f"/groups/{sales.pk}/members/add/", {"person": str(ana.pk), "seen": "0"})
    assert answer.status_code == 409
    assert not Membership.objects.filter(user=ana).exists()


def test_group_admins_add_by_exact_e_mail_only(dana: User, sales: Group, sam: User) -> None:
    ana = make_user(dana.account)
    browser = signed_in(sam)
    path = f"/groups/{sales.pk}/members/add/"
    assert browser.post(path, {"person": str(ana.pk)}).status_code == 403
    refused = browser.post(path, {"email": "ana@contoso"})
    assert refused.status_code == 422
    assert 'value="ana@contoso"' in refused.content.decode()
    assert browser.post(path, {"email": " ANA@contoso.example "}).status_code == 302
    assert "ana@contoso.example" in members(sales)


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Enter the e-mail"),
        ("nobody@contoso.example", "Nobody in Contoso has this e-mail."),
        ("una@fabrikam.example", "Nobody in Contoso has this e-mail."),
        ("sam@contoso.example", "Sam Lima is in this group already."),
        ("gone@contoso.example", "Gone Lima is deactivated."),
        ("x\0y@contoso.example", "Nobody in Contoso has this e-mail."),
    ],
)
def test_who_cannot_be_added_is_explained(dana: User, client: Client, sales: Group, email: str, words: str) -> None:
    make_user(dana.account, "gone", is_active=False)
    make_user(make_account("fabrikam"), "una")
    for headers in ({}, IN_DIALOG):
        answer = client.post(f"/groups/{sales.pk}/members/add/", {"email": email}, headers=headers)
        assert answer.status_code == 422
        assert words in text(answer)
    assert members(sales) == {"sam@contoso.example"}


@pytest.mark.parametrize("person", ["0", "x", "9" * 40, "-1", "²"])
def test_an_id_of_nobody_is_not_found(client: Client, sales: Group, person: str) -> None:
    assert client.post(f"/groups/{sales.pk}/members/add/", {"person": person}).status_code == 404


def test_somebody_of_another_company_is_not_found(client: Client, sales: Group) -> None:
    una = make_user(make_account("fabrikam"), "una")
    assert client.post(f"/groups/{sales.pk}/members/add/", {"person": str(una.pk)}).status_code == 404
    for page in ("remove", "admin"):
        assert client.get(f"/groups/{sales.pk}/members/{una.pk}/{page}/").status_code == 404


# Removing


def test_removing_is_previewed_and_brings_the_old_value_back(dana: User, client: Client, sales: Group) -> None:
    ana = make_user(dana.account)
    sales.members.add(ana)
    ask_every_time(sales)
    path = f"/groups/{sales.pk}/members/{ana.pk}/remove/"
    shown = client.get(path)
    assert len(shown.context["impact"].differences) == 1
    assert asks(ana) == "every"
    assert client.post(path).status_code == 200  # without the version seen it asks
    assert client.post(path, {"seen": "0"}).status_code == 409
    assert client.post(path, {"seen": str(version(dana.account))}).status_code == 302
    assert asks(ana) == "off"
    event = AuditEvent.objects.get(action="group.member_removed")
    assert (event.target_id, event.before) == (ana.pk, {"groups": ["Sales"], "group_admin": False})
    assert client.post(path, {"seen": str(version(dana.account))}).status_code == 404


def test_group_admins_remove_members_but_no_admins(dana: User, sales: Group, sam: User) -> None:
    ana, other = make_user(dana.account), make_user(dana.account, "other")
    sales.members.add(ana)
    Membership.objects.create(group=sales, user=other, is_admin=True)
    browser = signed_in(sam)
    for person in (sam, other):
        assert browser.get(f"/groups/{sales.pk}/members/{person.pk}/remove/").status_code == 403
        assert browser.post(f"/groups/{sales.pk}/members/{person.pk}/remove/", {"seen": "0"}).status_code == 403
    assert browser.post(f"/groups/{sales.pk}/members/{ana.pk}/remove/", {"seen": "0"}).status_code == 302
    assert members(sales) == {"sam@contoso.example", "other@contoso.example"}


# Group admins


def test_owners_make_group_admins_and_take_it_back(dana: User, client: Client, sales: Group) -> None:
    ana = make_user(dana.account)
    sales.members.add(ana)
    path = f"/groups/{sales.pk}/members/{ana.pk}/admin/"
    assert "Make Ana Lima a group admin" in text(client.get(path))
    client.post(path, {"is_admin": "yes"})
    assert signed_in(ana).get(f"/groups/{sales.pk}/").status_code == 200
    assert "Remove Ana Lima as group admin" in text(client.get(path))
    answer = client.post(path, {"is_admin": "no"}, headers=IN_DIALOG)
    assert answer["HX-Refresh"] == "true"
    assert signed_in(ana).get(f"/groups/{sales.pk}/").status_code == 403
    events = AuditEvent.objects.filter(action="group.admin_changed", target_id=ana.pk).order_by("pk")
    assert [event.after["group_admin"] for event in events] == [True, False]
    assert version(dana.account) == 0


def test_group_admins_make_no_group_admins(dana: User, sales: Group, sam: User) -> None:
    sales.members.add(ana := make_user(dana.account))
    answer = signed_in(sam).post(f"/groups/{sales.pk}/members/{ana.pk}/admin/", {"is_admin": "yes"})
    assert answer.status_code == 403
    assert not Membership.objects.get(user=ana).is_admin


def test_admins_of_the_account_run_every_group(dana: User, sales: Group) -> None:
    kim = make_user(dana.account, "kim", role=Role.ADMIN)
    ana = make_user(dana.account)
    assert signed_in(kim).post(f"/groups/{sales.pk}/members/add/", {"email": ana.email}).status_code == 302
    assert "ana@contoso.example" in members(sales)
