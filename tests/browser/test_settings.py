"""Settings on every tier, in a browser: switched, locked, explained, and with what a lock does to people."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.stack import Stack

INTEGRATION = "Calendar and contacts integration"
ASK = "Ask users to integrate Office 365 calendar when they sign in with SSO"


def make_dana(person: Callable[..., Person], **options: object) -> Person:
    """The owner, signed in with her password."""
    dana = person("Dana Reyes", **options)
    dana.sign_in_with_password()
    dana.sees_heading("Overview")
    return dana


def make_member(person: Callable[..., Person], name: str, answer: str) -> Person:
    """Somebody who signed in with SSO and answered Microsoft's question."""
    member = person(name)
    member.sign_in()
    member.press(answer)
    return member


def switch(somebody: Person, title: str = INTEGRATION) -> Locator:
    """The switch of a setting."""
    return somebody.page.get_by_role("switch", name=title, exact=True)


def dialog(somebody: Person) -> Locator:
    """The dialog that is open."""
    return somebody.page.get_by_role("dialog")


def lock(dana: Person, reason: str, title: str = INTEGRATION) -> None:
    dana.page.get_by_role("link", name=f"Lock {title}", exact=True).click()
    dialog(dana).get_by_label("Reason").fill(reason)
    dialog(dana).get_by_role("button", name="Lock").click()
    dana.sees(f"“{title}” is locked.")


def test_the_account_switches_asks_first_and_locks_with_a_reason(person: Callable[..., Person]) -> None:
    dana = make_dana(person)
    dana.open("/account/settings/")
    switch(dana, ASK).click()
    expect(dialog(dana).get_by_role("heading", name=f"Disable “{ASK}”?")).to_be_visible()
    dialog(dana).get_by_role("link", name="Cancel").click()
    expect(dialog(dana)).to_have_count(0)
    expect(switch(dana, ASK)).to_be_checked()
    switch(dana, ASK).click()
    dialog(dana).get_by_role("button", name="Disable").click()
    dana.sees(f"“{ASK}” is off.")
    expect(switch(dana, ASK)).not_to_be_checked()
    lock(dana, "Company policy 4.2", ASK)
    dana.sees("Locked here · Dana Reyes")
    dana.open("/account/audit/")
    expect(dana.page.get_by_role("cell").filter(has_text="Setting locked").first).to_be_visible()
    expect(dana.page.get_by_role("cell").filter(has_text="Company policy 4.2").first).to_be_visible()


def test_a_group_is_set_by_its_admin_until_the_account_locks(person: Callable[..., Person]) -> None:
    sam = make_member(person, "Sam Okafor", "Cancel")
    sam.open("/groups/")
    sam.page.get_by_role("link", name="Sales").first.click()
    sam.page.get_by_role("link", name="Settings").last.click()
    switch(sam).click()
    expect(dialog(sam).get_by_role("heading", name=f"Disable “{INTEGRATION}”?")).to_be_visible()
    dialog(sam).get_by_role("button", name="Disable").click()
    sam.sees("Overrides what is inherited")
    dana = make_dana(person)
    dana.open("/account/settings/")
    dana.sees("Also set in 1 group: Sales")
    lock(dana, "One set of permissions until the audit is over")
    sam.page.reload()
    expect(switch(sam)).to_be_disabled()
    sam.sees("“One set of permissions until the audit is over”")
    sam.sees("Set here, hidden by the lock: Off")


def test_a_person_chooses_for_themselves_and_sees_why_they_no_longer_can(person: Callable[..., Person]) -> None:
    ana = make_member(person, "Ana Lima", "Cancel")
    ana.open("/settings/")
    switch(ana).click()
    dialog(ana).get_by_role("button", name="Disable").click()
    ana.sees("Set here · Ana Lima")
    dana = make_dana(person)
    dana.open("/account/settings/")
    lock(dana, "Everyone connects")
    ana.open("/settings/")
    expect(switch(ana)).to_be_disabled()
    expect(switch(ana)).to_be_checked()
    ana.page.get_by_role("link", name="Why?").first.click()
    ana.sees("The account has locked it, so the account's value counts for everyone.")
    ana.sees("“Everyone connects”")


def test_the_same_without_javascript(person: Callable[..., Person]) -> None:
    dana = make_dana(person, java_script_enabled=False)
    dana.open("/account/settings/")
    switch(dana, ASK).click()
    dana.sees_heading(f"Disable “{ASK}”?")
    dana.press("Disable")
    dana.sees(f"“{ASK}” is off.")
    expect(switch(dana, ASK)).not_to_be_checked()
    dana.page.get_by_role("link", name=f"Lock {ASK}", exact=True).click()
    dana.page.get_by_label("Reason").fill("Company policy 4.2")
    dana.press("Lock")
    dana.sees("“Company policy 4.2”")
    dana.page.get_by_role("link", name=f"Unlock {ASK}", exact=True).click()
    dana.press("Unlock")
    dana.sees(f"“{ASK}” is unlocked.")


def test_the_same_with_the_keyboard_alone(person: Callable[..., Person]) -> None:
    dana = make_dana(person)
    dana.open("/account/settings/")
    switch(dana, ASK).focus()
    dana.page.keyboard.press("Space")
    expect(dialog(dana)).to_be_visible()
    dana.page.keyboard.press("Escape")
    expect(dialog(dana)).to_have_count(0)
    expect(switch(dana, ASK)).to_be_focused()
    dana.page.keyboard.press("Enter")
    disable = dialog(dana).get_by_role("button", name="Disable")
    for _key in range(6):
        if disable.evaluate("button => button === document.activeElement"):
            break
        dana.page.keyboard.press("Tab")
    expect(disable).to_be_focused()
    dana.page.keyboard.press("Enter")
    dana.sees(f"“{ASK}” is off.")


def test_two_admins_at_once_the_second_sees_how_it_stands_now(person: Callable[..., Person]) -> None:
    first, second = make_dana(person), make_dana(person)
    for somebody in (first, second):
        somebody.open("/account/settings/")
        switch(somebody, ASK).click()
        expect(dialog(somebody)).to_be_visible()
    dialog(first).get_by_role("button", name="Disable").click()
    first.sees(f"“{ASK}” is off.")
    dialog(second).get_by_role("button", name="Disable").click()
    second.sees("Somebody changed settings, groups or memberships meanwhile.")


def test_locking_other_permissions_disconnects_and_says_whom_before(
    person: Callable[..., Person], stack: Stack
) -> None:
    ana = make_member(person, "Ana Lima", "Accept")
    ana.is_up_to_date()
    dana = make_dana(person)
    dana.open("/account/settings/")
    lock(dana, "One set of permissions")
    dana.page.get_by_label("Contacts", exact=True).select_option("None")
    dana.page.locator("form.setting-options").first.get_by_role("button", name="Save").click()
    expect(dialog(dana)).to_contain_text("isconnected from Office 365")
    with dana.context.expect_page() as opened:
        dialog(dana).get_by_role("link", name="See who").or_(dialog(dana).get_by_role("link", name="See all")).click()
    expect(opened.value.get_by_text("ana@contoso.example", exact=True)).to_be_visible()
    opened.value.close()
    dialog(dana).get_by_role("button", name="Save").click()
    dana.sees(f"“{INTEGRATION}” is saved.")
    ana.open("/meetings/")
    ana.sees("One set of permissions")
    ana.press("Connect again")
    ana.is_up_to_date()
    ana.open("/contacts/")
    ana.sees("contacts")
