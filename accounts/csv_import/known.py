"""What the account knows of the people and groups in a file: four queries, however long it is."""

from collections import defaultdict
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models.functions import Lower

from accounts.csv_import.checking import check
from accounts.csv_import.plan import Directory, GroupRef, Known, Plan
from accounts.csv_import.rows import FileRow
from accounts.directory import HAS_TAKEN_PART
from accounts.models import Account, Group, Membership, Role, User

_validate = EmailValidator()


def plan_of(account: Account, rows: Sequence[FileRow], *, actor: User) -> Plan:
    """What importing these rows would do at this moment."""
    return check(rows, directory(account, rows), by_owner=actor.role == Role.OWNER, is_email=is_email)


def directory(account: Account, rows: Sequence[FileRow]) -> Directory:
    """The people with these e-mails, the groups with these names, and the account's owners."""
    owners = User.objects.filter(account=account, role=Role.OWNER, is_active=True).filter(HAS_TAKEN_PART)
    return Directory(
        people=_people(account, [row.email for row in rows]),
        groups=_groups(account, {name for row in rows for name in row.groups}),
        owners=frozenset(owners.values_list("pk", flat=True)),
    )


def is_email(text: str) -> bool:
    """Whether the text is an e-mail address, as for the forms."""
    try:
        _validate(text)
    except ValidationError:
        return False
    return True


def _people(account: Account, emails: Sequence[str]) -> dict[str, Known]:
    storable = [email for email in emails if _is_storable(email)]
    people = User.objects.filter(account=account).alias(small=Lower("email")).filter(small__in=storable)
    found = list(people.values_list("pk", "email", "name", "role", "is_active", "invited_at"))
    groups: dict[int, set[int]] = defaultdict(set)
    memberships = Membership.objects.filter(user__in=[person[0] for person in found])
    for user_id, group_id in memberships.values_list("user_id", "group_id"):
        groups[user_id].add(group_id)
    return {
        email.lower(): Known(pk, email, name, role, is_active, invited_at is not None, frozenset(groups[pk]))
        for pk, email, name, role, is_active, invited_at in found
    }


def _groups(account: Account, names: set[str]) -> dict[str, GroupRef]:
    """By name in small letters, and by exact name, which comes first."""
    wanted = {name.lower() for name in names}
    known = Group.objects.filter(account=account).order_by("priority").values_list("pk", "name")
    found = [GroupRef(pk, name) for pk, name in known if name.lower() in wanted]
    return {group.name.lower(): group for group in reversed(found)} | {group.name: group for group in found}


def _is_storable(text: str) -> bool:
    """Whether the database takes it as text at all."""
    return "\0" not in text
