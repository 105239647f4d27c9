"""The users list as a CSV file: the same people, every column, safe in a spreadsheet, in constant memory."""

import csv
import io
from collections.abc import Collection
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import extensions
from accounts.csv_import.reading import read
from accounts.extensions import Cell
from accounts.models import AuditEvent, User
from accounts.users import export as csv_export
from accounts.users.listing import Filters
from tests.accounts.making_people import make_group, make_owner, make_people, signed_in
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> User:
    return make_owner()


def export(user: User, query: str = "") -> list[dict[str, str]]:
    data = signed_in(user).get(f"/users/export.csv{query}").getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_every_column(dana: User) -> None:
    ana = make_user(dana.account, "ana", last_login=datetime(2026, 11, 20, 9, 30, 5, 77, tzinfo=UTC))
    make_group(dana.account, "Sales", ana)
    make_group(dana.account, "Interns", ana)
    first, second = export(dana)
    ours = {name: first[name] for name in csv_export.COLUMNS}
    assert ours == {
        "email": "ana@contoso.example",
        "name": "Ana Lima",
        "role": "member",
        "status": "active",
        "groups": "Sales;Interns",
        "last_sign_in": "2026-11-20T09:30:05Z",
    }
    assert (second["name"], second["role"], second["groups"]) == ("Dana Lima", "owner", "")


def test_the_filters_of_the_list_hold(dana: User) -> None:
    make_people(dana.account, ["Ana Lima", "Ana Perez", "Bo Perez"])
    make_user(dana.account, "gus", is_active=False)
    make_people(make_account("fabrikam"), ["Ana Fabri"])
    assert [row["name"] for row in export(dana, "?q=ana+per&role=member")] == ["Ana Perez"]
    assert [(row["name"], row["status"]) for row in export(dana, "?status=deactivated")] == [
        ("Gus Lima", "deactivated")
    ]
    assert [row["name"] for row in export(dana, "?q=lima")] == ["Ana Lima", "Dana Lima"]


def test_it_is_audited_with_the_number_of_filters(dana: User) -> None:
    export(dana, "?q=ana&role=member&status=king&sort=-name")
    event = AuditEvent.objects.get(action="user.exported")
    assert (event.actor_id, event.target_type, event.after) == (dana.pk, "account", {"filters": 2})


def test_no_cell_is_a_formula(dana: User) -> None:
    User.objects.filter(pk=dana.pk).update(name="=HYPERLINK(1)")
    make_group(dana.account, "+Sales", dana)
    row = export(dana)[0]
    assert (row["name"], row["groups"]) == ("'=HYPERLINK(1)", "'+Sales")


def test_names_with_everything_in_them(dana: User) -> None:
    User.objects.filter(pk=dana.pk).update(name='Da"na, Reyes; 🦊\nÑ')
    assert export(dana)[0]["name"] == 'Da"na, Reyes; 🦊\nÑ'


def test_a_file_with_a_name(dana: User) -> None:
    answer = signed_in(dana).get("/users/export.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="contoso-users-{timezone.localdate()}.csv"'
    assert "no-store" in answer["Cache-Control"]


def test_columns_of_the_apps_above(dana: User) -> None:
    class ShoeSizes:
        title = "Shoe size"
        slug = "shoes"

        def choices(self) -> list[tuple[str, str]]:
            return []

        def condition(self, value: str) -> Q:
            return Q(name=value)

        def cells(self, user_ids: Collection[int]) -> dict[int, Cell]:
            return {dana.pk: Cell("46", "good")} if dana.pk in user_ids else {}

    make_people(dana.account, ["Ana Lima"])
    extensions.add_user_column(ShoeSizes())
    rows = export(dana)
    extensions._user_columns.pop()
    assert [row["Shoe size"] for row in rows] == ["", "46"]


@pytest.mark.parametrize("size", [1, 3, 7, 8, 100])
def test_batches_miss_nobody_and_repeat_nobody(dana: User, size: int) -> None:
    make_people(dana.account, ["Ana", "bo"])
    for number, name in enumerate(("Kim", "kim", "KIM", "Kim", "")):
        User.objects.create_user(dana.account, f"kim{number}@contoso.example", name=name)
    rows = list(csv_export.rows(dana.account, Filters(), batch_size=size))
    assert [str(row[1]).lower() for row in rows] == ["", "ana", "bo", "dana lima", "kim", "kim", "kim", "kim"]
    assert len({row[0] for row in rows}) == 8


def test_a_batch_takes_a_constant_number_of_queries(dana: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            export(dana)
        return len(captured)

    few = queries()
    people = make_people(dana.account, [f"Ana {number}" for number in range(300)])
    make_group(dana.account, "Sales", *people)
    assert queries() == few


def test_the_import_reads_what_was_exported(dana: User) -> None:
    User.objects.filter(pk=dana.pk).update(name="=Dana; 'Reyes'")
    make_group(dana.account, "+Sales", dana)
    make_group(dana.account, "Interns", dana)
    data = signed_in(dana).get("/users/export.csv").getvalue()
    reading = read(data, ignored={name.lower() for name in csv_export.header()})
    assert reading.problems == ()
    row = reading.rows[0]
    assert (row.email, row.name, row.role) == ("dana@contoso.example", "=Dana; 'Reyes'", "owner")
    assert row.groups == ("+Sales", "Interns")
