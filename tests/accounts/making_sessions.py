"""Helpers that sign people in with browsers of their own."""

from django.test import Client

from accounts.models import SignInSession, User
from tests.accounts.making_history import elements
from tests.makers import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"


def sign_in(user: User, user_agent: str = FIREFOX, address: str = "198.51.100.7") -> Client:
    """A browser that this person has just signed in with, by password."""
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    answer = client.post("/sign-in/", {"username": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def session_of(client: Client) -> SignInSession:
    """What is known of this browser's session."""
    return SignInSession.objects.get(session_key=client.session.session_key)


def is_signed_in(client: Client) -> bool:
    """Whether somebody still is, with this browser."""
    return client.get("/api/v1/me").status_code == 200


def listed(client: Client, address: str = "/profile/") -> list[str]:
    """The browsers that a page lists, each as one line of text."""
    rows = elements(client.get(address).content, "//div[starts-with(@class, 'row-at')][.//h3][.//time]")
    return [" ".join(row.text_content().split()) for row in rows]
