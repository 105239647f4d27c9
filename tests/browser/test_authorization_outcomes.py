"""How an authorization may end, row by row, with Microsoft misbehaving in front of a real browser.

Whatever it is, the person is signed in, reads what happened, and gets to the page they wanted first.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.back_door_client import BackDoor
from tests.browser.ending import assert_explained, assert_goes_on
from tests.browser.person import Person
from tests.stack import Stack

WANTED = "/contacts/"
NOT_CONNECTED = "Your calendar is not connected"
FIRST_APPROVE = "Your company's Office 365 admin has to approve first"
UNREACHABLE = "Microsoft cannot be reached right now"
WITHIN_MINUTES = "It is usually back within minutes."
UNCHECKED, UNUSABLE = "Microsoft's answer did not check out", "Microsoft's answer could not be used"

Row = tuple[str, str, str]

# What is wrong at Microsoft, what the page is called, and what it says.
WITH_THE_TOKENS: dict[str, list[Row]] = {
    "a token that says something else": [
        ("token.wrong_nonce", NOT_CONNECTED, UNCHECKED),
        ("token.wrong_audience", NOT_CONNECTED, UNCHECKED),
        ("token.wrong_issuer", NOT_CONNECTED, UNCHECKED),
        ("token.id_token_expired", NOT_CONNECTED, UNCHECKED),
        ("token.wrong_tenant", "That was another organisation's account", "Choose the one of Contoso"),
        ("token.wrong_person", "That was somebody else's mailbox", "you are signed in here as ana@contoso.example"),
        ("token.fewer_scopes", "Microsoft granted less than Atrium needs", "missing: read your contacts."),
    ],
    "a code that is refused": [
        ("token.consent_missing", FIRST_APPROVE, "may not approve apps by themselves"),
        ("token.code_reused", NOT_CONNECTED, UNUSABLE),
        ("token.code_expired", NOT_CONNECTED, UNUSABLE),
        ("token.not_assigned", NOT_CONNECTED, "Ask your Office 365 admin to assign you"),
        ("token.account_disabled", NOT_CONNECTED, "your account there is disabled"),
        ("token.app_missing", NOT_CONNECTED, UNUSABLE),
    ],
    "out of order": [
        ("token.unavailable", UNREACHABLE, WITHIN_MINUTES),
        ("token.throttled", UNREACHABLE, WITHIN_MINUTES),
        ("token.html", UNREACHABLE, WITHIN_MINUTES),
        ("token.unreadable", UNREACHABLE, WITHIN_MINUTES),
        ("token.reset", UNREACHABLE, WITHIN_MINUTES),
        ("token.invalid_client", NOT_CONNECTED, "has to be renewed by whoever runs Atrium"),
    ],
}
INSTEAD_OF_ASKING = [
    ("identity.decline", NOT_CONNECTED, "You pressed Cancel at Microsoft?"),
    ("identity.consent_required", FIRST_APPROVE, "may not approve apps by themselves"),
    ("identity.server_error", UNREACHABLE, WITHIN_MINUTES),
    ("identity.temporarily_unavailable", UNREACHABLE, WITHIN_MINUTES),
]
NO_WAY_BACK = [
    "identity.not_assigned",
    "identity.wrong_tenant",
    "identity.account_disabled",
    "identity.conditional_access",
    "identity.app_missing",
    "identity.redirect_mismatch",
]


def misbehave(stack: Stack, kind: str) -> None:
    """Microsoft does it once, to Ana."""
    stack.control("POST", "/faults", {"kind": kind, "upn": "ana@contoso.example", "count": 1})


def consent_for_everyone(stack: Stack) -> None:
    """Microsoft asks nobody."""
    scopes = ["Calendars.Read", "Contacts.Read", "User.Read", "openid", "profile", "offline_access"]
    stack.control("POST", "/tenants/contoso.example/consent", {"scopes": scopes})


def go_to_microsoft(ana: Person) -> None:
    """By a sign-in the first time, then by the button of a page."""
    if not ana.visited:
        ana.sign_in(WANTED)
    else:
        ana.visited.clear()
        ana.open(f"/office365/authorize/?next={WANTED}")


def test_success_connects_and_leads_to_the_page_first_wanted(person: Callable[..., Person], door: BackDoor) -> None:
    ana = person()
    ana.sign_in(WANTED)
    ana.sees_heading("Permissions requested")
    assert ana.is_signed_in(), "the session exists before the redirect"
    ana.press("Accept")
    expect(ana.page).to_have_url(ana.stack.portal + WANTED)
    ana.sees("Office 365 is connected.")
    assert (ana.is_connected(), ana.journeys(), door.holders_of_tokens()) == (True, 1, [ana.email])


@pytest.mark.parametrize("group", WITH_THE_TOKENS)
def test_what_may_be_wrong_with_the_tokens(
    person: Callable[..., Person], stack: Stack, door: BackDoor, subtests: pytest.Subtests, group: str
) -> None:
    consent_for_everyone(stack)
    ana = person()
    for kind, heading, words in WITH_THE_TOKENS[group]:
        with subtests.test(kind):
            misbehave(stack, kind)
            go_to_microsoft(ana)
            assert_explained(ana, door, heading, words)
            assert_goes_on(ana, WANTED)


def test_what_microsoft_may_answer_instead_of_asking(
    person: Callable[..., Person], stack: Stack, door: BackDoor, subtests: pytest.Subtests
) -> None:
    ana = person()
    for kind, heading, words in INSTEAD_OF_ASKING:
        with subtests.test(kind):
            misbehave(stack, kind)
            go_to_microsoft(ana)
            assert_explained(ana, door, heading, words)
            assert_goes_on(ana, WANTED)
    ana.open("/office365/authorize/")
    ana.press("Accept")
    ana.sees("Office 365 is connected.")


def test_whom_microsoft_keeps_is_signed_in_and_pending_with_help(
    person: Callable[..., Person], stack: Stack, door: BackDoor, subtests: pytest.Subtests
) -> None:
    ana = person()
    for kind in NO_WAY_BACK:
        with subtests.test(kind):
            misbehave(stack, kind)
            go_to_microsoft(ana)
            ana.sees("Sorry, but we’re having trouble")
            ana.open(WANTED)
            ana.sees("You went to Microsoft and have not come back yet")
            ana.press("What to do")
            assert_explained(ana, door, NOT_CONNECTED, "Microsoft has not sent you back yet.")
            assert_goes_on(ana, WANTED)


def test_a_refused_client_secret_alarms_the_admins_and_disconnects_nobody(
    person: Callable[..., Person], stack: Stack, door: BackDoor
) -> None:
    alarm = "Atrium's own sign-in at Microsoft is refused since"
    stack.control("POST", "/tokens", {"lifetime_seconds": 200})  # as good as run out, so that it is renewed at once
    ana, dana = person(), person("Dana Reyes")
    ana.sign_in()
    ana.press("Accept")
    ana.is_up_to_date()
    fault = stack.control("POST", "/faults", {"kind": "token.invalid_client"})
    door.sync(ana.email)
    dana.sign_in_with_password()
    dana.sees("Microsoft does not accept Atrium's client secret.")  # on the Overview, with since when and what then
    dana.open("/users/")
    dana.sees(alarm)
    assert ana.is_connected()
    stack.control("DELETE", f"/faults/{fault['id']}")
    door.sync(ana.email)
    dana.page.reload()
    expect(dana.page.get_by_text(alarm)).to_have_count(0)


def test_an_answer_that_microsoft_cannot_be_asked_about_is_tried_again_by_a_button(
    person: Callable[..., Person], stack: Stack
) -> None:
    misbehave(stack, "token.unavailable")
    ana = person()
    ana.sign_in(WANTED)
    ana.press("Accept")
    ana.press("Try again")
    ana.sees("Office 365 is connected.")
    expect(ana.page).to_have_url(stack.portal + WANTED)


@pytest.mark.parametrize(
    ("others_have_connected", "words"),
    [(False, "Microsoft said “Need admin approval”"), (True, "Somebody pressed Cancel at Microsoft")],
    ids=["nothing is known of the company's consent", "several of the company have connected"],
)
def test_declining_says_what_is_likely_and_leaves_a_button(
    person: Callable[..., Person], door: BackDoor, others_have_connected: bool, words: str
) -> None:
    if others_have_connected:
        for name in ("Mia Brandt", "Sam Okafor"):  # one alone may have been allowed for themselves only
            other = person(name)
            other.sign_in()
            other.press("Accept")
            other.sees("Office 365 is connected.")
    ana = person()
    ana.sign_in(WANTED)
    ana.press("Cancel")
    assert_explained(ana, door, NOT_CONNECTED, words)
    assert_goes_on(ana, WANTED)
    ana.open("/meetings/")
    ana.press("Connect Office 365")
    ana.press("Accept")
    ana.sees("Office 365 is connected.")


@pytest.mark.parametrize(
    ("others_have_connected", "words"),
    [(False, "You closed Microsoft's page, or it is still open?"), (True, "did not come back within fifteen minutes")],
    ids=["nothing is known of the company's consent", "several of the company have connected"],
)
def test_started_and_never_returned(
    person: Callable[..., Person], door: BackDoor, others_have_connected: bool, words: str
) -> None:
    if others_have_connected:
        for name in ("Mia Brandt", "Sam Okafor"):  # one alone may have been allowed for themselves only
            other = person(name)
            other.sign_in()
            other.press("Accept")
            other.sees("Office 365 is connected.")
    ana = person()
    ana.sign_in(WANTED)
    ana.sees_heading("Permissions requested")
    ana.open(WANTED)
    ana.sees("You went to Microsoft and have not come back yet")
    door.pass_time(minutes=16)
    door.expire_attempts()
    ana.open("/office365/approval/")
    assert_explained(ana, door, NOT_CONNECTED, words)
    assert_goes_on(ana, WANTED)


@pytest.mark.parametrize("kind", ["identity.admin_approval_required", "identity.approval_workflow"])
def test_stranded_on_microsofts_page_and_back_by_its_button(
    person: Callable[..., Person], stack: Stack, door: BackDoor, kind: str
) -> None:
    misbehave(stack, kind)
    ana = person()
    ana.sign_in(WANTED)
    if kind == "identity.approval_workflow":
        ana.press("Request approval")
    ana.press("Return to the application without granting consent")
    assert_explained(ana, door, NOT_CONNECTED, "Microsoft said “Need admin approval” or “Approval required”?")
    assert_goes_on(ana, WANTED)
