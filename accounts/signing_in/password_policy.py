"""Who may sign in with a password: it is a setting, except for owners, so that nobody locks everybody out."""

from accounts.models import Role, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.tiered_settings import store

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
