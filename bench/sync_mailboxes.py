"""Connected mailboxes for measurements of the sync: each with a token that is good for an hour."""

import msal
from django.conf import settings

from accounts.models import Account, User
from bench.graph_pages import Served
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.wire import http
from tests.makers import CONTOSO_TENANT

SCOPES = ["Calendars.Read", "Contacts.Read", "User.Read"]


def reach(served: Served) -> None:
    """Have the portal take the page server for Graph."""
    settings.MS_GRAPH_URL, settings.MS_CA_BUNDLE = served.graph_url, served.ca_bundle
    http.forget_everything()


def make_account(vanity: str = "measured") -> Account:
    """An account of that name."""
    return Account.objects.create(vanity=vanity, name=vanity.title())


def make_mailboxes(account: Account, count: int, *, contacts: str = "none") -> list[int]:
    """The ids of so many new connections, of people of their own. `contacts` is "none" or "read"."""
    first = User.objects.count()
    people = [
        User(account=account, username=f"{account.vanity}-{n}", email=f"person{n}@{account.vanity}.example")
        for n in range(first, first + count)
    ]
    tokens = token_cache()
    made = Connection.objects.bulk_create(
        Connection(
            user=person,
            account=account,
            state=ConnectionState.ACTIVE,
            tenant_id=CONTOSO_TENANT,
            mailbox=person.email,
            contact_access=contacts,
            token_cache=tokens,
        )
        for person in User.objects.bulk_create(people)
    )
    return [connection.pk for connection in made]


def token_cache() -> str:
    """What MSAL keeps of an authorization whose access token is fresh."""
    cache = msal.SerializableTokenCache()
    answer = {"access_token": "measured", "expires_in": 3600, "token_type": "Bearer"}
    cache.add({"client_id": "bench", "scope": SCOPES, "token_endpoint": "https://127.0.0.1/token", "response": answer})
    return str(cache.serialize())
