"""What stories about groups and imports need."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account, Group, Membership, User
from accounts.tiered_settings import store
from accounts.tiered_settings.store import Action, Change
from calendar_integration.integration_setting import Integration, IntegrationKind
from calendar_integration.models import AskMode
from calendar_integration.setting_definitions import ASK, INTEGRATION
from tests.makers import set_ask
from tests.pages import Page


def version(account: Account) -> int:
    """The account's settings revision as it is now."""
    return Account.objects.get(pk=account.pk).settings_revision


def order(account: Account) -> list[tuple[int, str]]:
    """The account's groups with their priorities, in order."""
    return list(Group.objects.filter(account=account).order_by("priority").values_list("priority", "name"))


def members(group: Group) -> set[str]:
    """The e-mails of a group's people."""
    return set(Membership.objects.filter(group=group).values_list("user__email", flat=True))


def asks(person: User) -> str:
    """When sign-ins of this person lead to Office 365."""
    return str(store.effective(person, [ASK.key])[ASK.key].value)


def ask_every_time(group: Group) -> None:
    """A setting of the group that its members notice."""
    set_ask(group, AskMode.EVERY)


def lock_integration_off(group: Group) -> None:
    """A lock that disconnects the group's members."""
    value = IntegrationKind().stored(Integration(on=False))
    store.apply(Change(group, INTEGRATION.key, Action.SET, value, ""), actor="a test")
    store.apply(Change(group, INTEGRATION.key, Action.LOCK, None, "Audit"), actor="a test")


def csv_of(rows: Iterable[Sequence[str]], header: Sequence[str] = ("email", "name", "role", "groups")) -> bytes:
    """A CSV file in UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def upload(client: Client, data: bytes, name: str = "people.csv") -> Page:
    """Choose a file on the import page; where nothing is wrong with it, the preview that follows."""
    return client.post("/users/import/", {"file": SimpleUploadedFile(name, data, "text/csv")}, follow=True)


def confirm(client: Client, preview: Page, path: str, **changed: str) -> Page:
    """Press Import on a preview."""
    fields = {"seen": str(preview.context["impact"].revision), "plan": preview.context["plan"].digest}
    return client.post(path, fields | changed)


def path_of(preview: Page) -> str:
    """The address of a preview that followed an upload."""
    return f"/users/import/{preview.context['pending'].pk}/"
