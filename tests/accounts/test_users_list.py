"""The users list: who is in it, found, filtered, sorted, and by whom it can be opened."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import extensions
from accounts.extensions import Cell
from accounts.models import Role, User
from tests.accounts.making_people import make_group, make_owner, make_people, names, signed_in, text
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


class ShoeSizes:
    """A column as an app above would register it."""

    title = "Shoe size"
    slug = "shoes"

    def choices(self) -> list[tuple[str, str]]:
        return [("big", "Big"), ("small", "Small")]

    def condition(self, value: str) -> Q:
        return Q(name__startswith="A") if value == "big" else ~Q(name__startswith="A")

    def cells(self, user_ids: Any) -> dict[int, Cell]:
        people = User.objects.filter(pk__in=user_ids, name__startswith="A")
        return {person.pk: Cell("46", "good") for person in people}


@pytest.fixture
def shoe_sizes() -> Iterator[None]:
    column = ShoeSizes()
    extensions.add_user_column(column)
    yield
    extensions._user_columns.remove(column)


@pytest.fixture
def dana() -> User:
    return make_owner()


def listed(user: User, query: str = "") -> list[str]:
    return names(signed_in(user).get(f"/users/{query}"))


def test_an_owner_sees_everyone_of_the_account_by_name(dana: User) -> None:
    make_people(dana.account, ["bo Perez", "Ana Lima"])
    make_people(make_account("fabrikam"), ["Una Fabri"])
    assert listed(dana) == ["Ana Lima", "bo Perez", "Dana Lima"]


def test_an_admin_sees_it_too(dana: User) -> None:
    assert listed(make_user(dana.account, "adi", role=Role.ADMIN)) == ["Adi Lima", "Dana Lima"]


@pytest.mark.parametrize("path", ["", "export.csv", "invite/", "create/", "1/", "1/role/", "1/deactivate/"])
@pytest.mark.parametrize("is_group_admin", [True, False])
def test_members_and_group_admins_see_nothing_of_it(dana: User, path: str, is_group_admin: bool) -> None:
    mia = make_user(dana.account, "mia")
    make_group(dana.account, "Sales", admin=mia if is_group_admin else None)
    assert signed_in(mia).get(f"/users/{path}").status_code == 403


def test_a_row_says_who_somebody_is(dana: User) -> None:
    ana = make_user(dana.account, "ana", role=Role.ADMIN, last_login=datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    make_group(dana.account, "Sales", ana)
    shown = text(signed_in(dana).get("/users/?q=ana"))
    for words in ("Ana Lima", "ana@contoso.example", "Admin", "Sales", "20 Nov 2026, 09:30"):
        assert words in shown


def test_three_groups_are_named_and_the_others_counted(dana: User) -> None:
    ana = make_user(dana.account, "ana")
    for name in ("Sales", "Interns", "Madrid", "Board", "Choir"):
        make_group(dana.account, name, ana)
    assert "Sales, Interns, Madrid +2" in text(signed_in(dana).get("/users/?q=ana"))


def test_a_member_who_runs_a_group_is_called_group_admin(dana: User) -> None:
    make_group(dana.account, "Sales", admin=make_user(dana.account, "ana"))
    assert ">Group admin</td>" in signed_in(dana).get("/users/?q=ana").content.decode()


def test_words_are_parts_of_name_or_email_in_any_case(dana: User) -> None:
    make_people(dana.account, ["Ana Lima", "Bo Perez", "Ana Perez"])
    assert listed(dana, "?q=ANA+per") == ["Ana Perez"]
    assert listed(dana, "?q=bo.perez@") == ["Bo Perez"]
    assert listed(dana, "?q=zoe") == []


@pytest.mark.parametrize(("typed", "found"), [("%25", "Per %"), ("_", "Per_"), ("%5C", "Per \\"), ("🦊", "Per 🦊")])
def test_signs_stand_for_themselves(dana: User, typed: str, found: str) -> None:
    for number, name in enumerate(("Per %", "Per_", "Per \\", "Per 🦊")):
        make_user(dana.account, email=f"p{number}@contoso.example").delete()
        User.objects.create_user(dana.account, f"p{number}@contoso.example", name=name)
    assert listed(dana, f"?q={typed}") == [found]


def test_a_nul_is_left_out(dana: User) -> None:
    assert listed(dana, "?q=da%00na&group=%00&role=%00&status=%00&sort=%00") == ["Dana Lima"]


def test_nobody_found_says_so(dana: User) -> None:
    shown = text(signed_in(dana).get("/users/?q=%3Cb%3Ezoe"))
    assert "Nobody found for “&lt;b&gt;zoe”" in shown


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("", ["Ana Lima", "Dana Lima", "Ina Lima"]),
        ("active", ["Ana Lima", "Dana Lima"]),
        ("invited", ["Ina Lima"]),
        ("deactivated", ["Gus Lima"]),
        ("everyone", ["Ana Lima", "Dana Lima", "Gus Lima", "Ina Lima"]),
        ("resting", ["Ana Lima", "Dana Lima", "Ina Lima"]),
    ],
)
def test_filtered_by_status(dana: User, status: str, found: list[str]) -> None:
    make_user(dana.account, "ana")
    make_user(dana.account, "ina", invited_at=timezone.now())
    make_user(dana.account, "gus", is_active=False, invited_at=timezone.now())
    assert listed(dana, f"?status={status}") == found


def test_filtered_by_role(dana: User) -> None:
    make_group(dana.account, "Sales", admin=make_user(dana.account, "ana"))
    make_user(dana.account, "bo")
    assert listed(dana, "?role=owner") == ["Dana Lima"]
    assert listed(dana, "?role=member") == ["Ana Lima", "Bo Lima"]
    assert listed(dana, "?role=group_admin") == ["Ana Lima"]
    assert listed(dana, "?role=king") == ["Ana Lima", "Bo Lima", "Dana Lima"]


def test_filtered_by_group(dana: User) -> None:
    ana = make_user(dana.account, "ana")
    make_group(dana.account, "Sales", ana)
    make_group(make_account("fabrikam"), "Elsewhere")
    assert listed(dana, "?group=sales") == ["Ana Lima"]
    answer = signed_in(dana).get("/users/?group=Elsewhere")
    assert names(answer) == ["Ana Lima", "Dana Lima"]
    assert "There is no group called “Elsewhere”" in text(answer)
    assert "Elsewhere</option>" not in answer.content.decode()


def test_many_groups_are_typed_and_suggested(dana: User) -> None:
    for number in range(51):
        make_group(dana.account, f"Group {number}")
    page = signed_in(dana).get("/users/").content.decode()
    assert page.count("<datalist") == 1
    assert "<select" in page
    assert 'name="group" list="group-names"' in page


@pytest.mark.usefixtures("shoe_sizes")
def test_columns_of_the_apps_above(dana: User) -> None:
    make_people(dana.account, ["Ana Lima"])
    page = signed_in(dana).get("/users/").content.decode()
    assert "Shoe size</th>" in page
    assert '<span class="pill pill-good">46</span>' in page
    assert listed(dana, "?shoes=big") == ["Ana Lima"]
    assert listed(dana, "?shoes=huge") == ["Ana Lima", "Dana Lima"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "ana bo Cy Dana"),
        ("-name", "Dana Cy bo ana"),
        ("email", "Cy ana bo Dana"),
        ("-email", "Dana bo ana Cy"),
        ("-last_sign_in", "Dana bo ana Cy"),
        ("last_sign_in", "Cy ana bo Dana"),
        ("password", "ana bo Cy Dana"),
    ],
)
def test_sorted(dana: User, sort: str, order: str) -> None:
    now = timezone.now()
    User.objects.filter(pk=dana.pk).update(name="Dana")
    for name, email, last_login in (("ana", "b", now - timedelta(days=9)), ("bo", "c", now - timedelta(days=5))):
        make_user(dana.account, email=f"{email}@contoso.example", last_login=last_login)
        User.objects.filter(email=f"{email}@contoso.example").update(name=name)
    User.objects.create_user(dana.account, "a@contoso.example", name="Cy")
    assert " ".join(listed(dana, f"?sort={sort}")) == order


def test_fifty_a_page_with_filters_and_order_kept(dana: User) -> None:
    make_people(dana.account, [f"Ana {number:03}" for number in range(60)])
    client = signed_in(dana)
    first = client.get("/users/?q=ana+0&sort=-name&role=member")
    assert len(names(first)) == 50
    assert "60 people found" in text(first)
    assert 'href="?q=ana+0&amp;sort=-name&amp;role=member&amp;page=2"' in first.content.decode()
    second = client.get("/users/?q=ana+0&sort=-name&role=member&page=2")
    assert names(second) == [f"Ana {number:03}" for number in range(9, -1, -1)]
    assert 'href="/users/export.csv?q=ana+0&amp;role=member"' in second.content.decode()


@pytest.mark.parametrize(
    ("page", "first"), [("abc", "Ana 000"), ("99999", "Ana 050"), ("-1", "Ana 050"), ("", "Ana 000")]
)
def test_a_page_that_is_not_there_is_another(dana: User, page: str, first: str) -> None:
    make_people(dana.account, [f"Ana {number:03}" for number in range(60)])
    assert listed(dana, f"?page={page}")[0] == first


@pytest.mark.usefixtures("shoe_sizes")
@pytest.mark.parametrize("query", ["", "?q=a&role=member&group=Sales&status=active&sort=-last_sign_in&shoes=big"])
def test_as_many_queries_for_sixty_people_as_for_one(dana: User, query: str) -> None:
    ana = make_user(dana.account, "ana")
    make_group(dana.account, "Sales", ana)
    client = signed_in(dana)
    client.get("/users/")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert names(client.get(f"/users/{query}"))
        return len(captured)

    few = queries()
    people = make_people(dana.account, [f"Ana {number}" for number in range(60)])
    for number in range(20):
        make_group(dana.account, f"Group {number}", *people)
    assert queries() == few
    assert few <= 12


def test_it_is_only_asked(dana: User, client: Client) -> None:
    assert signed_in(dana).post("/users/").status_code == 405
    assert client.get("/users/")["Location"] == "/sign-in/?next=/users/"
