"""The rows about people: whether they may connect, whether they are asked, and how many have."""

from calendar_integration.models import AskMode
from calendar_integration.setting_definitions import ASK, INTEGRATION
from portal.overview.facts import Facts
from portal.overview.rows import Link, Row, State

SETTINGS = "account_settings"


def rows(facts: Facts) -> tuple[Row, ...]:
    """In the order in which they are done."""
    return integration(facts), ask(facts), adoption(facts)


def integration(facts: Facts) -> Row:
    """Whether people may connect."""
    title = "Calendar and contacts integration on"
    if facts.integration.on:
        return Row("integration", title, State.DONE, "People may connect their calendar and contacts.")
    why = "It is switched off for the company, so that nobody can connect where a group does not allow it."
    return Row("integration", title, State.TO_DO, why, Link("Switch it on", SETTINGS, fragment=INTEGRATION.key))


def ask(facts: Facts) -> Row:
    """Whether people are asked when they come by single sign-on; they can connect by themselves without."""
    title = "People asked when they sign in"
    if not facts.signs_on:
        why = "Only single sign-on asks, and it is not in use: each connects in their profile."
        return Row("ask", title, State.TO_DO, why, is_optional=True)
    if facts.ask is not AskMode.OFF:
        why = f"They are led to Office 365 {str(facts.ask.label).lower()}."
        return Row("ask", title, State.DONE, f"{why}{_groups(facts.groups_with_own_ask)}", is_optional=True)
    why = "People are not asked: each connects in their profile. Asked after single sign-on, most do it at once."
    fix = Link("Ask people", SETTINGS, fragment=ASK.key)
    return Row("ask", title, State.TO_DO, f"{why}{_groups(facts.groups_with_own_ask)}", fix, is_optional=True)


def adoption(facts: Facts) -> Row:
    """How many mailboxes are connected; the first one shows that everything above works."""
    title = "Mailboxes connected"
    meter = (facts.connected, facts.people)
    if facts.connected:
        fix = None if facts.connected >= facts.people else Link("Who is not", "users", query="connection=none")
        why = f"{facts.connected:,} of {facts.people:,} {'person' if facts.people == 1 else 'people'}."
        return Row("adoption", title, State.DONE, why, fix, meter=meter)
    if not facts.may_connect:
        return Row("adoption", title, State.TO_DO, "Nobody can connect before the steps above are done.", meter=meter)
    why = "Nobody yet. Connect your own mailbox first: it shows that everything above works."
    return Row("adoption", title, State.TO_DO, why, Link("Connect yours", "office365_setup"), meter=meter)


def _groups(number: int) -> str:
    """What groups have set for themselves."""
    if not number:
        return ""
    return " One group has set this for itself." if number == 1 else f" {number:,} groups have set this for themselves."
