"""EWS URLs that lead where no company's Exchange server is: refused before Save, and once more at use.

Nothing is saved, nobody is connected, and no request reaches what is inside.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import names
from tests.back_door_client import BackDoor
from tests.browser.ending import assert_explained, assert_goes_on
from tests.browser.person import Person
from tests.browser.test_exchange_server import choose_server, setting
from tests.browser.test_settings import dialog
from tests.stack import Stack

PATH = "/EWS/Exchange.asmx"
SERVER = "mail.contoso.example"
PRIVATE = "private network"

TYPED = [
    (f"https://127.0.0.1{PATH}", PRIVATE),
    (f"https://localhost{PATH}", "points at this machine itself"),
    (f"https://[::1]{PATH}", PRIVATE),
    (f"https://2130706433{PATH}", "address that is none"),
    (f"https://169.254.169.254{PATH}", PRIVATE),
    (f"https://[fe80::1]{PATH}", PRIVATE),
    (f"https://10.0.0.5{PATH}", PRIVATE),
    (f"https://192.168.1.10{PATH}", PRIVATE),
    (f"https://[::ffff:10.0.0.5]{PATH}", PRIVATE),
    (f"http://{SERVER}{PATH}", "has to begin with https://"),
    (f"https://{SERVER}:8443{PATH}", "must name no port"),
    (f"https://dana:secret@{SERVER}{PATH}", "no user name or password"),
    (f"https://outlook.office365.com{PATH}", "ends it for good on 1 April 2027"),
    (f"https://nowhere.invalid{PATH}", "no Exchange server at nowhere.invalid"),
]
LOOKED_UP = [["127.0.0.1"], ["169.254.169.254"], ["10.0.0.5"], ["::1"], ["93.184.216.34", "192.168.1.10"]]
ANSWERS = [
    ("exchange.leads_on", "leads on to another address"),
    ("exchange.leads_to_microsoft", "leads on to Microsoft: outlook.office365.com is Exchange Online"),
    ("exchange.windows_only", "is not set up for sign-in by tokens"),
    ("exchange.not_exchange", "answers, but not as an Exchange server"),
    ("exchange.unavailable", "answers with an error of its own (503)"),
]


def make_dana(person: Callable[..., Person]) -> Person:
    """The owner, at the settings."""
    dana = person("Dana Reyes")
    dana.sign_in_with_password()
    return dana


def of_sandbox(stack: Stack) -> str:
    """The one server in a private network that the operator of this stack has named."""
    return f"https://127.0.0.1:{stack.sandbox_port + 1}{PATH}"


def calls(stack: Stack) -> int:
    """How often the sandbox's Exchange server was asked."""
    return sum(row["kind"] == "ews" for row in stack.control("GET", "/requests"))


def says(dana: Person, url: str, words: str) -> None:
    """Save leads to these words beside the field, which keeps what was typed."""
    alert = dialog(dana).get_by_role("alert")
    alert.evaluate("alert => alert.remove()")  # the next one may say the same
    dialog(dana).get_by_label("EWS URL").fill(url)
    dialog(dana).get_by_role("button", name="Save").click()
    expect(alert).to_contain_text(words)
    expect(dialog(dana).get_by_label("EWS URL")).to_have_value(url)


def assert_nothing_saved(dana: Person) -> None:
    dana.open("/account/settings/")
    expect(setting(dana).get_by_label("Default calendar service")).to_have_value("graph")


def test_what_is_typed_is_looked_at_before_anything_is_asked(
    person: Callable[..., Person], stack: Stack, subtests: pytest.Subtests
) -> None:
    dana = make_dana(person)
    choose_server(dana, "https://outlook.com/")
    expect(dialog(dana).get_by_role("alert")).to_be_visible()
    for url, words in TYPED:
        with subtests.test(url):
            says(dana, url, words)
    assert_nothing_saved(dana)
    assert dana.is_signed_in()
    assert calls(stack) == 0


def test_a_name_is_looked_up_and_refused_where_any_of_its_addresses_is_private(
    person: Callable[..., Person], stack: Stack, subtests: pytest.Subtests
) -> None:
    dana = make_dana(person)
    choose_server(dana, "https://outlook.com/")
    for addresses in LOOKED_UP:
        with subtests.test(" and ".join(addresses)):
            names.lead_to(stack.var.parent, {SERVER: addresses})
            says(dana, f"https://{SERVER}{PATH}", f"There is no Exchange server at {SERVER} that Atrium can reach")
    assert_nothing_saved(dana)
    assert calls(stack) == 0


def test_a_server_that_is_none_or_leads_on_is_asked_once_and_not_followed(
    person: Callable[..., Person], stack: Stack, subtests: pytest.Subtests
) -> None:
    dana = make_dana(person)
    choose_server(dana, "https://outlook.com/")
    for kind, words in ANSWERS:
        with subtests.test(kind):
            fault = stack.control("POST", "/faults", {"kind": kind})
            stack.control("DELETE", "/requests")
            says(dana, of_sandbox(stack), words)
            assert calls(stack) == 1
            stack.control("DELETE", f"/faults/{fault['id']}")
    stack.control("DELETE", "/requests")
    for other in ("/none/Exchange.asmx", "/healthz"):  # what else a server inside has is not to be looked at from here
        says(dana, of_sandbox(stack).replace(PATH, other), f"The EWS URL of this server ends with {PATH}.")
    assert calls(stack) == 0
    assert_nothing_saved(dana)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["169.254.169.254"], ["10.0.0.5"]], ids=str)
def test_a_name_that_leads_elsewhere_after_it_was_saved_connects_nothing(
    person: Callable[..., Person], stack: Stack, door: BackDoor, addresses: list[str]
) -> None:
    door.save_ews_url("contoso", f"https://{SERVER}{PATH}")
    ana = person()
    ana.sign_in("/contacts/")
    ana.sees(f"Access mailboxes as you via Exchange Web Services on {SERVER}")
    names.lead_to(stack.var.parent, {SERVER: addresses})
    ana.press("Accept")
    assert_explained(ana, door, "Your calendar is not connected", f"There is no Exchange server at {SERVER}")
    assert_goes_on(ana, "/contacts/")
    assert calls(stack) == 0


@pytest.mark.parametrize(("kind", "words"), ANSWERS[:4:3], ids=["leads on", "no Exchange server"])
def test_a_server_that_is_none_any_more_connects_nothing(
    person: Callable[..., Person], stack: Stack, door: BackDoor, kind: str, words: str
) -> None:
    door.save_ews_url("contoso", of_sandbox(stack))
    stack.control("POST", "/faults", {"kind": kind})
    ana = person()
    ana.sign_in("/contacts/")
    ana.press("Accept")
    assert_explained(ana, door, "Your calendar is not connected", words)
    assert_goes_on(ana, "/contacts/")
    assert calls(stack) == 1
