"""Whom a name in a filter means: ids, so that the log's indexes find their rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Left, StrIndex

from accounts import audit
from accounts.models import Account, AuditAction, AuditEvent, Group, User

AT_MOST = 100  # people or groups that one part of a name may mean
LABELS = (audit.OPERATOR, audit.NOBODY, audit.WORKER, "SSO: identity provider")


class TooManyError(ValueError):
    """More people or groups fit than can be looked for; the message says so, `parameter` is the filter's name."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"More than {AT_MOST} fit. Write more of the name, or the whole e-mail address.")
        self.parameter = parameter


@dataclass(frozen=True)
class Actors:
    """Who did something: people by their ids, and the part of a label, where rows without a person can have it."""

    ids: tuple[int, ...]
    label_part: str


def actors(account: Account, part: str) -> Actors:
    """Everyone with this part in their name or e-mail, and parts of the product. Raises TooManyError."""
    is_label = any(part.lower() in label.lower() for label in LABELS) or part.startswith("SSO: ")
    return Actors(_bounded(_people(account, part), "who"), part if is_label else "")


def targets(account: Account, part: str) -> dict[str, tuple[int, ...]]:
    """Ids by type of target: people, groups, also such as are gone, and the account itself. Raises TooManyError."""
    groups = Group.objects.filter(account=account, name__icontains=part).values_list("pk", flat=True)
    gone = AuditEvent.objects.filter(
        account=account, action=AuditAction.GROUP_DELETED, target_label__icontains=part
    ).values_list("target_id", flat=True)
    found = {
        "user": _bounded(_people(account, part), "target"),
        "group": _bounded([*groups[: AT_MOST + 1], *gone[: AT_MOST + 1]], "target"),
        "account": (account.pk,) if part.lower() in account.name.lower() else (),
    }
    return {kind: ids for kind, ids in found.items() if ids}


def _people(account: Account, part: str) -> QuerySet[User, int]:
    """Ids of people; a whole e-mail address means nobody else, and a company's name not everyone at its domain."""
    people = User.objects.filter(account=account)
    if "@" in part:
        exactly = people.filter(email=part.lower())
        fitting = exactly if exactly.exists() else people.filter(email__icontains=part)
    else:
        before_at = Left("email", StrIndex("email", Value("@")) - 1)
        fitting = people.alias(mailbox=before_at).filter(Q(mailbox__icontains=part) | Q(name__icontains=part))
    return fitting.values_list("pk", flat=True)[: AT_MOST + 1]


def _bounded(ids: Iterable[int | None], parameter: str) -> tuple[int, ...]:
    found = tuple(dict.fromkeys(one for one in ids if one is not None))
    if len(found) > AT_MOST:
        raise TooManyError(parameter)
    return found
