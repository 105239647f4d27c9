"""The audit log's page: for owners and admins, newest first, in words, fifty at a time."""

from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import audit
from accounts.models import AuditAction, AuditEvent, Group, Membership, Role
from accounts.tiered_settings import store
from calendar_integration.models import AskMode
from calendar_integration.setting_definitions import ASK
from tests.accounts.making_history import elements, make_owner, make_rows, signed_in
from tests.makers import make_account, make_user, set_ask

pytestmark = pytest.mark.django_db


def rows(client: Client, address: str = "/account/audit/") -> list[str]:
    """The rows of the page, each as one line of text."""
    return [" ".join(row.text_content().split()) for row in elements(client.get(address).content, "//tbody/tr")]


def link(client: Client, address: str, text: str) -> str:
    """Where a link of the page leads; nothing where there is none."""
    found = elements(client.get(address).content, f"//a[text()='{text}']")
    return f"/account/audit/{found[0].get('href')}" if found else ""


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.MEMBER, 403)])
@pytest.mark.parametrize("address", ["/account/audit/", "/account/audit.csv"])
def test_who_may_read_it(role: Role, status: int, address: str) -> None:
    assert signed_in(make_user(make_account(), role=role)).get(address).status_code == status


@pytest.mark.parametrize("address", ["/account/audit/", "/account/audit.csv"])
def test_admins_of_a_group_may_not(address: str) -> None:
    ana = make_user(make_account())
    group = Group.objects.create(account=ana.account, name="Sales", priority=1)
    Membership.objects.create(group=group, user=ana, is_admin=True)
    assert signed_in(ana).get(address).status_code == 403


def test_nobody_reads_another_companys() -> None:
    dana = make_owner()
    make_rows(make_account("fabrikam"), target_label="Their secret")
    assert rows(signed_in(dana)) == []
    assert rows(signed_in(dana), "/account/audit/?target=Their") == []


def test_a_row_says_everything_in_words() -> None:
    dana = make_owner(time_zone="Europe/Madrid")
    make_rows(
        dana.account,
        actor_label="Dana Lima",
        action=AuditAction.USER_CHANGED,
        target_label="Bo Lima",
        before={"name": "Bo", "is_active": True, "groups": ["Sales", "Interns"]},
        after={"name": "Bo Lima", "is_active": False, "groups": []},
        reason="Asked for by phone",
        reference="7F3K-22XB",
    )
    AuditEvent.objects.update(at=datetime(2026, 7, 1, 10, 5, 9, tzinfo=UTC))
    (row,) = rows(signed_in(dana))
    assert row == (
        "1 Jul 2026 12:05:09 Dana Lima 198.51.100.7 User changed · User Bo Lima Name: Bo → Bo Lima "
        "Groups: Sales, Interns → nothing Is active: yes → no Reason: “Asked for by phone” Reference: 7F3K-22XB"
    )


def test_a_setting_is_named_by_its_title_and_its_own_words() -> None:
    dana = make_owner()
    set_ask(dana.account, AskMode.FIRST)
    set_ask(dana.account, AskMode.EVERY)
    store.apply(store.Change(dana.account, ASK.key, store.Action.LOCK, reason="Policy"), actor=dana)
    store.apply(store.Change(dana.account, ASK.key, store.Action.RESET), actor=dana)
    setting = f"Setting: {ASK.title}"
    first, every = ASK.kind.in_words(AskMode.FIRST.value), ASK.kind.in_words(AskMode.EVERY.value)
    reset, locked, changed, begun = rows(signed_in(dana))
    assert begun.endswith(f"{setting} Value: inherited → {first}")
    assert changed.endswith(f"{setting} Value: {first} → {every}")
    assert locked.endswith(f"{setting} Value: {every} Locked: no → yes Reason: “Policy”")
    assert reset.endswith(f"{setting} Value: {every} → inherited Locked: yes")


