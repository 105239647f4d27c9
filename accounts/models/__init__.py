"""Who there is, and what happened."""

from accounts.models.account import Account, Domain, Group, Membership
from accounts.models.audit import AuditAction, AuditEvent
from accounts.models.setting import SettingTier, SettingValue
from accounts.models.user import Role, User

__all__ = [
    "Account",
    "AuditAction",
    "AuditEvent",
    "Domain",
    "Group",
    "Membership",
    "Role",
    "SettingTier",
    "SettingValue",
    "User",
]
