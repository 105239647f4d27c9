"""Trying Exchange servers out has a bound: nobody looks at other people's servers through Atrium."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Role, SettingValue, User
from calendar_integration import tasks
from calendar_integration.exchange_servers import ews_probe, server_trials
from calendar_integration.models import ServerTrial
from tests.accounts.settings_pages.visiting import Visitor, text_of
from tests.calendar_integration.exchange import EXCHANGE, exchange_server
from tests.calendar_integration.making import KEY
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


def make_trials(user: User, number: int, age: timedelta = timedelta()) -> None:
    """So many servers were asked for this person, so long ago."""
    ServerTrial.objects.bulk_create(
        ServerTrial(account=user.account, user=user, host="a.example") for _ in range(number)
    )
    ServerTrial.objects.filter(user=user).update(tried_at=timezone.now() - age)


def test_the_twenty_first_within_an_hour_is_not_asked_and_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ana = Visitor(make_user(make_account()))
    make_trials(ana.person, server_trials.MOST_OF_A_PERSON - 1)
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path, "127.0.0.1") as (server, url):
        ana.previews("/settings/", KEY, "set", method="ews", ews_url=url)
        assert len(server.requests) == 1
        answer = ana.confirms("/settings/", KEY, "set", method="ews", ews_url=url)
        assert len(server.requests) == 1, "the next is not asked any more"
    assert "Wait an hour, then save again" in text_of(answer)
    assert not SettingValue.objects.exists()


def test_a_company_has_a_bound_of_its_own_and_others_are_not_held_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    account = make_account()
    for number in range(5):
        make_trials(make_user(account, f"person{number}"), server_trials.MOST_OF_AN_ACCOUNT // 5)
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path, "127.0.0.1") as (server, url):
        with pytest.raises(ews_probe.UnfitServerError):
            server_trials.check(url, make_user(account, "dana", role=Role.OWNER))
        server_trials.check(url, make_user(make_account("fabrikam"), "finn"))
    assert len(server.requests) == 1


def test_an_hour_later_it_goes_on_and_after_a_day_nothing_is_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ana = make_user(make_account())
    make_trials(ana, server_trials.MOST_OF_A_PERSON, timedelta(minutes=61))
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path, "127.0.0.1") as (_server, url):
        server_trials.check(url, ana)
    ServerTrial.objects.update(tried_at=timezone.now() - timedelta(hours=25))
    tasks.expire_attempts()
    assert not ServerTrial.objects.exists()
