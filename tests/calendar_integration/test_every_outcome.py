"""Rule R5 as a table: how an authorization may end, and every answer that nobody at Microsoft would send.

Each ends signed in and explained, with one thing to do and a reference; nothing is connected but where all is right.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.utils import timezone

from calendar_integration.authorization import attempts
from calendar_integration.authorization.outcomes import OF_OUTCOME, Step
from calendar_integration.integration_setting import CalendarAccess, Permissions
from calendar_integration.models import (
    AdminConsentAttempt,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Outcome,
)
from tests.accounts.making_history import elements, text_of
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making import lock, offer_consent, set_integration
from tests.makers import CONTOSO_TENANT, make_account, make_attempt, make_service, make_user
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

REFERENCE = re.compile(r"Reference [0-9A-Z]{4}-[0-9A-Z]{4}")
Way = Callable[[Traveller], Any]


def make_ana(microsoft: Sandbox, consent: ConsentState = ConsentState.UNKNOWN) -> Traveller:
    account = make_account()
    make_service(account, consent_state=consent, consent_for_everyone_at=timezone.now())
    return Traveller(make_user(account, "ana"), microsoft)


def last() -> AuthorizationAttempt:
    return AuthorizationAttempt.objects.latest("pk")


def followed(ana: Traveller, response: Any) -> Any:
    """The page at the end, wherever the answer led."""
    while response.status_code == 302:
        response = ana.client.get(response["Location"])
    return response


# The ways to Microsoft and back.


def accept(ana: Traveller) -> Any:
    return ana.come_back(ana.answer())


def cancel(ana: Traveller) -> Any:
    return ana.come_back(ana.answer("Cancel"))


def fault(name: str) -> Way:
    def way(ana: Traveller) -> Any:
        ana.microsoft.fault(name, count=1)
        return accept(ana)

    return way


def as_bo(ana: Traveller) -> Any:
    ana.name_at_microsoft = "Bo Lindqvist"
    return accept(ana)


def never_back(ana: Traveller) -> Any:
    ana.leave()
    AuthorizationAttempt.objects.update(started_at=last().started_at - timedelta(minutes=16))
    attempts.expire()
    return ana.client.get(f"/office365/outcome/{last().reference}/")


def consent_withdrawn_meanwhile(ana: Traveller) -> Any:
    address = ana.answer()
    ana.microsoft.control("DELETE", "/tenants/contoso.example/consent")
    return ana.come_back(address)


def switched_off_meanwhile(ana: Traveller) -> Any:
    address = ana.answer()
    set_integration(ana.user.account, on=False)
    return ana.come_back(address)


def locked_to_something_else_meanwhile(ana: Traveller) -> Any:
    address = ana.answer()
    set_integration(ana.user.account, calendars="readwrite")
    lock(ana.user.account, "Invitations")
    return ana.come_back(address)


def with_code_of(person: str) -> Way:
    """Her own state, with a code that Microsoft gave to somebody else."""

    def way(ana: Traveller) -> Any:
        other = Traveller(make_user(ana.user.account, "bo"), ana.microsoft, person)
        code = parse_qs(urlsplit(other.answer()).query)["code"][0]
        state = parse_qs(urlsplit(ana.leave()).query)["state"][0]
        return ana.client.get("/office365/callback/", {"code": code, "state": state})

    return way


def typed(**query: str) -> Way:
    """An answer to her open attempt as nobody at Microsoft wrote it."""

    def way(ana: Traveller) -> Any:
        ana.leave()
        return ana.client.get("/office365/callback/", {"state": last().state, **query})

    return way


@dataclass(frozen=True)
class Ends:
    """How it ends: the outcome, the state of the connection, what the page says, and its one button."""

    outcome: Outcome
    state: ConnectionState
    words: str
    button: str


NONE, BLOCKED = ConnectionState.NONE, ConnectionState.BLOCKED_BY_ADMIN
KNOWN, UNKNOWN = ConsentState.CONFIRMED, ConsentState.UNKNOWN
UNUSABLE = Ends(Outcome.ERROR, NONE, "Microsoft's answer could not be used.", "Try again")
PRESSED_CANCEL = Ends(Outcome.DECLINED, NONE, "Somebody pressed Cancel at Microsoft", "Connect Office 365")
LESS = "These permissions are missing: "
BUSY = Ends(Outcome.UNAVAILABLE, NONE, "Microsoft's sign-in service did not answer as it should.", "Try again")
SECRET = Ends(Outcome.UNAVAILABLE, NONE, "has to be renewed by whoever runs Atrium", "Go on without it")
UNASSIGNED = Ends(Outcome.ERROR, NONE, "Ask your Office 365 admin to assign you", "Go on without it")

TABLE: list[tuple[str, ConsentState, Way, Ends]] = [
    ("declined, and the company has agreed", KNOWN, cancel, PRESSED_CANCEL),
    ("a decline of the browser's own", KNOWN, fault("identity.decline"), PRESSED_CANCEL),
    (
        "never came back, and the company has agreed",
        KNOWN,
        never_back,
        Ends(Outcome.EXPIRED, NONE, "did not come back within fifteen minutes", "Connect Office 365"),
    ),
    ("Microsoft in trouble", UNKNOWN, fault("identity.server_error"), BUSY),
    ("the token endpoint is down", UNKNOWN, fault("token.unavailable"), BUSY),
    ("the token endpoint answers a page", UNKNOWN, fault("token.html"), BUSY),
    ("the token endpoint answers nothing", UNKNOWN, fault("token.unreadable"), BUSY),
    ("our own secret is refused", UNKNOWN, fault("token.invalid_client"), SECRET),
    ("not assigned to Atrium at Microsoft", UNKNOWN, fault("token.not_assigned"), UNASSIGNED),
    (
        "another nonce",
        UNKNOWN,
        fault("token.wrong_nonce"),
        Ends(Outcome.INVALID_TOKEN, NONE, "did not check out", "Try again"),
    ),
    (
        "another tenant",
        UNKNOWN,
        fault("token.wrong_tenant"),
        Ends(Outcome.WRONG_TENANT, NONE, "an account of another organisation. Nothing was connected.", "Try again"),
    ),
    (
        "another person's mailbox",
        UNKNOWN,
        as_bo,
        Ends(Outcome.WRONG_MAILBOX, NONE, "the mailbox of bo@contoso.example, but you are signed in here", "Try again"),
    ),
    (
        "a token about another person",
        UNKNOWN,
        fault("token.wrong_person"),
        Ends(Outcome.WRONG_MAILBOX, NONE, "", "Try again"),
    ),
    ("fewer permissions", UNKNOWN, fault("token.fewer_scopes"), Ends(Outcome.FEWER_SCOPES, NONE, LESS, "Try again")),
    (
        "switched off meanwhile",
        UNKNOWN,
        switched_off_meanwhile,
        Ends(Outcome.SWITCHED_OFF, NONE, "is switched off for the whole company, by Dana Reyes.", "Go on without it"),
    ),
    (
        "locked to other permissions meanwhile",
        UNKNOWN,
        locked_to_something_else_meanwhile,
        Ends(Outcome.SETTING_CHANGED, NONE, "locked to other permissions for the whole company", "Try again"),
    ),
    ("an error nobody knows", UNKNOWN, typed(error="invalid_request"), UNUSABLE),
    ("neither a code nor an error", UNKNOWN, typed(), UNUSABLE),
    ("a code that is none", UNKNOWN, typed(code="invented"), UNUSABLE),
    ("her state with somebody else's code", UNKNOWN, with_code_of("Bo Lindqvist"), UNUSABLE),
    (
        "an error with admin_consent=True at once",
        KNOWN,
        typed(error="access_denied", error_subcode="cancel", admin_consent="True", tenant=str(CONTOSO_TENANT)),
        PRESSED_CANCEL,
    ),
]


@pytest.mark.parametrize(("consent", "way", "ends"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_outcome_is_a_page_with_one_thing_to_do(
    microsoft: Sandbox, consent: ConsentState, way: Way, ends: Ends
) -> None:
    ana = make_ana(microsoft, consent)
    page = followed(ana, way(ana))
    attempt = AuthorizationAttempt.objects.filter(user=ana.user).latest("pk")
    assert (attempt.outcome, Connection.objects.get(user=ana.user).state) == (ends.outcome, ends.state)
    assert page.status_code == 200
    assert ends.words in text_of(page)
    assert f"Reference {attempt.reference}" in text_of(page)
    assert [each.text for each in elements(page.content, "//main//a[contains(@class, 'btn-primary')]")] == [ends.button]
    assert_signed_in_and_nothing_connected(ana)


# Where the company's consent may be what is missing, the page explains that instead.
APPROVAL: list[tuple[str, Way, Outcome, ConnectionState]] = [
    ("declined", cancel, Outcome.DECLINED, NONE),
    ("stranded at Microsoft, and back by its link", fault("identity.decline"), Outcome.DECLINED, NONE),
    ("never came back", never_back, Outcome.EXPIRED, NONE),
    (
        "Microsoft asks for consent in the browser",
        fault("identity.consent_required"),
        Outcome.CONSENT_REQUIRED,
        BLOCKED,
    ),
    ("Microsoft refuses the token", consent_withdrawn_meanwhile, Outcome.CONSENT_REQUIRED, BLOCKED),
    ("an error with admin_consent=True", typed(error="access_denied", admin_consent="True"), Outcome.DECLINED, NONE),
]


@pytest.mark.parametrize(("way", "outcome", "state"), [row[1:] for row in APPROVAL], ids=[row[0] for row in APPROVAL])
def test_where_an_approval_may_be_missing_the_page_says_what_that_means(
    microsoft: Sandbox, way: Way, outcome: Outcome, state: ConnectionState
) -> None:
    ana = make_ana(microsoft)
    page = followed(ana, way(ana))
    assert (last().outcome, Connection.objects.get().state) == (outcome, state)
    assert page.status_code == 200
    assert "Office 365 admin" in text_of(page)
    assert last().reference in text_of(page)
    assert_signed_in_and_nothing_connected(ana)


def test_somebody_who_is_still_away_is_pending_and_gets_the_same_help(microsoft: Sandbox) -> None:
    ana = make_ana(microsoft)
    ana.leave()
    assert Connection.objects.get().state == ConnectionState.PENDING
    page = ana.client.get("/meetings/").content.decode()
    assert "You went to Microsoft and have not come back yet" in page
    assert 'href="/office365/approval/"' in page
    assert "Office 365 admin" in text_of(ana.client.get("/office365/approval/"))


# Answers that belong to nothing this person has open: refused, explained, and nothing has changed.


def without_state(ana: Traveller) -> Any:
    parts = urlsplit(ana.answer())
    code = parse_qs(parts.query)["code"][0]
    return ana.client.get("/office365/callback/", {"code": code})


def with_somebody_elses_state(ana: Traveller) -> Any:
    bo = Traveller(make_user(ana.user.account, "bo"), ana.microsoft, "Bo Lindqvist")
    return ana.come_back(bo.answer())


def after_twenty_minutes(ana: Traveller) -> Any:
    address = ana.answer()
    AuthorizationAttempt.objects.update(started_at=last().started_at - timedelta(minutes=20))
    return ana.come_back(address)


def a_second_time(ana: Traveller) -> Any:
    address = ana.answer("Cancel")
    ana.come_back(address)
    return ana.come_back(address)


def a_code_for_a_used_state(ana: Traveller) -> Any:
    decline = ana.answer("Cancel")
    ana.come_back(decline)
    state = parse_qs(urlsplit(decline).query)["state"][0]
    code = parse_qs(urlsplit(ana.answer()).query)["code"][0]
    return ana.client.get("/office365/callback/", {"code": code, "state": state})


@pytest.mark.parametrize(
    "way", [without_state, with_somebody_elses_state, after_twenty_minutes, a_second_time, a_code_for_a_used_state]
)
def test_an_answer_to_nothing_is_explained_and_changes_nothing(microsoft: Sandbox, way: Way) -> None:
    ana = make_ana(microsoft)
    page = way(ana)
    assert page.status_code == 400
    assert "Nothing was connected" in text_of(page)
    assert REFERENCE.search(text_of(page))
    buttons = elements(page.content, "//main//a[contains(@class, 'btn-primary')]")
    assert [each.text for each in buttons] == ["Connect Office 365"]
    assert_signed_in_and_nothing_connected(ana)


def test_the_answer_that_connected_brought_a_second_time_says_that_all_is_well(microsoft: Sandbox) -> None:
    ana = make_ana(microsoft)
    address = ana.answer()
    ana.come_back(address)
    page = ana.come_back(address)
    assert page.status_code == 400
    assert "Your mailbox is connected, and stays so." in text_of(page)
    assert "/office365/authorize/" not in page.content.decode()
    assert Connection.objects.get().is_active


# The same for an admin who agrees on behalf of the company: the callback of a browser proves nothing.


def admin_answer(ana: Traveller, **parts: str) -> Any:
    ana.client.get("/office365/authorize/?for_company=1&next=/profile/")
    said = {"admin_consent": "True", "tenant": str(CONTOSO_TENANT), "state": AdminConsentAttempt.objects.get().state}
    return ana.client.get(f"/office365/admin-consent/?{urlencode({**said, **parts})}")


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"error": "consent_required", "error_subcode": "cancel"}, 302),
        ({"error": "access_denied"}, 302),
        ({"tenant": "22222222-aaaa-4bbb-8ccc-000000000002"}, 302),
        ({"admin_consent": "False"}, 302),
        ({"state": ""}, 400),
        ({"state": "invented"}, 400),
    ],
)
def test_an_admins_answer_that_does_not_fit_reports_nothing(
    microsoft: Sandbox, parts: dict[str, str], status: int
) -> None:
    ana = make_ana(microsoft)
    offer_consent(ana.user.account)
    response = admin_answer(ana, **parts)
    assert response.status_code == status
    page = followed(ana, response)
    assert "Nothing was" in text_of(page)
    assert REFERENCE.search(text_of(page))
    assert CalendarService.objects.get().consent_state == ConsentState.UNKNOWN
    assert ana.client.get("/api/v1/me").status_code == 200


# Success, which is the only row that connects.


def test_success_connects_and_goes_on_where_the_person_was(microsoft: Sandbox) -> None:
    ana = make_ana(microsoft)
    response = ana.come_back(ana.answer())
    assert response["Location"] == "/meetings/"
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert "Office 365 is connected." in text_of(followed(ana, response))
    page = ana.client.get(f"/office365/outcome/{last().reference}/")
    assert "Go to Meetings" in text_of(page)


def test_a_silent_try_that_would_have_asked_something_says_so(microsoft: Sandbox) -> None:
    ana = make_ana(microsoft)
    address = ana.client.get("/office365/authorize/?silent=1&next=/profile/")["Location"]
    assert "prompt=none" in address
    assert last().is_silent
    with Browser(microsoft.http) as browser:
        browser.open(address)
        assert browser.left_for, browser.heading
        page = followed(ana, ana.come_back(browser.left_for))
    assert "Microsoft has to ask you something" in text_of(page)
    assert "Connect Office 365" in text_of(page)
    assert_signed_in_and_nothing_connected(ana)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_there_is_has_its_words(outcome: Outcome) -> None:
    attempt = make_attempt(make_user(make_account()), outcome, detail="read your contacts")
    attempt.permissions = Permissions(calendars=CalendarAccess.READWRITE)
    words = OF_OUTCOME[outcome].about(attempt)
    assert "{" not in words
    assert words.endswith(".")
    assert (OF_OUTCOME[outcome].step is Step.AUTHORIZE) is (outcome not in (Outcome.CONNECTED, Outcome.SWITCHED_OFF))


def assert_signed_in_and_nothing_connected(ana: Traveller) -> None:
    assert ana.client.get("/api/v1/me").status_code == 200
    assert not Connection.objects.exclude(token_cache="").exists()
    assert not Connection.objects.with_mailbox().exists()
