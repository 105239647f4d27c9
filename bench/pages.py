"""Pages of an account with 100,000 people and 1,000 groups beside the same pages of one with 100 people and 10 groups.

The queries must be the same; the time is shown as a ratio within this run, since machines are noisy.
"""

import statistics
import sys
import time
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Group, Role, User
from accounts.tiered_settings import store
from bench.ground import throw_away_database

RUNS = 9
PAGES = {
    "users": "/users/",
    "users, page 2": "/users/?page=2",
    "users by last sign-in": "/users/?sort=-last_sign_in",
    "users called lima 7": "/users/?q=lima+7",
    "users not up to date": "/users/?connection=stale",
    "groups": "/groups/",
    "members of a group": "/groups/{group}/",
    "account settings": "/account/settings/meetings/",
    "settings of a person": "/users/{person}/settings/",
    "why, for a person": "/users/{person}/settings/why/office365.integration/",
    "audit log": "/account/audit/",
}
# What counts everybody cannot take the same time for a thousand times as many; it must take the same queries.
PREVIEWS = {
    "preview of a lock": "/account/settings/change/office365.integration/lock/",
    "its list of people": "/account/settings/change/office365.integration/set/people/?switch=off",
}

PEOPLE = """
INSERT INTO accounts_user (password, last_login, account_id, username, email, name, role, is_active, time_zone,
                           created_at)
SELECT '!', now() - n * interval '7 minutes', %(account)s, md5(%(vanity)s || n),
       'person' || n || '@' || %(vanity)s || '.example',
       (ARRAY['Ana', 'Bo', 'Cy', 'Di', 'Ed', 'Flo', 'Gus', 'Hal'])[1 + n %% 8] || ' '
       || (ARRAY['Lima', 'Park', 'Reyes', 'Haddad', 'Brandt'])[1 + n %% 5] || ' ' || n,
       CASE WHEN n %% 500 = 0 THEN 'admin' ELSE 'member' END, n %% 50 <> 0, '', now()
FROM generate_series(1, %(people)s) AS n
"""
GROUPS = """
INSERT INTO accounts_group (account_id, name, description, priority)
SELECT %(account)s, 'Group ' || n, 'Made for a measurement', n FROM generate_series(1, %(groups)s) AS n
"""
MEMBERSHIPS = """
INSERT INTO accounts_membership (group_id, user_id, is_admin)
SELECT g.id, u.id, u.id %% 97 = 0
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_user WHERE account_id = %(account)s) AS u
JOIN (SELECT id, priority FROM accounts_group WHERE account_id = %(account)s) AS g
  ON g.priority IN (1 + u.n %% %(groups)s, 1 + (u.n * 7 + 3) %% %(groups)s)
"""
CONNECTIONS = """
INSERT INTO calendar_integration_connection (user_id, account_id, state, mailbox, granted_scopes, token_cache,
                                             token_cache_version, failures, last_error, connected_at,
                                             last_good_sync_at, method, calendar_access, contact_access,
                                             disconnected_because, to_forget)
SELECT id, account_id, (ARRAY['active', 'active', 'stale', 'needs_reauthorization'])[1 + id %% 4], email, '', '',
       0, 0, '', now(), now(), 'graph', 'read', 'read', '', false
FROM accounts_user WHERE account_id = %(account)s AND id %% 3 <> 0
"""


@dataclass(frozen=True)
class Figure:
    """A page of one account: its queries, and the median of its seconds."""

    queries: int
    seconds: float


def main() -> int:
    """Print the table; answers 1 where the large account takes other queries than the small one."""
    with throw_away_database():
        small = measure("small", 100, 10)
        large = measure("large", 100_000, 1_000)
    say(f"{'page':<24}{'queries':>16}{'100 people':>13}{'100,000':>12}{'ratio':>8}")
    for page, of_small in small.items():
        of_large = large[page]
        queries = f"{of_small.queries} and {of_large.queries}"
        ratio = of_large.seconds / of_small.seconds
        say(
            f"{page:<24}{queries:>16}{of_small.seconds * 1000:>10.1f} ms{of_large.seconds * 1000:>9.1f} ms{ratio:>8.2f}"
        )
    return int(any(large[page].queries != figure.queries for page, figure in small.items()))


def measure(vanity: str, people: int, groups: int) -> dict[str, Figure]:
    """Every page of an account of this size."""
    account = Account.objects.create(vanity=vanity, name=vanity.title())
    owner = User.objects.create_user(account, f"dana@{vanity}.example", name="Dana Reyes", role=Role.OWNER)
    parameters: dict[str, str | int] = {"account": account.pk, "vanity": vanity, "people": people, "groups": groups}
    with connection.cursor() as cursor:
        for statement in (PEOPLE, GROUPS, MEMBERSHIPS, CONNECTIONS):
            cursor.execute(statement, parameters)
        cursor.execute("ANALYZE")
    group = Group.objects.filter(account=account).order_by("priority")[groups // 2]
    person = User.objects.filter(account=account, memberships__group=group).order_by("pk")[0]
    store.set_value(group, "office365.ask", "every", actor="a measurement")
    client = Client()
    client.force_login(owner)
    addresses = {**PAGES, **PREVIEWS}
    return {name: figure(client, path.format(group=group.pk, person=person.pk)) for name, path in addresses.items()}


def figure(client: Client, path: str) -> Figure:
    """The page once to warm up, once to count its queries, and then some times to measure."""
    assert client.get(path).status_code == 200, path  # noqa: S101 - a measurement of an error page would be none
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    queries = len(captured)  # now: the next request empties the log they are counted in
    took = []
    for _run in range(RUNS):
        started = time.perf_counter()
        client.get(path)
        took.append(time.perf_counter() - started)
    return Figure(queries, statistics.median(took))


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
