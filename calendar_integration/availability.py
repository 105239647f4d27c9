"""Whether a person may connect now, with what, and if not, why not."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.models import User
from accounts.tiered_settings.reading import effective
from accounts.tiered_settings.resolution import Answer
from calendar_integration import policy
from calendar_integration.integration_setting import Integration, Permissions
from calendar_integration.models import CalendarService
from calendar_integration.setting_definitions import INTEGRATION

NO_SERVICE = "Your company has not set up Office 365 in Atrium yet. Ask your administrator."


class Obstacle(StrEnum):
    """What keeps people from connecting."""

    OFF = "off"
    NO_SERVICE = "no_service"


@dataclass(frozen=True)
class Availability:
    """A person's effective integration setting, and whether their company's service is ready for it."""

    answer: Answer
    service: CalendarService | None

    @property
    def integration(self) -> Integration:
        """The value of the setting."""
        return Integration.of(self.answer.value)

    @property
    def permissions(self) -> Permissions:
        """What they would be asked to authorize."""
        return self.integration.permissions

    @property
    def obstacle(self) -> Obstacle | None:
        """The first thing in the way, in the order in which a person could do something about it."""
        if not self.integration.on:
            return Obstacle.OFF
        return None if self.service else Obstacle.NO_SERVICE

    @property
    def words(self) -> str:
        """The obstacle for the person, or nothing."""
        if self.obstacle is Obstacle.OFF:
            return policy.why_off(self.answer)
        return NO_SERVICE if self.obstacle else ""


def availability_of(user: User) -> Availability:
    """For this person now: two queries."""
    service = CalendarService.objects.ready().filter(account=user.account_id).first()
    return Availability(integration_of(user), service)


def integration_of(user: User) -> Answer:
    """The person's effective integration setting: one query."""
    return effective(user, [INTEGRATION.key])[INTEGRATION.key]
