"""A person's own page, where they choose the clock their meetings are shown by."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditAction, AuditEvent, User
from accounts.time_zones import known_time_zones, time_zone_of
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


def make_ana(client: Client, **fields: Any) -> User:
    """Ana, signed in; her account's clock is Madrid's."""
    ana = make_user(make_account(time_zone="Europe/Madrid"), **fields)
    client.force_login(ana)
    return ana


def chosen(user: User) -> str:
    """What is kept."""
    return User.objects.get(pk=user.pk).time_zone


def test_the_page_says_who_somebody_is(client: Client) -> None:
    make_ana(client)
    text = client.get("/profile/").content.decode()
    assert "You are Ana Lima, member in Contoso." in text
    assert "Same as Contoso (Europe/Madrid)" in text


def test_a_time_zone_is_saved_and_remembered(client: Client) -> None:
    ana = make_ana(client)

    answer = client.post("/profile/", {"time_zone": "America/New_York"}, follow=True)

    assert answer.redirect_chain == [("/profile/", 302)]
    assert "Time zone saved." in answer.content.decode()
    assert '<option value="America/New_York" selected>America/New York</option>' in answer.content.decode()
    assert chosen(ana) == "America/New_York"
    event = AuditEvent.objects.get(action=AuditAction.TIME_ZONE_CHANGED)
    assert (event.actor, event.target_id) == (ana, ana.pk)
    assert (event.before, event.after) == ({"time_zone": ""}, {"time_zone": "America/New_York"})


def test_saving_the_same_again_is_no_event(client: Client) -> None:
    make_ana(client, time_zone="UTC")
    client.post("/profile/", {"time_zone": "UTC"})
    assert not AuditEvent.objects.exists()


def test_the_companys_clock_can_be_taken_back(client: Client) -> None:
    ana = make_ana(client, time_zone="UTC")
    client.post("/profile/", {"time_zone": "account"})
    assert AuditEvent.objects.get().after == {"time_zone": "account"}
    assert time_zone_of(User.objects.get(pk=ana.pk)).key == "Europe/Madrid"


def test_the_companys_clock_once_chosen_is_not_overruled_by_the_browser(client: Client) -> None:
    ana = make_ana(client)
    client.post("/profile/", {"time_zone": "account"})
    client.post("/profile/time-zone/", {"time_zone": "Asia/Tokyo"})
    assert chosen(ana) == "account"


@pytest.mark.parametrize("impossible", ["Mars/Olympus", "europe/madrid", "../../etc/passwd", "<b>", "UTC\0"])
def test_an_impossible_time_zone_is_named_and_changes_nothing(client: Client, impossible: str) -> None:
    ana = make_ana(client, time_zone="UTC")
    answer = client.post("/profile/", {"time_zone": impossible})
    assert answer.status_code == 422
    assert "is not a time zone we know." in answer.content.decode()
    assert "<b>" not in answer.content.decode()
    assert chosen(ana) == "UTC"
    assert not AuditEvent.objects.exists()


def test_the_browsers_time_zone_is_taken_over_where_none_was_chosen(client: Client) -> None:
    ana = make_ana(client)
    assert client.post("/profile/time-zone/", {"time_zone": "Asia/Tokyo"}).status_code == 204
    assert chosen(ana) == "Asia/Tokyo"
    assert AuditEvent.objects.get().after == {"time_zone": "Asia/Tokyo"}


def test_the_browsers_time_zone_does_not_overrule_a_choice(client: Client) -> None:
    ana = make_ana(client, time_zone="UTC")
    assert client.post("/profile/time-zone/", {"time_zone": "Asia/Tokyo"}).status_code == 204
    assert chosen(ana) == "UTC"
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("nonsense", ["", "Mars/Olympus", "undefined"])
def test_a_browser_that_talks_nonsense_is_not_listened_to(client: Client, nonsense: str) -> None:
    ana = make_ana(client)
    assert client.post("/profile/time-zone/", {"time_zone": nonsense}).status_code == 204
    assert chosen(ana) == ""


@pytest.mark.parametrize(
    ("own", "company", "clock"),
    [
        ("Asia/Tokyo", "Europe/Madrid", "Asia/Tokyo"),
        ("", "Europe/Madrid", "Europe/Madrid"),
        ("Gone/Town", "Europe/Madrid", "Europe/Madrid"),
        ("Gone/Town", "../etc", "UTC"),
        ("", "", "UTC"),
    ],
)
def test_whose_clock_counts(own: str, company: str, clock: str) -> None:
    ana = make_user(make_account(time_zone=company), time_zone=own)
    assert time_zone_of(ana).key == clock


def test_people_choose_among_places() -> None:
    names = known_time_zones()
    assert names[0] == "UTC"
    assert "Europe/Madrid" in names
    assert not [name for name in names if name.startswith("Etc/")]


def test_no_choice_at_all_is_asked_for_again(client: Client) -> None:
    ana = make_ana(client, time_zone="UTC")
    answer = client.post("/profile/", {})
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()
    assert chosen(ana) == "UTC"
