"""Importing people: everything is shown before anything is written, and then all of it is written, or nothing."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, Membership, PendingImport, Role, User
from calendar_integration.models import Connection, ConnectionState
from tests.accounts.making_groups import (
    ask_every_time,
    asks,
    confirm,
    csv_of,
    lock_integration_off,
    members,
    path_of,
    upload,
    version,
)
from tests.accounts.making_people import make_group, make_owner, signed_in, text
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db
ONE = [("new@contoso.example", "New Person", "", "")]


@pytest.fixture
def dana() -> User:
    return make_owner()


@pytest.fixture
def client(dana: User) -> Client:
    return signed_in(dana)


def actions() -> list[str]:
    return sorted(AuditEvent.objects.exclude(action__startswith="setting").values_list("action", flat=True))


# The straight way


def test_a_file_is_previewed_and_then_written(dana: User, client: Client) -> None:
    ana, bo = make_user(dana.account, "ana"), make_user(dana.account, "bo")
    sales = make_group(dana.account, "Sales", bo)
    ask_every_time(sales)
    data = csv_of(
        [
            ("new@contoso.example", "New Person", "admin", "sales"),
            ("ANA@contoso.example", "Ana Costa", "admin", "Sales"),
            ("bo@contoso.example", "", "", "Sales"),
        ]
    )
    preview = upload(client, data)
    shown = text(preview)
    assert preview.status_code == 200
    for words in ("without an invitation1", "changed1", "as they are1", "Member → Admin", "Joins Sales"):
        assert words in shown
    assert [d.user_id for d in preview.context["impact"].differences] == [ana.pk]
    assert User.objects.filter(account=dana.account).count() == 3

    answer = client.post(path_of(preview), {"seen": version(dana.account), "plan": preview.context["plan"].digest})
    assert (answer.status_code, answer["Location"]) == (302, "/users/")
    new = User.objects.get(email="new@contoso.example")
    assert (new.name, new.role, new.is_active, new.invited_at) == ("New Person", Role.ADMIN, True, None)
    assert not new.has_usable_password()
    ana.refresh_from_db()
    assert (ana.name, ana.role, asks(ana)) == ("Ana Costa", Role.ADMIN, "every")
    assert members(sales) == {"new@contoso.example", "ana@contoso.example", "bo@contoso.example"}
    assert actions() == [
        "group.member_added",
        "group.member_added",
        "user.changed",
        "user.created",
        "user.imported",
        "user.role_changed",
    ]
    whole = AuditEvent.objects.get(action="user.imported")
    assert whole.after == {"file": "people.csv", "created": 1, "changed": 1, "unchanged": 1}
    assert (whole.actor, whole.address) == (dana, "127.0.0.1")
    assert AuditEvent.objects.get(action="user.created").target_id == new.pk
    assert not PendingImport.objects.exists()


def test_who_would_be_disconnected_is_said_and_done(dana: User, client: Client) -> None:
    ana = make_user(dana.account)
    make_connection(ana)
    lock_integration_off(make_group(dana.account, "Sales"))
    preview = upload(client, csv_of([(ana.email, "", "", "Sales")]))
    assert "isconnected" in text(preview)
    assert Connection.objects.get(user=ana).state == ConnectionState.ACTIVE
    confirm(client, preview, path_of(preview))
    assert Connection.objects.get(user=ana).state == ConnectionState.DISCONNECTED_BY_POLICY


def test_an_export_comes_back_unchanged(dana: User, client: Client) -> None:
    make_group(dana.account, "=Sales", make_user(dana.account, "ana", name="@Ana"))
    exported = b"".join(client.get("/users/export.csv"))
    preview = upload(client, exported)
    assert "as they are2" in text(preview)
    assert "Everybody in the file is as it says already." in text(preview)


def test_the_example_can_be_imported(dana: User, client: Client) -> None:
    make_group(dana.account, "Sales")
    data = b"".join(client.get("/users/import/example.csv"))
    preview = upload(client, data)
    assert (len(preview.context["plan"].created), preview.context["plan"].created[0].groups[0].name) == (2, "Sales")


# What is refused


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"email\n" + b"x" * (10 * 1024 * 1024), "larger than 5 MB"),
        ("email,name\nn@x.example,Zoë".encode("cp1252"), "Save it as “CSV UTF-8”"),
        ("email,name\nn@x.example,Zoë".encode("utf-16"), "UTF-16"),
        (b"\x00\x01\x02", "UTF-16"),
        (b"name\nAna", "There is no column “email”."),
        (b"", "The file is empty."),
        (csv_of([("n@x.example", "", "", "Board")]), "There is no group “Board”."),
        (csv_of([("dana@contoso.example", "", "member", "")]), "The account needs an owner"),
    ],
)
def test_a_bad_file_is_explained_and_nothing_is_kept(dana: User, client: Client, data: bytes, words: str) -> None:
    answer = upload(client, data)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not PendingImport.objects.exists()
    assert not AuditEvent.objects.exists()


def test_one_bad_row_keeps_all_others_out(dana: User, client: Client) -> None:
    answer = upload(client, csv_of([*ONE, ("bad", "", "", ""), ("NEW@contoso.example", "", "boss", "")]))
    shown = text(answer)
    for words in (
        "3 problems in people.csv",
        "3 “bad” is not",
        "4 new@contoso.example is in line 2",
        "4 “boss” is not",
    ):
        assert words in shown
    assert User.objects.count() == 1


def test_without_a_file_it_asks_for_one(client: Client) -> None:
    answer = client.post("/users/import/")
    assert answer.status_code == 422
    assert "Choose a CSV file first." in text(answer)


def test_of_very_many_problems_the_first_are_shown(client: Client) -> None:
    answer = upload(client, csv_of([(f"bad{number}", "", "", "") for number in range(500)]))
    assert "These are the first 200 of 500." in text(answer)
    assert answer.content.count(b"is not an e-mail address") == 200


def test_admins_make_no_owners_by_file(dana: User) -> None:
    kim = signed_in(make_user(dana.account, "kim", role=Role.ADMIN))
    assert "Only an owner can make" in text(upload(kim, csv_of([("n@x.example", "", "owner", "")])))
    assert upload(kim, csv_of(ONE)).status_code == 200


# Between preview and confirmation


def test_a_changed_setting_gets_a_fresh_preview(dana: User, client: Client) -> None:
    sales = make_group(dana.account, "Sales")
    preview = upload(client, csv_of([("new@contoso.example", "", "", "Sales")]))
    ask_every_time(sales)
    answer = confirm(client, preview, path_of(preview))
    assert answer.status_code == 409
    assert "Something has changed since you looked" in text(answer)
    assert not User.objects.filter(email="new@contoso.example").exists()
    assert confirm(client, answer, path_of(preview)).status_code == 302


def test_a_person_who_appeared_meanwhile_gets_a_fresh_preview(dana: User, client: Client) -> None:
    preview = upload(client, csv_of(ONE))
    make_user(dana.account, "new")
    answer = confirm(client, preview, path_of(preview))
    assert answer.status_code == 409
    assert (len(answer.context["plan"].created), len(answer.context["plan"].changed)) == (0, 1)


def test_what_went_wrong_meanwhile_is_listed(dana: User, client: Client) -> None:
    ana = make_user(dana.account)
    preview = upload(client, csv_of([(ana.email, "Ana Costa", "", "")]))
    User.objects.filter(pk=ana.pk).update(is_active=False)
    answer = confirm(client, preview, path_of(preview))
    assert answer.status_code == 409
    assert "ana@contoso.example is deactivated." in text(answer)
    assert client.get(path_of(preview)).status_code == 422


def test_without_the_version_seen_nothing_is_written(dana: User, client: Client) -> None:
    preview = upload(client, csv_of(ONE))
    assert confirm(client, preview, path_of(preview), seen="").status_code == 200
    assert confirm(client, preview, path_of(preview), plan="").status_code == 409
    assert User.objects.count() == 1


def test_it_is_written_once(dana: User, client: Client) -> None:
    preview = upload(client, csv_of(ONE))
    assert confirm(client, preview, path_of(preview)).status_code == 302
    assert confirm(client, preview, path_of(preview)).status_code == 404
    assert actions() == ["user.created", "user.imported"]


def test_a_new_file_replaces_the_one_before(client: Client) -> None:
    first = upload(client, csv_of(ONE))
    second = upload(client, csv_of(ONE))
    assert client.get(path_of(first)).status_code == 404
    assert client.get(path_of(second)).status_code == 200


def test_a_file_is_forgotten_after_a_day(client: Client) -> None:
    preview = upload(client, csv_of(ONE))
    PendingImport.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert client.get(path_of(preview)).status_code == 404
    una = signed_in(make_owner(make_account("fabrikam"), "una"))
    upload(una, csv_of(ONE))
    assert PendingImport.objects.count() == 1


# Who may


def test_a_file_is_the_person_s_own(dana: User, client: Client) -> None:
    preview = upload(client, csv_of(ONE))
    for other in (make_owner(dana.account, "olga"), make_owner(make_account("fabrikam"), "una")):
        browser = signed_in(other)
        assert browser.get(path_of(preview)).status_code == 404
        assert confirm(browser, preview, path_of(preview)).status_code == 404
    assert not User.objects.filter(email="new@contoso.example").exists()


def test_people_of_another_company_are_created_here_anew(client: Client) -> None:
    fabrikam = make_account("fabrikam")
    make_group(fabrikam, "Sales")
    make_user(fabrikam, "new", email="new@contoso.example")
    preview = upload(client, csv_of(ONE))
    assert len(preview.context["plan"].created) == 1
    assert "There is no group “Sales”." in text(upload(client, csv_of([("n@x.example", "", "", "Sales")])))


@pytest.mark.parametrize("path", ["/users/import/", "/users/import/example.csv", "/users/import/1/"])
def test_members_and_group_admins_import_nobody(dana: User, path: str) -> None:
    sam = make_user(dana.account, "sam")
    make_group(dana.account, "Sales", admin=sam)
    assert signed_in(sam).get(path).status_code == 403
    file = SimpleUploadedFile("people.csv", csv_of(ONE))
    assert signed_in(sam).post("/users/import/", {"file": file}).status_code == 403


# Size


def test_two_thousand_rows_take_a_bounded_number_of_queries(dana: User, client: Client) -> None:
    make_group(dana.account, "Sales")
    counts = []
    for number in (1_000, 2_000):
        User.objects.exclude(pk=dana.pk).delete()
        data = csv_of([(f"p{n}@contoso.example", f"Person {n}", "", "Sales") for n in range(number)])
        preview = upload(client, data)
        with CaptureQueriesContext(connection) as queries:
            assert confirm(client, preview, path_of(preview)).status_code == 302
        counts.append(len(queries))
        assert Membership.objects.filter(group__account=dana.account).count() == number
    assert counts[1] <= counts[0] + 4  # one more batch each of people, memberships, and audit rows of both
    assert counts[1] < 40


def test_changing_many_takes_a_bounded_number_of_queries(dana: User, client: Client) -> None:
    sales = make_group(dana.account, "Sales")
    User.objects.bulk_create(User(account=dana.account, email=f"p{n}@contoso.example", name="P") for n in range(1_000))
    data = csv_of([(f"p{n}@contoso.example", f"Person {n}", "admin", "Sales") for n in range(1_000)])
    preview = upload(client, data)
    assert len(preview.context["plan"].changed) == 1_000
    with CaptureQueriesContext(connection) as queries:
        assert confirm(client, preview, path_of(preview)).status_code == 302
    assert len(queries) < 40
    assert len(members(sales)) == 1_000
    assert User.objects.filter(role=Role.ADMIN, name__startswith="Person ").count() == 1_000


def test_who_gets_other_settings_is_a_list_and_a_file(dana: User, client: Client) -> None:
    ana = make_user(dana.account)
    ask_every_time(make_group(dana.account, "Sales"))
    preview = upload(client, csv_of([(ana.email, "", "", "Sales"), ("new@contoso.example", "", "", "Sales")]))
    assert "See who" in text(preview)
    assert "ana@contoso.example" in text(client.get(f"{path_of(preview)}?who=list"))
    lines = b"".join(client.get(f"{path_of(preview)}?who=csv")).decode().splitlines()
    assert [line.partition(",")[0].lstrip("\ufeff") for line in lines] == ["email", "ana@contoso.example"]
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert client.get(f"{path_of(preview)}?who=list").status_code == 422
