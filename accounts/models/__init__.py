"""Who there is, and what happened."""

from accounts.models.account import Account, Domain, Group, Membership
from accounts.models.audit import AuditAction, AuditEvent
from accounts.models.pending_import import PendingImport
from accounts.models.session import SignInSession
from accounts.models.setting import SettingTier, SettingValue
from accounts.models.user import Role, User

__all__ = [
    "Account",
    "AuditAction",
    "AuditEvent",
    "Domain",
    "Group",
    "Membership",
    "PendingImport",
    "Role",
    "SettingTier",
    "SettingValue",
    "SignInSession",
    "User",
]
