"""One authorized call to Exchange: whose mailbox, and in which time zone its times are written."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sandbox.ews.errors import SoapFault
from sandbox.ews.xml import Element
from sandbox.faults import Fault
from sandbox.tenant.mailbox import Mailbox
from sandbox.tenant.model import Person, Tenant
from sandbox.tenant.timezones import UnknownTimeZone, zone_of
from sandbox.world import World


@dataclass(frozen=True)
class Call:
    """`zone` is that of the request's TimeZoneContext, or UTC."""

    world: World
    tenant: Tenant
    owner: Person
    operation: Element
    zone: tzinfo

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox the call is about: the caller's own."""
        return self.tenant.mailboxes[self.owner.oid]

    def fault(self, kind: str) -> Fault | None:
        """Uses a fault that is on for the owner of the mailbox."""
        return self.world.faults.take(f"ews.{kind}", self.owner.upn)

    def written(self, moment: datetime) -> str:
        """A moment in the zone of the call; UTC is written with a Z."""
        return written(moment, self.zone)

    def moment(self, text: str) -> datetime:
        """The UTC of a moment in a request; without an offset it is in the zone of the call. Raises ValueError."""
        given = datetime.fromisoformat(text)
        return (given if given.tzinfo else given.replace(tzinfo=self.zone)).astimezone(UTC)


def written(moment: datetime, zone: tzinfo) -> str:
    """xs:dateTime with the offset of a zone, in whole seconds."""
    return moment.astimezone(zone).isoformat(timespec="seconds").replace("+00:00", "Z")


def zone_in_context(name: str) -> tzinfo:
    """The zone a request's header names, or UTC. Raises SoapFault."""
    try:
        return zone_of(name)
    except UnknownTimeZone as error:
        raise SoapFault("ErrorTimeZone", f"The time zone '{name}' is not known.") from error
