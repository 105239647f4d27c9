"""A simulation in words for administrators. Pure but for the row labels it is given."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Group
from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.words import rule_in_words
from calendar_integration.authorization.prompt import Verdict
from sso.entry import Kind
from sso.errors import Reason
from sso.mapping import Finding, Rule
from sso.simulator.simulation import Setting, Simulation
from sso.who import Who

REFUSALS = {
    Reason.NO_EMAIL: "No attribute holds an e-mail address, or what it holds is none.",
    Reason.SEVERAL_EMAILS: "Several different e-mail addresses arrived. It would be unclear who it is.",
    Reason.FOREIGN_DOMAIN: "The domain of the e-mail is not one that this account has proven to be its own.",
    Reason.OTHER_IDENTITY: "The e-mail belongs to somebody who signs in with another name ID.",
    Reason.DEACTIVATED: "The user is deactivated.",
    Reason.OWNER_NOT_VOUCHED: "The user is an owner, and no owner has agreed yet that owners may use this provider.",
}
KINDS = {
    Kind.KNOWN: "A user who has signed in this way before.",
    Kind.LINKED: "A user who signs in this way for the first time: the domain is proven, so the two are linked.",
    Kind.NEW: "Somebody new: a user would be created.",
    Kind.CONFIRMS: "Somebody new of an unknown domain: they get a mail, and all this happens once they confirm.",
}
FINDINGS = {
    Finding.MATCHES: "Matches",
    Finding.DIFFERS: "Other value",
    Finding.EMPTY: "Sent empty",
    Finding.ABSENT: "Not sent",
}
VERDICTS = {
    Verdict.REDIRECT: "They are asked to, and have no working connection yet.",
    Verdict.NOT_SSO: "It opens after single sign-on only.",
    Verdict.ASK_IS_OFF: "Nobody asks them: the setting that does is off for them.",
    Verdict.INTEGRATION_IS_OFF: "The calendar and contacts integration, or the account's calendar service, is off.",
    Verdict.NO_TENANT: "The account has no calendar service with a known Microsoft tenant yet.",
    Verdict.CONNECTED: "Their mailbox is connected already.",
    Verdict.ASKED_BEFORE: "They have been asked once already, and the setting asks only once.",
    Verdict.PAUSED: "Asking is paused: Microsoft wants an Office 365 admin's consent first.",
}


@dataclass(frozen=True)
class RuleLine:
    """What a rule finds, and what it gives; `decides` says that it counts for the role or a group."""

    place: int
    rule: Rule
    gives: str
    found: str
    matches: bool
    counts: bool


@dataclass(frozen=True)
class SettingLine:
    """A setting as it would count; `before` is empty where nothing changes."""

    title: str
    section: str
    before: str
    after: str
    why: str


def who_in_words(who: Who) -> str:
    """Who it would be, or why nobody."""
    return REFUSALS.get(who.reason, str(who.reason)) if who.reason else KINDS[who.kind]


def rule_lines(simulation: Simulation, groups: Sequence[Group]) -> list[RuleLine]:
    """Every rule in its order. Of those with a role only the first that matches counts."""
    names = {group.pk: group.name for group in groups}
    lines, has_role = [], False
    for place, (rule, finding) in enumerate(simulation.findings, start=1):
        matches = finding is Finding.MATCHES
        counts = matches and not (rule.role and has_role)
        has_role = has_role or (matches and bool(rule.role))
        gives = f"role {rule.role.capitalize()}" if rule.role else f"group {names.get(rule.group or 0, '')}"
        lines.append(RuleLine(place, rule, gives, FINDINGS[finding], matches, counts))
    return lines


def setting_line(setting: Setting) -> SettingLine:
    """A setting in its own words."""
    in_words = setting.definition.kind.in_words
    before = setting.before
    changes = before is not None and before.value != setting.after.value
    return SettingLine(
        title=setting.definition.title,
        section=f"{setting.definition.tab}, {setting.definition.section}",
        before=in_words(before.value) if before is not None and changes else "",
        after=in_words(setting.after.value),
        why=rule_in_words(setting.after, Tier.USER),
    )
