"""Creating and changing people, each with its audit row in the same transaction."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from accounts import audit, extensions
from accounts.models import Account, AuditAction, Role, User
from accounts.signing_in import sessions
from accounts.tiered_settings import revision

Actor = User | str


# Somebody who was never here and has no password may never come.
HAS_TAKEN_PART = Q(invited_at=None) & (Q(last_login__isnull=False) | ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX))


class LastOwnerError(Exception):
    """The account would be left without an active owner; nothing was written."""


@transaction.atomic
def create_user(
    account: Account,
    email: str,
    *,
    name: str,
    actor: Actor,
    role: Role = Role.MEMBER,
    password: str | None = None,
    request: HttpRequest | None = None,
) -> User:
    """A new person of the account, audited. Raises IntegrityError where the account knows the e-mail already."""
    # Before the row: two who add the same e-mail would wait for each other, one for the e-mail, one for the account.
    revision.lock(account, actor=actor)
    user = User.objects.create_user(account, email, name=name, role=role, password=password)
    audit.record(
        AuditAction.USER_CREATED,
        account=account,
        actor=actor,
        target=user,
        after={"email": user.email, "name": user.name, "role": user.role},
        request=request,
    )
    return user


@transaction.atomic
def rename(person: User, name: str, *, actor: Actor, request: HttpRequest | None = None) -> None:
    """Give a person another name; the one they have already changes nothing."""
    before = _as_it_is_now(person, actor).name
    if name == before:
        return
    person.name = name
    person.save(update_fields=["name"])
    _record(AuditAction.USER_CHANGED, person, actor, request, before={"name": before}, after={"name": name})


@transaction.atomic
def change_role(person: User, role: Role, *, actor: Actor, request: HttpRequest | None = None) -> None:
    """Give a person another role; the one they have already changes nothing.

    Raises LastOwnerError. Whether the actor may do it is not asked here: see accounts.permissions.
    """
    before = _as_it_is_now(person, actor).role
    if role == before:
        return
    if is_last_owner(person):
        raise LastOwnerError
    person.role = role
    person.save(update_fields=["role"])
    _record(AuditAction.ROLE_CHANGED, person, actor, request, before={"role": before}, after={"role": role.value})


@transaction.atomic
def deactivate(person: User, *, actor: Actor, request: HttpRequest | None = None) -> None:
    """Keep a person out, and tell everyone who waits for it: sessions, the apps above. Raises LastOwnerError.

    Somebody who is deactivated already stays so, without another audit row.
    """
    if not _as_it_is_now(person, actor).is_active:
        return
    if is_last_owner(person):
        raise LastOwnerError
    person.is_active = False
    person.save(update_fields=["is_active"])
    extensions.person_deactivated(person, actor)
    _record(AuditAction.USER_DEACTIVATED, person, actor, request)


@transaction.atomic
def reactivate(person: User, *, actor: Actor, request: HttpRequest | None = None) -> None:
    """Let a person in again. What ended when they were deactivated does not come back by itself."""
    if _as_it_is_now(person, actor).is_active:
        return
    sessions.end_all(person)  # one that began while they were being deactivated
    person.is_active = True
    person.save(update_fields=["is_active"])
    _record(AuditAction.USER_REACTIVATED, person, actor, request)


def is_last_owner(person: User) -> bool:
    """Whether nobody else could manage the owners: no other owner is active and has taken part already."""
    if person.role != Role.OWNER or not person.is_active:
        return False
    others = User.objects.filter(account=person.account_id, role=Role.OWNER, is_active=True)
    return not others.filter(HAS_TAKEN_PART).exclude(pk=person.pk).exists()


def _as_it_is_now(person: User, actor: Actor) -> User:
    # Everyone who changes people of an account passes here one after the other, so that what was read stays true.
    revision.lock(person.account, actor=actor)
    person.refresh_from_db(fields=["name", "role", "is_active", "invited_at"])
    return person


def _record(
    action: AuditAction,
    person: User,
    actor: Actor,
    request: HttpRequest | None,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    audit.record(
        action, account=person.account, actor=actor, target=person, before=before, after=after, request=request
    )
