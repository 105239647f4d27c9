"""Creating people, with their audit row in the same transaction."""

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, Role, User


@transaction.atomic
def create_user(
    account: Account,
    email: str,
    *,
    name: str,
    actor: User | str,
    role: Role = Role.MEMBER,
    password: str | None = None,
    request: HttpRequest | None = None,
) -> User:
    """A new person of the account, audited. Raises IntegrityError where the account knows the e-mail already."""
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
