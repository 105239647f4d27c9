"""What stories about an account's people need."""

import re
from collections.abc import Iterable

from django.core import mail
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import Account, Group, Membership, Role, User
from tests.makers import make_account, make_user
from tests.pages import Page


def make_owner(account: Account | None = None, first_name: str = "dana") -> User:
    """An owner, by default of a new account Contoso."""
    return make_user(account or make_account(), first_name, role=Role.OWNER)


def make_people(account: Account, names: Iterable[str]) -> list[User]:
    """Members without passwords, by their full names; Ana Lima is ana.lima@<vanity>.example."""
    people = [
        User(account=account, name=name, email=f"{name.lower().replace(' ', '.')}@{account.vanity}.example")
        for name in names
    ]
    return User.objects.bulk_create(people)


def make_group(account: Account, name: str = "Sales", *members: User, admin: User | None = None) -> Group:
    """A group with these members, the last in the order of priorities."""
    last = Group.objects.filter(account=account).order_by("-priority").first()
    group = Group.objects.create(account=account, name=name, priority=last.priority + 1 if last else 1)
    people = {*members, *([admin] if admin else [])}
    Membership.objects.bulk_create(Membership(group=group, user=user, is_admin=user == admin) for user in people)
    return group


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def names(page: Page) -> list[str]:
    """The names in the users list, in their order."""
    return re.findall(r'class="main-link"[^>]*>([^<]+)</a>', page.content.decode())


def text(page: Page) -> str:
    """What a page says, without its tags and with single spaces."""
    return " ".join(strip_tags(page.content.decode()).split())


def invitation_link() -> str:
    """The path of the link in the last mail."""
    found = re.search(r"http://localhost:8000(/invitation/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]
