"""Helpers that make rows of the audit log."""

from typing import Any

from django.test import Client
from lxml import html

from accounts.models import Account, AuditAction, AuditEvent, Role, User
from tests.makers import make_account, make_user


def make_owner(vanity: str = "contoso", **fields: Any) -> User:
    """Dana, who owns a new account."""
    return make_user(make_account(vanity, **fields), "dana", role=Role.OWNER)


def signed_in(user: User) -> Client:
    """A browser this person is signed in with."""
    client = Client()
    client.force_login(user)
    return client


def elements(content: bytes, xpath: str) -> list[Any]:
    """The elements of a page at this path."""
    page: Any = html.fromstring(content)
    return list(page.xpath(xpath))


def text_of(answer: Any) -> str:
    """The answer's page as one line of text."""
    page: Any = html.fromstring(answer.content)
    return " ".join(page.text_content().split())


def make_rows(account: Account, number: int = 1, **fields: Any) -> list[AuditEvent]:
    """Rows that say that somebody signed in, or whatever the fields say."""
    usual = {
        "actor_label": "Ana Lima",
        "action": AuditAction.SIGNED_IN,
        "target_type": "user",
        "target_label": "Ana Lima",
        "address": "198.51.100.7",
    }
    return AuditEvent.objects.bulk_create([AuditEvent(account=account, **(usual | fields)) for _ in range(number)])
