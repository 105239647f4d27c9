"""Who may sign in with a password: it is a setting, except for owners, so that nobody locks everybody out."""

from accounts.models import Account, Domain, Role, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.tiered_settings import reading, store

REFUSED = "Your company has switched off signing in with a password. Use single sign-on instead."


def is_switched_off(person: User) -> bool:
    """Whether the setting is off for this person, owner or not: one query."""
    return not store.effective(person, [PASSWORD_SIGN_IN.key])[PASSWORD_SIGN_IN.key].value


def allows(person: User) -> bool:
    """Whether they may use a password."""
    return person.role == Role.OWNER or not is_switched_off(person)


def is_break_glass(person: User) -> bool:
    """Whether a password worked for them only because they are an owner, which the audit log says."""
    return person.role == Role.OWNER and is_switched_off(person)


def is_enforced(account: Account) -> bool:
    """Whether single sign-on is enforced: passwords are off for the whole account, and locked so. One query."""
    answer = reading.standing(account, [PASSWORD_SIGN_IN.key])[PASSWORD_SIGN_IN.key]
    return answer.locked_by is not None and not answer.value


def enforcing_account(email: str) -> Account | None:
    """The account that has proven the address's domain and enforces single sign-on."""
    name = email.replace("\0", "").strip().lower()[:254].rpartition("@")[2]
    domain = Domain.objects.select_related("account").filter(name=name, proven_at__isnull=False).first()
    return domain.account if domain and is_enforced(domain.account) else None
