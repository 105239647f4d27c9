"""The audit log as a file: the same rows as the page, safe to open, of any length in the same memory."""

import csv
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, AuditAction, AuditEvent
from tests.accounts.making_history import make_owner, make_rows, signed_in
from tests.makers import make_account

pytestmark = pytest.mark.django_db


def lines(client: Client, **asked: str) -> list[list[str]]:
    """The file's rows without its header."""
    answer = client.get("/account/audit.csv", asked)
    assert answer.status_code == 200
    return list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines()))[1:]


def test_every_column() -> None:
    dana = make_owner(time_zone="Europe/Madrid")
    make_rows(
        dana.account, before={"a": 1}, after={"a": None}, reason="Because", reference="7F3K-22XB", target_label="Ana, L"
    )
    AuditEvent.objects.update(at=datetime(2026, 7, 1, 10, 5, 9, tzinfo=UTC))
    answer = signed_in(dana).get("/account/audit.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="atrium-audit-contoso-')
    assert answer.getvalue().decode("utf-8-sig").splitlines() == [
        "at,actor,action,target_type,target,before,after,reason,reference,address",
        "2026-07-01T10:05:09+00:00,Ana Lima,sign_in.succeeded,user,"
        '"Ana, L","{""a"": 1}","{""a"": null}",Because,7F3K-22XB,198.51.100.7',
    ]


def test_the_filters_of_the_page_hold() -> None:
    dana = make_owner()
    make_rows(dana.account, 2)
    make_rows(dana.account, action=AuditAction.CONNECTED, target_label="That one")
    make_rows(make_account("fabrikam"), action=AuditAction.CONNECTED, target_label="Theirs")
    assert [line[4] for line in lines(signed_in(dana), action="calendar.connected")] == ["That one"]


def test_no_cell_is_a_formula() -> None:
    dana = make_owner()
    for dangerous in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/C calc'!A0"):
        make_rows(dana.account, actor_label=dangerous, target_label=dangerous, reason=dangerous)
    for line in lines(signed_in(dana)):
        assert {line[1][0], line[4][0], line[7][0]} == {"'"}


def test_taking_it_is_itself_in_the_log_with_the_filters() -> None:
    dana = make_owner()
    make_rows(dana.account)
    assert len(lines(signed_in(dana), who="Dana", to="2199-01-01")) == 0
    event = AuditEvent.objects.get(action=AuditAction.AUDIT_EXPORTED)
    assert (event.actor, event.target_type, event.target_id) == (dana, "account", dana.account.pk)
    assert event.after == {"who": "Dana", "to": "2199-01-01"}
    assert event.address == "127.0.0.1"


def test_it_ends_with_the_moment_it_was_asked_for() -> None:
    dana = make_owner()
    make_rows(dana.account, 3)
    answer: Any = signed_in(dana).get("/account/audit.csv")
    make_rows(dana.account, 3, target_label="Later")
    text = answer.getvalue().decode()
    assert text.count("\r\n") == 4
    assert "Later" not in text


def memory_for(account: Account, client: Client, rows: int) -> int:
    """The most memory, in bytes, that streaming so many rows takes at a time."""
    make_rows(account, rows, after={"note": "x" * 100})
    tracemalloc.start()
    received = sum(chunk.count(b"\r\n") for chunk in client.get("/account/audit.csv"))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert received >= rows
    return peak


def test_twenty_thousand_rows_take_the_memory_of_four_thousand() -> None:
    dana = make_owner()
    client = signed_in(dana)
    few = memory_for(dana.account, client, 4_000)
    many = memory_for(dana.account, client, 20_000)
    assert many < few * 1.2
