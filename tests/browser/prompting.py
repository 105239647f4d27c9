"""Signing in, and whether that leads on to Microsoft."""

from tests.browser.person import Person


def answers(somebody: Person, button: str = "Cancel") -> Person:
    """They sign in, are sent to Microsoft, and press a button there."""
    somebody.sign_in()
    assert somebody.was_at_microsoft()
    somebody.press(button)
    return somebody


def again(somebody: Person) -> bool:
    """Whether the next sign-in leads them to Microsoft once more."""
    somebody.open("/meetings/")
    somebody.sign_out()
    somebody.sign_in()
    return somebody.was_at_microsoft()


def is_let_be(somebody: Person, next_path: str = "/contacts/") -> bool:
    """Whether they sign in and are at once on the page they wanted."""
    somebody.sign_in(next_path)
    assert somebody.is_signed_in()
    return not somebody.was_at_microsoft() and somebody.page.url == somebody.stack.portal + next_path
