"""Who comes in, as whom, and who does not: the one decision of sign-ins, tests and the simulator. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from sso.errors import Reason

OWNER = "owner"  # the value of accounts.models.Role.OWNER


class Kind(StrEnum):
    """What somebody is to the account."""

    KNOWN = "known"
    LINKED = "linked"
    NEW = "new"
    CONFIRMS = "confirms"
    REFUSED = "refused"


@dataclass(frozen=True)
class Facts:
    """What is known of somebody whom the identity provider names.

    `role` is that of the user with this name id, else of the one with this address; empty where there is neither.
    """

    role: str = ""
    is_active: bool = True
    is_known: bool = False  # by the name id
    has_other_name_id: bool = False  # at the same identity provider
    is_domain_proven: bool = False
    is_address_confirmed: bool = False  # by a mail, just now
    may_confirm: bool = False
    owners_may_use: bool = True


@dataclass(frozen=True)
class Decision:
    """What they are, and why not where they are refused."""

    kind: Kind
    reason: Reason | None = None


def decide(facts: Facts) -> Decision:
    """Whether they come in, and as whom."""
    reason = _not_theirs(facts) or may_not_enter(facts)
    if reason is not None:
        return Decision(Kind.REFUSED, reason)
    if facts.role:
        return Decision(Kind.KNOWN if facts.is_known else Kind.LINKED)
    is_sure = facts.is_domain_proven or facts.is_address_confirmed
    return Decision(Kind.NEW if is_sure else Kind.CONFIRMS)


def may_not_enter(facts: Facts) -> Reason | None:
    """Why this user stays outside, whoever says that it is them: the deactivated, and owners before one agreed.

    Otherwise an admin could put a provider of their own into use, and be an owner with its help.
    """
    if facts.role and not facts.is_active:
        return Reason.DEACTIVATED
    if facts.role == OWNER and not facts.owners_may_use:
        return Reason.OWNER_NOT_VOUCHED
    return None


def _not_theirs(facts: Facts) -> Reason | None:
    """Why the address does not make them this user, or a new one: only the owner of its domain can say so."""
    if facts.is_known:
        return None
    is_promised = not facts.role and (facts.is_address_confirmed or facts.may_confirm)
    if not facts.is_domain_proven and not is_promised:
        return Reason.FOREIGN_DOMAIN
    return Reason.OTHER_IDENTITY if facts.has_other_name_id else None
