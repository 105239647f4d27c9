"""Which connections a lock ends, and how it is said. Pure, without Django and without the database."""

from enum import StrEnum

from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.resolution import Answer, Row
from calendar_integration.integration_setting import Integration, Method, Permissions

DEACTIVATED = "Your Atrium user was deactivated."


class Reason(StrEnum):
    """Why a connection has to go."""

    LOCKED_OFF = "locked_off"
    OTHER_PERMISSIONS = "other_permissions"
    OTHER_SERVER = "other_server"


OTHER = {Reason.OTHER_PERMISSIONS: "other permissions", Reason.OTHER_SERVER: "another Exchange server"}


def must_disconnect(authorized: Permissions, answer: Answer) -> Reason | None:
    """Why a mailbox authorized with these permissions may not stay connected, or None.

    `answer` is the person's effective integration setting. An unlocked value ends nothing; a locked one ends what was
    authorized with anything else, wider or narrower. That is another Exchange server too: a token is for one host.
    """
    if answer.locked_by is None:
        return None
    wanted = Integration.of(answer.value)
    if not wanted.on:
        return Reason.LOCKED_OFF
    if wanted.permissions == authorized:
        return None
    return Reason.OTHER_SERVER if wanted.method is authorized.method is Method.EWS else Reason.OTHER_PERMISSIONS


def why_off(answer: Answer) -> str:
    """Who switched the integration off, and why, for the person it is off for."""
    row = answer.source
    verb = "locked off" if answer.locked_by else "switched off"
    return f"The calendar and contacts integration is {verb}{where(row)}.{_reason(row if answer.locked_by else None)}"


def why_disconnected(reason: Reason, answer: Answer) -> str:
    """Who locked what, and why, for the person whose connection went."""
    if reason is Reason.LOCKED_OFF:
        return why_off(answer)
    wanted = Integration.of(answer.value).permissions.in_words()
    row = answer.locked_by
    return f"The calendar and contacts integration is locked to {OTHER[reason]}{where(row)}: {wanted}.{_reason(row)}"


def where(row: Row | None) -> str:
    """Such as " for the group Sales, by Dana Reyes"; nothing for the product's default."""
    if row is None:
        return ""
    place = {
        Tier.ACCOUNT: "for the whole company",
        Tier.GROUP: f"for the group {row.name}",
        Tier.USER: "in your own settings",
    }[row.tier]
    return f" {place}{f', by {row.set_by}' if row.set_by else ''}"


def _reason(row: Row | None) -> str:
    return f" Reason: {row.reason.rstrip('.')}." if row and row.reason else ""