def test_what_is_long_is_folded_and_still_there() -> None:
    dana = make_owner()
    make_rows(dana.account, after={"note": "word " * 60 + "end"})
    page = signed_in(dana).get("/account/audit/").content
    (summary,), (whole,) = elements(page, "//td//details/summary"), elements(page, "//td//details/div")
    assert len(summary.text_content()) < 120
    assert "end" in whole.text_content()


def test_what_somebody_typed_is_text_and_no_markup() -> None:
    dana = make_owner()
    make_rows(dana.account, target_label="<script>alert(1)</script>", after={"<b>": "<i>x</i>"}, reason="<u>")
    page = signed_in(dana).get("/account/audit/", {"who": '"><script>', "reference": "<b>"}).content.decode()
    assert "<script>alert" not in page
    assert '"><script>' not in page
    assert "<i>x" not in signed_in(dana).get("/account/audit/").content.decode()


def test_rows_of_any_shape_can_be_read() -> None:
    dana = make_owner()
    make_rows(
        dana.account, action="gone.action", target_type="", before=["a"], after={"deep": {"er": [1, {"x": None}]}}
    )
    (row,) = rows(signed_in(dana))
    assert "gone.action" in row
    assert "Deep: er (1, (x nothing))" in row


def test_pages_lead_to_older_rows_and_back() -> None:
    dana = make_owner()
    client = signed_in(dana)
    for number in range(120):
        make_rows(dana.account, target_label=f"Row {number:03}")

    first = rows(client)
    older = link(client, "/account/audit/", "Older")
    second, third = rows(client, older), rows(client, link(client, older, "Older"))

    assert [len(first), len(second), len(third)] == [50, 50, 20]
    assert "Row 119" in first[0]
    assert "Row 070" in first[-1]
    assert "Row 069" in second[0]
    assert "Row 000" in third[-1]
    assert link(client, "/account/audit/", "Newer") == ""
    assert link(client, link(client, older, "Older"), "Older") == ""
    assert rows(client, link(client, link(client, older, "Older"), "Newer")) == second
    assert rows(client, link(client, older, "Newer")) == first


def test_paging_keeps_the_filters() -> None:
    dana = make_owner()
    client = signed_in(dana)
    make_rows(dana.account, 60)
    make_rows(dana.account, 60, action=AuditAction.CONNECTED)
    older = link(client, "/account/audit/?action=sign_in.succeeded", "Older")
    assert "action=sign_in.succeeded" in older
    assert len(rows(client, older)) == 10


def test_rows_that_come_meanwhile_move_nothing() -> None:
    dana = make_owner()
    client = signed_in(dana)
    make_rows(dana.account, 60)
    older = link(client, "/account/audit/", "Older")
    before = rows(client, older)
    make_rows(dana.account, 60, target_label="New")
    assert rows(client, older) == before


@pytest.mark.parametrize("nonsense", ["x", "-1", "1.5", "9" * 40, "٣", "", "0"])
@pytest.mark.parametrize("parameter", ["before", "after"])
def test_a_made_up_place_to_go_on_from_is_no_error(parameter: str, nonsense: str) -> None:
    dana = make_owner()
    make_rows(dana.account)
    assert signed_in(dana).get("/account/audit/", {parameter: nonsense}).status_code == 200


def test_a_thousand_rows_cost_as_many_queries_as_one() -> None:
    dana = make_owner()
    ana = make_user(dana.account)
    client = signed_in(dana)
    audit.record(AuditAction.ROLE_CHANGED, account=dana.account, actor=dana, target=ana)
    asked = ("", "?who=ana&target=ana&action=sign_in.succeeded&from=2026-01-01")

    def queries() -> list[int]:
        counts = []
        for filters in asked:
            with CaptureQueriesContext(database) as captured:
                client.get(f"/account/audit/{filters}")
            counts.append(len(captured))
        return counts

    few = queries()
    make_rows(dana.account, 1000, actor_label="Ana Lima", target_id=ana.pk)
    assert queries() == few
    assert few[0] <= 4
