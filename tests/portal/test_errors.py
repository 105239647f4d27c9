"""What people see when a page cannot be shown."""

import logging
import re
from pathlib import Path

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings

from portal import urls
from portal.urls import handler400, handler403, handler404, handler500
from tests.makers import make_account, make_user
from tests.pages import Page
from tests.portal.making import no_database

__all__ = ["handler400", "handler403", "handler404", "handler500"]

pytestmark = pytest.mark.django_db

REFERENCE = re.compile(r"the reference ([0-9A-Z]{4}-[0-9A-Z]{4})\.")


@login_not_required
def broken(_request: HttpRequest) -> HttpResponse:
    """A view with a mistake."""
    raise RuntimeError("the password is swordfish")


@login_not_required
def forbidden(_request: HttpRequest) -> HttpResponse:
    """A view that refuses."""
    raise PermissionDenied("for reasons of its own")


urlpatterns = [*urls.urlpatterns, path("broken/", broken), path("forbidden/", forbidden)]


@pytest.fixture(autouse=True)
def _these_addresses_too(settings: Settings) -> None:
    """The portal's addresses, and those above."""
    settings.ROOT_URLCONF = "tests.portal.test_errors"


def make_patient_client() -> Client:
    """A browser: it shows the page of an error where the test client would raise it."""
    return Client(raise_request_exception=False)


def assert_page(answer: Page, status: int, title: str) -> str:
    """A page of ours with this title and a way on; its text."""
    text = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in text
    assert '<a class="btn btn-primary" href="/">Go to Atrium</a>' in text
    assert "Content-Security-Policy" in answer.headers
    return text


@pytest.mark.parametrize("address", ["/nowhere/", "/sign-in/northwind/", "/favicon.ico", "/nowhere\0"])
def test_there_is_nothing_here(address: str) -> None:
    assert_page(make_patient_client().get(address), 404, "There is nothing here")


def test_nothing_here_looks_alike_for_whoever_is_signed_in() -> None:
    client = make_patient_client()
    client.force_login(make_user(make_account()))
    for address in ("/nowhere/", "/office365/outcome/7F3K-22XB/"):
        assert_page(client.get(address), 404, "There is nothing here")


def test_you_may_not_do_that() -> None:
    text = assert_page(make_patient_client().get("/forbidden/"), 403, "You may not do that")
    assert "reasons of its own" not in text


def test_a_request_that_makes_no_sense() -> None:
    answer = make_patient_client().get("/", headers={"host": "evil.example"})
    text = assert_page(answer, 400, "That request could not be understood")
    assert "evil" not in text


def test_our_fault_has_a_reference_that_is_in_the_log_beside_the_traceback(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        text = assert_page(make_patient_client().get("/broken/"), 500, "Something went wrong on our side")

    shown = REFERENCE.search(text)
    assert shown
    assert "swordfish" not in text
    assert f"answered 500 to GET '/broken/', reference {shown[1]}" in caplog.text
    assert "RuntimeError: the password is swordfish" in caplog.text


def test_our_fault_has_a_page_even_without_a_database(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = make_patient_client()
    client.force_login(make_user(make_account()))
    with no_database(tmp_path), caplog.at_level(logging.ERROR):
        text = assert_page(client.get("/meetings/"), 500, "Something went wrong on our side")
    shown = REFERENCE.search(text)
    assert shown
    assert shown[1] in caplog.text


def test_two_faults_have_two_references() -> None:
    client = make_patient_client()
    pages = [client.get("/broken/").content.decode() for _ in range(2)]
    assert len({found[1] for page in pages if (found := REFERENCE.search(page))}) == 2


def test_a_form_from_an_old_tab_is_refused_on_a_page_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(make_account()))
    answer = client.post("/profile/", {"time_zone": "UTC"})
    assert_page(answer, 403, "That form is too old")
    assert "refused a form for '/profile/'" in caplog.text
