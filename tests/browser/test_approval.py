"""Where the company does not let people consent: Microsoft keeps them on its own page, and Atrium explains."""

from collections.abc import Callable

import pytest

from tests.browser.person import Person
from tests.stack import Stack


@pytest.fixture(autouse=True)
def _only_admins_may_consent(stack: Stack) -> None:
    stack.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only", "request_workflow": False})


def test_going_back_from_need_admin_approval_is_explained(person: Callable[..., Person]) -> None:
    ana = person()
    ana.sign_in()
    ana.sees_heading("Need admin approval")
    ana.press("Return to the application without granting consent")
    ana.sees("an Office 365 admin has to do it once for everyone")
    ana.sees("Dana Reyes")
    assert ana.is_signed_in()


def test_someone_who_stays_stranded_finds_help_when_they_open_atrium_again(person: Callable[..., Person]) -> None:
    ana = person()
    ana.sign_in()
    ana.sees_heading("Need admin approval")
    ana.open("/meetings/")
    ana.sees("You went to Microsoft and have not come back yet")
    ana.press("What to do")
    ana.sees("Microsoft has not sent you back yet.")
    ana.sees("Dana Reyes")


def test_once_the_admin_has_consented_the_button_connects(person: Callable[..., Person], stack: Stack) -> None:
    ana = person()
    ana.sign_in()
    ana.press("Return to the application without granting consent")
    scopes = ["Calendars.Read", "Contacts.Read", "User.Read", "openid", "profile", "offline_access"]
    stack.control("POST", "/tenants/contoso.example/consent", {"scopes": scopes})
    ana.press("Connect Office 365")
    ana.open("/meetings/")
    ana.is_up_to_date()


def test_an_explicit_answer_that_consent_is_needed_is_explained(person: Callable[..., Person], stack: Stack) -> None:
    stack.control("POST", "/faults", {"kind": "identity.consent_required", "upn": "ana@contoso.example"})
    ana = person()
    ana.sign_in()
    ana.sees_heading("Your company's Office 365 admin has to approve first")
    ana.open("/meetings/")
    ana.sees_heading("An Office 365 admin of your company has to approve first")
