"""Mailboxes that were read a while ago, with tokens that are good: for measurements of polls that find nothing new."""

import json
import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.fields import cipher
from accounts.models import Account
from bench.graph_pages import TOKEN
from calendar_integration.models import Connection
from calendar_integration.sync.rounds import new_window

SCOPES = "Calendars.Read Contacts.Read User.Read openid profile email"
PEOPLE = """
INSERT INTO accounts_user (password, account_id, username, email, name, role, is_active, time_zone, created_at)
SELECT '!', %(account)s, md5(%(vanity)s || n), n || '@' || %(vanity)s || '.example', 'Ana Lima ' || n, 'member', true,
       '', now()
FROM generate_series(1, %(people)s) AS n
"""
CONNECTIONS = """
INSERT INTO calendar_integration_connection (user_id, account_id, state, mailbox, granted_scopes, token_cache,
                                             token_cache_version, failures, last_error, connected_at, method,
                                             calendar_access, contact_access, disconnected_because, to_forget, ews_url,
                                             claims_challenge)
SELECT id, account_id, 'active', email, '', %(tokens)s, 1, 0, '', now(), 'graph', 'read', %(contacts)s, '', false, '',
       ''
FROM accounts_user WHERE account_id = %(account)s
"""
STREAMS = """
INSERT INTO calendar_integration_stream (connection_id, kind, delta_link, window_start, window_end, items_read)
SELECT id, kind, %(base)s || path, %(start)s, %(end)s, 0
FROM calendar_integration_connection, (VALUES ('events', '/me/calendarView/delta?$deltatoken='),
     ('contacts', '/me/contactFolders/contacts/contacts/delta?$deltatoken=')) AS streams (kind, path)
WHERE account_id = %(account)s AND (kind = 'events' OR contact_access = 'read')
"""


def make_mailboxes(vanity: str, people: int, graph_url: str, *, contacts: bool = True) -> Account:
    """An account with so many mailboxes, each with a calendar and, where wanted, contacts, that were read before."""
    account = Account.objects.create(vanity=vanity, name=vanity.title())
    window = new_window(timezone.now())
    parameters: dict[str, Any] = {
        "account": account.pk,
        "vanity": vanity,
        "people": people,
        "tokens": cipher().encrypt(token_cache().encode()).decode(),
        "contacts": "read" if contacts else "none",
        "base": graph_url,
        "start": window.start,
        "end": window.end,
    }
    with connection.cursor() as cursor:
        for statement in (PEOPLE, CONNECTIONS, STREAMS):
            cursor.execute(statement.replace("$deltatoken=", f"$deltatoken={TOKEN}0"), parameters)
        cursor.execute("ANALYZE")
    return account


def token_cache() -> str:
    """MSAL's cache after an authorization, as long as in life, with an access token that is good for a day."""
    day = str(int(time.time()) + 86400)
    whose = {"home_account_id": "oid.tid", "environment": "login.microsoftonline.com", "client_id": "client"}
    access = {"secret": "a" * 2200, "target": SCOPES, "expires_on": day, "extended_expires_on": day, "realm": "tid"}
    cache = {
        "AccessToken": {"one": {"credential_type": "AccessToken", **whose, **access}},
        "RefreshToken": {"one": {"credential_type": "RefreshToken", **whose, "secret": "r" * 1400, "target": SCOPES}},
        "IdToken": {"one": {"credential_type": "IdToken", **whose, "secret": "i" * 1300, "realm": "tid"}},
        "Account": {"one": {**whose, "username": "ana@contoso.example", "realm": "tid"}},
        "AppMetadata": {"one": whose},
    }
    return json.dumps(cache)


def make_due(ago: timedelta = timedelta(seconds=1)) -> None:
    """All of them, since then."""
    Connection.objects.update(next_attempt_at=timezone.now() - ago, claimed_until=None)
