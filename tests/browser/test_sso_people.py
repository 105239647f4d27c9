"""Signing in with SSO by every binding, in a real browser: with and without scripts, in two tabs at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.test_settings import make_dana
from tests.stack import Stack

RECORD = "_atrium-challenge.contoso-group.example"


def set_up(dana: Person, stack: Stack, sso_url: str) -> None:
    """The owner lets sign-in requests go by POST to this address, from a test to being in use."""
    dana.open("/account/sso/draft/")
    dana.page.get_by_label("Sign-in address").fill(sso_url)
    dana.page.get_by_role("group", name="How sign-in requests are sent").get_by_label("HTTP-POST").check()
    dana.press("Save draft")
    dana.press("Test sign-in")
    dana.press("Dana Reyes")
    dana.sees_heading("The test succeeded")
    dana.page.get_by_role("link", name="Use it", exact=True).click()
    dana.page.get_by_role("button", name="Use it", exact=True).click()
    dana.sees("The draft is in use now.")


@contextmanager
def another_host(target: str) -> Iterator[str]:
    """An identity provider's front door on another origin, which sends people on to `target`; its address."""

    class FrontDoor(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), FrontDoor) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/sso"
        finally:
            server.shutdown()
            thread.join(10)


def sso_url(stack: Stack) -> str:
    """Where the sandbox takes requests, by either binding."""
    return f"{stack.sandbox}/saml/contoso.example/sso"


def begin(somebody: Person, *, scripts: bool) -> None:
    """Ask to sign in, as far as the identity provider's list of people."""
    somebody.open("/sso/contoso/login/?next=/profile/")
    if not scripts:
        somebody.sees_heading("On to your identity provider")
        somebody.press("Continue")
    expect(somebody.page.get_by_role("heading", name="Sign in to Contoso")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_sign_in_whose_request_goes_by_post(person: Callable[..., Person], stack: Stack, scripts: bool) -> None:
    set_up(make_dana(person), stack, sso_url(stack))
    ana = person("Ana Lima", java_script_enabled=scripts)
    begin(ana, scripts=scripts)
    ana.press("Ana Lima")
    if not scripts:
        ana.press("Continue")
    ana.press("Cancel")
    assert ana.is_signed_in()
    assert f"{sso_url(stack)}" in ana.visited, "the request went by a form, without a query"
    ana.open("/profile/")
    ana.sees("ana@contoso.example")


def test_a_provider_that_sends_people_on_to_another_host(person: Callable[..., Person], stack: Stack) -> None:
    with another_host(sso_url(stack)) as front_door:
        set_up(make_dana(person), stack, front_door)
        ana = person("Ana Lima")
        begin(ana, scripts=True)
        ana.press("Ana Lima")
        ana.press("Cancel")
        assert ana.is_signed_in()


def test_two_tabs_at_once_both_end_signed_in(person: Callable[..., Person], stack: Stack) -> None:
    ana = person("Ana Lima")
    first, second = ana.page, ana.context.new_page()
    for tab in (first, second):
        tab.goto(f"{stack.portal}/sso/contoso/login/?next=/profile/")
        expect(tab.get_by_role("heading", name="Sign in to Contoso")).to_be_visible()
    for tab in (second, first):
        tab.get_by_role("button", name="Ana Lima").first.click()
        tab.wait_for_load_state()
        assert not tab.get_by_text("Reference").is_visible(), "neither is refused"
        tab.goto(f"{stack.portal}/profile/")
        expect(tab.get_by_text("ana@contoso.example").first).to_be_visible()
    assert ana.is_signed_in()


@pytest.mark.parametrize("scripts", [True, False])
def test_from_an_e_mail_to_the_companys_sign_in(person: Callable[..., Person], scripts: bool) -> None:
    ana = person("Ana Lima", java_script_enabled=scripts)
    ana.open("/sso/?next=/profile/")
    ana.page.get_by_label("Work e-mail").fill("ana@nowhere.example")
    ana.press("Continue")
    ana.sees("No company with single sign-on is known for this address.")
    ana.page.get_by_label("Work e-mail").fill(ana.email)
    ana.press("Continue")
    expect(ana.page.get_by_role("heading", name="Sign in to Contoso")).to_be_visible()
    assert not [url for url in ana.visited if "ana" in url.partition("?")[2]], "the e-mail stands in no address"


def test_a_domain_is_proven_by_a_record_that_the_sandbox_publishes(person: Callable[..., Person], stack: Stack) -> None:
    dana = make_dana(person)
    dana.open("/account/sso/domains/")
    dana.page.get_by_role("textbox", name="Domain").fill("contoso-group.example")
    dana.press("Add domain")
    text = dana.page.locator("input[value^='atrium-domain-proof=']").first.input_value()
    dana.page.goto(f"{stack.sandbox}/")
    dana.page.get_by_label("Name", exact=True).fill(RECORD)
    dana.page.get_by_label("Text", exact=True).fill(text)
    dana.press("Publish")
    dana.open("/account/sso/domains/")
    dana.press("contoso-group.example")
    dana.press("Check now")
    dana.sees("is proven by its DNS record")


def test_the_list_of_people_fits_a_phone(person: Callable[..., Person], stack: Stack) -> None:
    ana = person("Ana Lima", viewport={"width": 360, "height": 740})
    ana.open("/sso/contoso/login/")
    about = ana.page.get_by_text("quinn@contoso.example")
    expect(about).to_be_visible()
    assert about.bounding_box()["height"] < 45, "the address and the title stand in a line each"  # type: ignore[index]
    assert ana.page.evaluate("document.documentElement.scrollWidth") <= 360
