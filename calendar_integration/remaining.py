"""Who stays connected although the integration is off for them, or with other permissions than it asks for now."""

from collections.abc import Collection

from accounts.models import Account
from accounts.tiered_settings.reading import effective_for_all
from calendar_integration.authorized import permissions_by_person
from calendar_integration.integration_setting import Integration
from calendar_integration.setting_definitions import INTEGRATION


def who_stays_connected(account: Account, people: Collection[int] | None) -> str:
    """A remark for previews: how many connections go on until the setting is locked, or nothing."""
    authorized = permissions_by_person(account, people)
    if not authorized:
        return ""
    answers = effective_for_all(account, [INTEGRATION.key], list(authorized))[INTEGRATION.key]
    wanted = {person: Integration.of(answers.of(person).value) for person in authorized}
    differing = sum(not wanted[person].on or wanted[person].permissions != authorized[person] for person in wanted)
    if not differing:
        return ""
    who = "1 person stays connected as before" if differing == 1 else f"{differing} people stay connected as before"
    return f"{who} and Atrium goes on synchronising. Lock the setting to disconnect them."
