"""The Overview of owners and admins, and who lands there."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from calendar_integration.models import AskMode, Connection, ConnectionState
from tests.makers import make_account, make_connection, make_service, make_user
from tests.portal.making_overview import finish
from tests.sso.making import make_provider

pytestmark = pytest.mark.django_db

PAGE = "/overview/"


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_owner_sees_what_is_to_be_done_and_begins_there() -> None:
    dana = sign_in(make_user(make_account(), "dana", role=Role.OWNER))
    text = dana.get(PAGE).content.decode()
    assert "Single sign-on set up, tested and in use" in text
    assert "Add calendar service" in text
    assert "are not supported" in text
    assert dana.get("/").headers["Location"] == PAGE


def test_members_begin_with_their_meetings() -> None:
    assert sign_in(make_user(make_account(), "kim")).get("/").headers["Location"] == "/meetings/"


def test_once_everything_is_in_place_admins_begin_with_their_meetings_too() -> None:
    contoso = make_account()
    lee = make_user(contoso, "lee", role=Role.ADMIN)
    finish(contoso)
    assert sign_in(lee).get("/").headers["Location"] == PAGE
    make_connection(make_user(contoso, "ana"))
    assert sign_in(lee).get("/").headers["Location"] == "/meetings/"
    assert "Everything is in place" in sign_in(lee).get(PAGE).content.decode()


def test_only_this_accounts_people_and_connections_count() -> None:
    contoso, fabrikam = make_account(), make_account("fabrikam")
    dana = make_user(contoso, "dana", role=Role.OWNER)
    finish(contoso)
    make_connection(make_user(fabrikam, "finn"))
    make_connection(make_user(contoso, "ana"), ConnectionState.NEEDS_REAUTHORIZATION)
    make_user(contoso, "gone", is_active=False)
    assert "Nobody yet." in sign_in(dana).get(PAGE).content.decode()
    make_connection(make_user(contoso, "bo"))
    assert "1 of 3 people." in sign_in(dana).get(PAGE).content.decode()


def test_it_takes_as_many_queries_for_two_thousand_people_as_for_one() -> None:
    contoso = make_account()
    finish(contoso)
    dana = sign_in(make_user(contoso, "dana", role=Role.OWNER))
    dana.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        dana.get(PAGE)
    people = User.objects.bulk_create(
        User(account=contoso, email=f"p{number}@contoso.example", name=f"P {number}") for number in range(2_000)
    )
    Connection.objects.bulk_create(
        Connection(user=person, account=contoso, state=ConnectionState.ACTIVE) for person in people[::2]
    )
    with CaptureQueriesContext(connection) as many:
        text = dana.get(PAGE).content.decode()
    assert "1,000 of 2,001 people." in text
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("signs_on", "leads_to"),
    [
        (False, {"/account/sso/", "/rooms/calendar-integration/"}),
        (True, {"/account/settings/", "/overview/federation/"}),
    ],
)
def test_every_link_of_the_page_opens(signs_on: bool, leads_to: set[str]) -> None:
    contoso = make_account()
    make_service(contoso, ask=AskMode.OFF)
    if signs_on:
        make_provider(contoso)
    dana = sign_in(make_user(contoso, "dana", role=Role.OWNER))
    page = dana.get(PAGE).content.decode()
    links = set(re.findall(r'href="(/[^"#?]*)', page[page.index("<main") :]))
    assert links > leads_to
    assert {link: dana.get(link).status_code for link in links} == dict.fromkeys(links, 200)
