"""Looking for something in the audit log: what was typed means people, groups, days; nonsense is named and kept."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from accounts import audit
from accounts.audit_log import filters, people_and_groups
from accounts.models import AuditAction, AuditEvent, Group, User
from tests.accounts.making_history import elements, make_owner, make_rows, signed_in
from tests.makers import make_account, make_user

NOTHING_TYPED = dict.fromkeys(filters.PARAMETERS, "")
SOME_ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")]


def found(owner: User, **asked: str) -> list[str]:
    """The labels of the targets of the rows that fit, newest first."""
    page = signed_in(owner).get("/account/audit/", asked).content
    return [str(kind.tail).strip() for kind in elements(page, "//tbody/tr/td[3]/div[1]/span")]


@pytest.mark.django_db
def test_by_action() -> None:
    dana = make_owner()
    make_rows(dana.account, target_label="In")
    make_rows(dana.account, target_label="Refused", action=AuditAction.SIGN_IN_REFUSED)
    assert found(dana, action="sign_in.refused") == ["Refused"]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["kim", "Kim Lima", "KIM@contoso", "kim@contoso.example", " kim "])
def test_by_who_did_it(who: str) -> None:
    dana = make_owner()
    make_rows(dana.account, actor=make_user(dana.account, "kim"), target_label="By Kim")
    make_rows(dana.account, actor=dana, target_label="By Dana to Kim")
    assert found(dana, who=who) == ["By Kim"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "label"),
    [("Operator command", "Operator command"), ("synchron", "Synchronisation"), ("sso", "SSO: https://idp.example")],
)
def test_by_parts_of_the_product(who: str, label: str) -> None:
    dana = make_owner()
    make_rows(dana.account, actor_label=label, target_label="Found")
    make_rows(dana.account, actor=dana, actor_label=label, target_label="Somebody called so")
    make_rows(dana.account, actor_label="Something else", target_label="Other")
    assert found(dana, who=who) == ["Found"]


@pytest.mark.django_db
def test_a_company_name_does_not_mean_everyone_at_its_domain() -> None:
    dana = make_owner()
    make_rows(dana.account, target_type="account", target_id=dana.account.pk, target_label="Contoso")
    make_rows(dana.account, target_id=dana.pk, target_label="Dana")
    assert found(dana, target="contoso") == ["Contoso"]


@pytest.mark.django_db
def test_by_target_whatever_it_was_called_then() -> None:
    dana = make_owner()
    sales = Group.objects.create(account=dana.account, name="Sales", priority=1)
    make_rows(dana.account, target_type="group", target_id=sales.pk, target_label="Its old name")
    make_rows(dana.account, target_type="user", target_id=sales.pk, target_label="Somebody with the same number")
    assert found(dana, target="sal") == ["Its old name"]


@pytest.mark.django_db
def test_a_group_that_is_gone_is_still_found() -> None:
    dana = make_owner()
    sales = Group.objects.create(account=dana.account, name="Sales", priority=1)
    audit.record(AuditAction.GROUP_CREATED, account=dana.account, actor=dana, target=sales)
    audit.record(AuditAction.GROUP_DELETED, account=dana.account, actor=dana, target=sales)
    sales.delete()
    assert found(dana, target="sales") == ["Sales", "Sales"]


@pytest.mark.django_db
def test_people_of_another_company_mean_nobody() -> None:
    dana = make_owner()
    kim = make_user(make_account("fabrikam"), "kim")
    make_rows(dana.account, actor=kim, target_id=kim.pk)
    assert found(dana, who="kim") == []
    assert found(dana, target="kim") == []


@pytest.mark.django_db
def test_by_days_of_the_persons_clock() -> None:
    dana = make_owner(time_zone="America/New_York")
    for hour in (3, 5, 28, 29):
        make_rows(dana.account, target_label=f"{hour}")
        AuditEvent.objects.filter(target_label=f"{hour}").update(
            at=datetime(2026, 7, 1, tzinfo=UTC) + timedelta(hours=hour)
        )
    # There, the first of July is from 04:00 to 04:00 UTC.
    assert found(dana, **{"from": "2026-07-01", "to": "2026-07-01"}) == ["5"]
    assert found(dana, **{"from": "2026-07-02"}) == ["29", "28"]
    assert found(dana, to="2026-06-30") == ["3"]


@pytest.mark.django_db
def test_by_reference() -> None:
    dana = make_owner()
    make_rows(dana.account, reference="7F3K-22XB", target_label="That one")
    make_rows(dana.account, target_label="Another")
    assert found(dana, reference=" 7f3k-22xb ") == ["That one"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"from": "yesterday"}, "“yesterday” is not a day. Write it like 2026-11-22."),
        ({"to": "2026-02-30"}, "“2026-02-30” is not a day."),
        ({"from": "0001-01-01"}, "Choose a day between 2000 and 2199."),
        ({"to": "9999-12-31"}, "Choose a day between 2000 and 2199."),
        ({"from": "2026-07-02", "to": "2026-07-01"}, "This day is before the first one."),
        ({"action": "made.up"}, "Choose one of the actions of the list."),
    ],
)
@pytest.mark.parametrize("address", ["/account/audit/", "/account/audit.csv"])
def test_nonsense_is_named_and_nothing_typed_is_lost(asked: dict[str, str], sentence: str, address: str) -> None:
    client = signed_in(make_owner())
    answer = client.get(address, {**asked, "who": "Dana", "reference": "7F3K-22XB"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    for typed in ("Dana", "7F3K-22XB", *(text for name, text in asked.items() if name != "action")):
        assert f'value="{typed}"' in page
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("parameter", ["who", "target"])
def test_a_part_that_means_too_many_people_is_asked_for_again(parameter: str) -> None:
    dana = make_owner()
    User.objects.bulk_create(
        User(account=dana.account, email=f"p{number}@contoso.example", name="Pat Smith") for number in range(101)
    )
    client = signed_in(dana)
    answer = client.get("/account/audit/", {parameter: "smith"})
    assert answer.status_code == 422
    assert f"More than {people_and_groups.AT_MOST} fit. Write more of the name" in answer.content.decode()
    assert client.get("/account/audit/", {parameter: "p7@contoso.example"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["\0", "%", "_", "\\", "'; --", "x" * 5000, "\u202e"])
def test_odd_characters_find_nothing_and_break_nothing(odd: str) -> None:
    dana = make_owner()
    make_rows(dana.account, actor=dana, target_id=dana.pk)
    for parameter in ("who", "target", "reference"):
        assert signed_in(dana).get("/account/audit/", {parameter: odd}).status_code == 200
        if odd != "\0":
            assert found(dana, **{parameter: odd}) == []


@given(first=some.dates(date(2000, 1, 1), date(2199, 12, 31)), zone=some.sampled_from(SOME_ZONES))
def test_a_day_is_exactly_what_that_clock_calls_by_its_name(first: date, zone: ZoneInfo) -> None:
    asked = filters.read({**NOTHING_TYPED, "from": first.isoformat(), "to": first.isoformat()}, actions=(), zone=zone)
    since, until = asked.filters.since, asked.filters.until
    assert not asked.errors
    assert since is not None
    assert until is not None
    moment = timedelta(microseconds=1)
    if since < until:  # Apia has once left a whole day out
        assert since.astimezone(zone).date() == (until - moment).astimezone(zone).date() == first
    assert (since - moment).astimezone(zone).date() < first
    assert until.astimezone(zone).date() > first
