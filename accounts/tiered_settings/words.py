"""Settings in words for people: where a value comes from, who locked it, and why it is as it is. Pure."""

from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.resolution import Answer, Row, Rule

PRODUCT_DEFAULT = "Product default"


def lock_label(lock: Row, *, here: bool = False) -> str:
    """Which tier's lock it is."""
    if here:
        return "Locked here"
    return f"Locked by the group {lock.name}" if lock.tier is Tier.GROUP else "Locked for the whole account"


def source_label(answer: Answer, tier: Tier) -> str:
    """Where the value that counts on this tier comes from."""
    if answer.source is None:
        return PRODUCT_DEFAULT
    if answer.source.tier is tier and tier is not Tier.GROUP:
        return "Set here"
    if answer.source.tier is Tier.GROUP:
        return "Set here" if tier is Tier.GROUP else f"From the group {answer.source.name}"
    return "Inherited from the account"


RULES = {
    Rule.ACCOUNT_LOCK: "The account has locked it, so the account's value counts for everyone.",
    Rule.GROUP_LOCK: "The group {name} comes first among the groups that set it, and has locked it.",
    Rule.OWN_CHOICE: "Nobody above has locked it, so the person's own choice counts.",
    Rule.GROUP: "There is no own choice, so the group that comes first among those that set it counts: {name}.",
    Rule.ACCOUNT: "Neither the person nor any of their groups has set it, so the account's value counts.",
    Rule.DEFAULT: "Nobody has set it, so the product's default counts.",
}


def rule_in_words(answer: Answer, tier: Tier) -> str:
    """The step of the rule that decided, for whoever looks at this tier."""
    if answer.rule is Rule.ACCOUNT and tier is Tier.ACCOUNT:
        return "The account has set it; it counts for everyone for whom no group and no own choice says otherwise."
    if answer.rule is Rule.ACCOUNT and tier is Tier.GROUP:
        return "The group has not set it, so the account's value counts."
    if answer.rule is Rule.GROUP and tier is Tier.GROUP:
        return "The group has set it; it counts for members unless they chose for themselves or another group is first."
    return RULES[answer.rule].format(name=answer.source.name if answer.source else "")
