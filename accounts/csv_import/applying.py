"""Writing a checked file: all of it in one transaction, in batches, or nothing."""

import secrets
from collections.abc import Iterator, Sequence

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest

from accounts import audit
from accounts.csv_import.known import plan_of
from accounts.csv_import.plan import ChangedPerson, GroupRef, NewPerson, Plan
from accounts.csv_import.rows import FileRow
from accounts.extensions import run_consequences
from accounts.models import Account, AuditAction, Membership, User
from accounts.tiered_settings import revision
from accounts.tiered_settings.revision import StaleError

BATCH = 1_000
UPDATE = """
    UPDATE accounts_user SET name = new.name, role = new.role
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS new (id, name, role)
    WHERE accounts_user.id = new.id
"""

Joined = list[tuple[User, tuple[GroupRef, ...]]]


def apply(
    account: Account,
    rows: Sequence[FileRow],
    *,
    actor: User,
    file_name: str,
    seen: int,
    digest: str,
    request: HttpRequest | None = None,
) -> dict[int, str]:
    """Import the rows; answers what happened to whom.

    Raises StaleError where settings, groups or people have changed since the preview (version `seen`, plan `digest`),
    and PermissionDenied where the actor no longer manages the account.
    """
    try:
        with transaction.atomic():
            revision.lock(account, seen=seen, actor=actor)
            plan = _plan_now(account, rows, actor)
            if plan.digest != digest:
                raise StaleError
            created, changed, happened = _write(account, plan, actor)
            entries = [_whole_entry(account, plan, file_name), *_entries(plan, created, changed)]
            audit.record_many(entries, account=account, actor=actor, request=request)
            revision.advance(account)
            return happened
    except IntegrityError as error:  # somebody signed in with SSO for the first time at this very moment
        raise StaleError from error


@transaction.atomic
def rehearse(account: Account, rows: Sequence[FileRow], *, actor: User) -> dict[int, str]:
    """What `apply` does, except for the audit log; for a preview, whose transaction is taken back.

    Raises StaleError where something is wrong with the rows by now, and PermissionDenied as `apply` does.
    """
    revision.lock(account, actor=actor)
    _created, _changed, happened = _write(account, _plan_now(account, rows, actor), actor)
    return happened


def _plan_now(account: Account, rows: Sequence[FileRow], actor: User) -> Plan:
    actor.refresh_from_db(fields=["role", "is_active"])
    if not actor.is_active or not actor.is_account_admin:
        raise PermissionDenied
    plan = plan_of(account, rows, actor=actor)
    if plan.problems:
        raise StaleError
    return plan


def _write(account: Account, plan: Plan, actor: User) -> tuple[list[User], list[User], dict[int, str]]:
    """Write people and memberships; answers who was created, who was changed, and what happened to whom."""
    created = User.objects.bulk_create([_new(account, person) for person in plan.created], batch_size=BATCH)
    changed = [_changed(account, person) for person in plan.changed]
    _update(changed)
    joined = _joined(plan, created, changed)
    memberships = [Membership(group_id=group.id, user=user) for user, groups in joined for group in groups]
    # A sign-in may put people into groups at the same time: who is in it already stays as they are.
    Membership.objects.bulk_create(memberships, batch_size=BATCH, ignore_conflicts=True)
    people = [user.pk for user, _groups in joined]
    happened = run_consequences(account, people, actor=actor, reason="Import of people") if people else {}
    return created, changed, happened


def _update(users: Sequence[User]) -> None:
    """Names and roles in one statement; Django's own way takes ten times as long."""
    columns = ([user.pk for user in users], [user.name for user in users], [str(user.role) for user in users])
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, columns)


def _joined(plan: Plan, created: list[User], changed: list[User]) -> Joined:
    groups = [*(new.groups for new in plan.created), *(change.groups for change in plan.changed)]
    return [(user, joined) for user, joined in zip([*created, *changed], groups, strict=True) if joined]


def _new(account: Account, person: NewPerson) -> User:
    # As Django's make_password(None), which is slow for thousands.
    password = f"{UNUSABLE_PASSWORD_PREFIX}{secrets.token_hex(20)}"
    return User(account=account, email=person.email, name=person.name, role=person.role, password=password)


def _changed(account: Account, change: ChangedPerson) -> User:
    known = change.known
    return User(pk=known.id, account=account, email=known.email, name=change.name, role=change.role)


def _whole_entry(account: Account, plan: Plan, file_name: str) -> audit.Entry:
    counts = {"created": len(plan.created), "changed": len(plan.changed), "unchanged": plan.unchanged}
    return audit.Entry(AuditAction.USERS_IMPORTED, account, after={"file": file_name, **counts})


def _entries(plan: Plan, created: list[User], changed: list[User]) -> Iterator[audit.Entry]:
    """What the audit log says of each person."""
    yield from map(_created_entry, created)
    yield from _changed_entries(plan, changed)
    for user, groups in _joined(plan, created, changed):
        yield audit.Entry(AuditAction.MEMBER_ADDED, user, after={"groups": [group.name for group in groups]})


def _created_entry(user: User) -> audit.Entry:
    after = {"email": user.email, "name": user.name, "role": user.role}
    return audit.Entry(AuditAction.USER_CREATED, user, after=after)


def _changed_entries(plan: Plan, users: list[User]) -> list[audit.Entry]:
    entries = []
    for change, user in zip(plan.changed, users, strict=True):
        known = change.known
        if change.name != known.name:
            before, after = {"name": known.name}, {"name": change.name}
            entries.append(audit.Entry(AuditAction.USER_CHANGED, user, before=before, after=after))
        if change.role != known.role:
            before, after = {"role": known.role}, {"role": change.role}
            entries.append(audit.Entry(AuditAction.ROLE_CHANGED, user, before=before, after=after))
    return entries
