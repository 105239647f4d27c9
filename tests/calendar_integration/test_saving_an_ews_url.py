"""Saving an EWS URL on the settings pages: the server is asked first, and nothing is saved where it does not fit."""

import socket
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Account, Role, SettingValue, User
from tests.accounts.making_servers import Answer, whole
from tests.accounts.settings_pages.visiting import Visitor, text_of
from tests.calendar_integration.exchange import EXCHANGE, PATH, WINDOWS, asking_for, exchange_server, on_premises
from tests.calendar_integration.making import KEY, lock, make_group, set_integration
from tests.makers import make_account, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db
ACCOUNT, OWN = "/account/settings/", "/settings/"


@pytest.fixture(params=[False, True], ids=["without a dialog", "in a dialog"])
def dana(request: pytest.FixtureRequest) -> Visitor:
    """The owner of a company."""
    return Visitor(make_user(make_account(), "dana", role=Role.OWNER), dialog=request.param)


def saves(visitor: Visitor, url: str, base: str = ACCOUNT) -> Any:
    return visitor.confirms(base, KEY, "set", method="ews", ews_url=url)


def saved() -> list[str]:
    return [str(row.value["ews_url"]) for row in SettingValue.objects.filter(key=KEY)]


def test_a_server_that_fits_is_saved_after_it_was_asked(
    dana: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path, "127.0.0.1") as (server, url):
        assert saves(dana, url).status_code in (200, 302)
    assert saved() == [url]
    assert len(server.requests) == 2, "for the confirmation, and for the save"


@pytest.mark.parametrize(
    ("answer", "words", "guide"),
    [
        (asking_for(*WINDOWS), "not set up for sign-in by tokens", True),
        (whole(b"hello"), "not as an Exchange server", False),
        (whole(b"", "302 Found", "Location: https://elsewhere.example/"), "leads on to another address", False),
        (whole(b"", "302 Found", f"Location: https://outlook.office365.com{PATH}"), "1 April 2027", True),
    ],
)
def test_one_that_does_not_is_explained_and_nothing_is_saved_or_lost(
    dana: Visitor,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: Answer,
    words: str,
    guide: bool,
) -> None:
    with exchange_server(answer, settings, monkeypatch, tmp_path, "127.0.0.1") as (_server, url):
        asked = dana.previews(ACCOUNT, KEY, "set", method="ews", ews_url=url)
        pressed = dana.client.post(f"{ACCOUNT}change/{KEY}/set/", {"method": "ews", "ews_url": url, "seen": "0"})
    for page in (asked, pressed):
        assert page.status_code == 422
        text = text_of(page)
        assert words in text
        assert f'value="{url}"' in text
        assert ("/overview/guides/exchange-hybrid/" in text) == guide
    assert saved() == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://127.0.0.1/EWS/Exchange.asmx", "private network"),
        ("https://localhost/", "this machine itself"),
        ("https://169.254.169.254/EWS/Exchange.asmx", "private network"),
        ("https://10.0.0.5/", "private network"),
        ("https://[::1]/", "private network"),
        ("http://mail.contoso.example/", "begin with https://"),
        ("https://mail.contoso.example:8443/", "no port"),
        ("https://outlook.office365.com/EWS/Exchange.asmx", "1 October 2026"),
        ("https://nowhere.invalid/", "no Exchange server at nowhere.invalid"),
    ],
)
@pytest.mark.parametrize("base", [ACCOUNT, OWN])
def test_hostile_addresses_are_explained_and_not_saved(dana: Visitor, base: str, url: str, words: str) -> None:
    answer = saves(dana, url, base)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert saved() == []


def test_groups_and_people_are_asked_alike(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Visitor(make_user(make_account(), "dana", role=Role.OWNER))
    url = on_premises(owner.person.account, microsoft, settings, monkeypatch)
    sales = make_group(owner.person.account, "Sales", 1, owner.person)
    wrong = url.replace(PATH, "/healthz/none")
    for base in (f"/groups/{sales.pk}/settings/", OWN):
        assert saves(owner, wrong, base).status_code == 422
        assert saved() == [url]
    for base in (f"/groups/{sales.pk}/settings/", OWN):
        assert saves(owner, url, base).status_code == 302
    assert saved() == [url] * 3


def test_switching_off_locking_and_going_back_ask_nobody(dana: Visitor) -> None:
    account: Account = dana.person.account
    set_integration(account, method="ews", ews_url="https://gone.invalid/EWS/Exchange.asmx")
    assert dana.confirms(ACCOUNT, KEY, "lock", reason="Audit").status_code in (200, 302)
    assert dana.confirms(ACCOUNT, KEY, "set", switch="off").status_code in (200, 302)
    assert SettingValue.objects.get(key=KEY).value["on"] is False
    assert dana.confirms(ACCOUNT, KEY, "set", switch="on").status_code == 422, "nobody could connect"
    assert dana.confirms(ACCOUNT, KEY, "unlock").status_code in (200, 302)
    assert dana.confirms(ACCOUNT, KEY, "reset").status_code in (200, 302)


def test_nobody_below_a_lock_makes_us_ask_a_server(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    member: User = make_user(make_account())
    set_integration(member.account)
    lock(member.account, "Audit")
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path, "127.0.0.1") as (server, url):
        query = {"method": "ews", "ews_url": url}
        assert Visitor(member).previews(OWN, KEY, "set", **query).status_code == 403
        assert Visitor(member).client.post(f"{OWN}change/{KEY}/set/", {**query, "seen": "9"}).status_code == 403
    assert server.requests == []


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_server_is_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    owner = Visitor(make_user(make_account(), "dana", role=Role.OWNER))
    open_meanwhile: list[int] = []

    def answer(server: socket.socket) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
            )
            open_meanwhile.append(cursor.fetchone()[0])
        connection.close()  # of this thread
        EXCHANGE(server)

    with exchange_server(answer, settings, monkeypatch, tmp_path, "127.0.0.1") as (_server, url):
        saves(owner, url)
    assert saved() == [url]
    assert open_meanwhile == [0, 0]
