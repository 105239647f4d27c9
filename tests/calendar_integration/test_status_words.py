"""Every state of a connection has its words and one button, on Profile and on Meetings alike."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from calendar_integration.mailbox_status.status_reading import mailbox_status
from calendar_integration.mailbox_status.status_words import WORDS
from calendar_integration.models import CalendarService, Connection, ConnectionState, ConsentRequest, ConsentState
from tests.accounts.making_history import elements, text_of
from tests.makers import make_account, make_connection, make_service, make_user

pytestmark = pytest.mark.django_db

BUTTON = "//main//a[contains(@href, '/office365/authorize/')]"


def make_person(state: ConnectionState, **fields: Any) -> User:
    account = make_account()
    make_service(account)
    user = make_user(account)
    make_connection(user, state, **fields)
    return user


def visit(user: User, path: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(path)


@pytest.mark.parametrize("state", list(ConnectionState))
def test_every_state_has_words_and_at_most_one_way_to_microsoft(state: ConnectionState) -> None:
    lost = {"mailbox": "ana@contoso.example"} if state == ConnectionState.NEEDS_REAUTHORIZATION else {}
    now = timezone.now()
    since = {"connected_at": now} if state == ConnectionState.ACTIVE else {}
    user = make_person(state, last_good_sync_at=now, **lost, **since)
    for path in ("/profile/", "/meetings/"):
        page = visit(user, path)
        words = WORDS[state]
        text = text_of(page)
        if state == ConnectionState.NEEDS_REAUTHORIZATION:
            assert "Not kept up to date. Last good sync: just now." in text, "why, the banner above says"
            assert text.count("Microsoft no longer accepts") == 1
        else:
            assert all(sentence in text for sentence in words.text.rstrip(".").split(". "))
        buttons = [each.text for each in elements(page.content, BUTTON)]
        if path == "/profile/" and state == ConnectionState.NONE:
            assert buttons == [], "the steps begin with Configure"
        elif path == "/profile/" and state == ConnectionState.NEEDS_REAUTHORIZATION:
            assert buttons == [words.action], "in the banner of every page, and nowhere else"
        else:
            assert buttons == ([words.action] if words.action else [])
    assert len(elements(visit(user, "/profile/").content, "//main//a[@href='/profile/office365/']")) == 1


def test_whoever_waits_for_an_admin_reads_since_when_and_checks_without_being_stranded_again() -> None:
    user = make_person(ConnectionState.BLOCKED_BY_ADMIN)
    asked_at = timezone.now() - timedelta(days=2)
    ConsentRequest.objects.create(account=user.account, user=user, asked_at=asked_at)
    for path in ("/profile/", "/meetings/"):
        page = visit(user, path)
        assert f"You asked for it on {asked_at.day}" in text_of(page)
        (button,) = elements(page.content, BUTTON)
        assert (button.text, "silent=1" in button.get("href")) == ("Check again", True)


@pytest.mark.parametrize("state", [ConsentState.REPORTED, ConsentState.CONFIRMED])
def test_whoever_waits_is_told_that_an_admin_has_agreed_and_can_connect(state: ConsentState) -> None:
    user = make_person(ConnectionState.BLOCKED_BY_ADMIN)
    now = timezone.now()
    CalendarService.objects.update(consent_state=state, consent_reported_at=now, consent_for_everyone_at=now)
    page = visit(user, "/meetings/")
    assert "An Office 365 admin of your company has approved Microsoft reported it on" in text_of(page)
    (button,) = elements(page.content, BUTTON)
    assert (button.text, "silent=1" in button.get("href")) == ("Connect Office 365", False)


def test_what_is_still_to_be_deleted_after_disconnecting_is_said() -> None:
    user = make_person(ConnectionState.DISCONNECTED_BY_USER, to_forget=True)
    assert "is being deleted" in mailbox_status(user).text
    Connection.objects.update(to_forget=False)
    assert "keeps nothing" in mailbox_status(user).text


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ADMIN])
def test_without_a_service_no_page_pretends_that_the_calendar_is_empty(role: Role) -> None:
    user = make_user(make_account(), role=role)
    page = visit(user, "/meetings/")
    assert "Your company has not set up Office 365 in Atrium yet" in text_of(page)
    assert "No meetings" not in text_of(page)
    assert ("Add calendar service" in text_of(page)) is (role == Role.ADMIN)
