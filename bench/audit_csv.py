"""How fast a million rows of the audit log stream as CSV, and that memory does not grow with them."""

import sys
import time
from dataclasses import dataclass

import psutil
from django.db import connection
from django.test import Client

from accounts.models import Account, AuditEvent, Role, User
from bench.ground import throw_away_database

FEW, MANY = 10_000, 1_000_000
MEGABYTE = 1024 * 1024
FILL = """
INSERT INTO accounts_auditevent (account_id, at, actor_id, actor_label, action, target_type, target_id, target_label,
                                 before, after, reason, reference, address)
SELECT %(account)s, now() - number * interval '7 seconds', 1000 + number %% 5000, 'Person ' || number %% 5000,
       (ARRAY['sign_in.succeeded', 'setting.changed', 'user.changed', 'group.member_added'])[1 + number %% 4],
       CASE number %% 4 WHEN 3 THEN 'group' ELSE 'user' END, number %% 7919, 'Target ' || number %% 7919,
       jsonb_build_object('name', 'Person ' || number), jsonb_build_object('name', '=HYPERLINK(' || number || ')'),
       CASE number %% 10 WHEN 0 THEN 'Asked for by mail' ELSE '' END, '', '198.51.100.7'
FROM generate_series(1, %(rows)s) AS number
"""


@dataclass(frozen=True)
class Stream:
    """What came of one download; memory is what the process held before it, and the most while it ran."""

    rows: int
    seconds: float
    megabytes_before: float
    megabytes_at_peak: float

    @property
    def growth(self) -> float:
        """By how many megabytes the process grew."""
        return self.megabytes_at_peak - self.megabytes_before


def main() -> None:
    """Measure the few and the many."""
    with throw_away_database():
        few = owner_of_rows("few", FEW)
        many = owner_of_rows("many", MANY)
        stream(few)  # what is loaded at first use is not counted
        small, large = stream(few), stream(many)
        for result in (small, large):
            memory = f"{result.megabytes_at_peak:7.2f} MB at its peak, {result.growth:5.2f} MB more than before"
            say(f"{result.rows:>9} rows  {result.seconds:7.2f} s  memory {memory}")
        ratio = large.megabytes_at_peak / small.megabytes_at_peak
        say(f"peak memory of {large.rows} rows beside that of {small.rows}: {ratio:.3f} times")


def owner_of_rows(vanity: str, rows: int) -> User:
    """The owner of an account with so many rows."""
    account = Account.objects.create(vanity=vanity, name=vanity.title())
    owner = User.objects.create_user(account, f"dana@{vanity}.example", name="Dana Reyes", role=Role.OWNER)
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"account": account.pk, "rows": rows})
        cursor.execute(f"ANALYZE {AuditEvent._meta.db_table}")
    return owner


def stream(owner: User) -> Stream:
    """Download everything as a browser would, piece by piece."""
    client = Client()
    client.force_login(owner)
    before = peak = megabytes()
    started, lines = time.perf_counter(), 0
    for chunk in client.get("/account/audit.csv"):
        lines += chunk.count(b"\r\n")
        peak = max(peak, megabytes())
    return Stream(lines - 1, time.perf_counter() - started, before, peak)


def megabytes() -> float:
    """The memory this process has in use, with what the database driver holds."""
    return psutil.Process().memory_info().rss / MEGABYTE


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
