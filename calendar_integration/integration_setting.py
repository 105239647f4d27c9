"""The value of the integration setting: on or off, by which method, with which permissions. Pure, without Django."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from accounts.tiered_settings.kinds import ImpossibleValueError, Option
from calendar_integration import ews_url


class Method(StrEnum):
    """How Atrium reaches a mailbox."""

    GRAPH = "graph"
    EWS = "ews"


class CalendarAccess(StrEnum):
    """What Atrium may do with a calendar."""

    READ = "read"
    READWRITE = "readwrite"


class ContactAccess(StrEnum):
    """What Atrium may do with contacts."""

    NONE = "none"
    READ = "read"


METHODS = ((Method.GRAPH.value, "Microsoft Graph"), (Method.EWS.value, "Authorize with EWS URL"))
SERVICES = tuple((method, f"Office 365: {label}") for method, label in METHODS)
CALENDARS = ((CalendarAccess.READ.value, "Read"), (CalendarAccess.READWRITE.value, "Read and write"))
CONTACTS = ((ContactAccess.NONE.value, "None"), (ContactAccess.READ.value, "Read"))

BARE_HOST = f"For an Exchange server of your own. A host name alone becomes https://…{ews_url.NORMAL_PATH}."
FULL_ACCESS = "EWS always gives full access to the mailbox."
TRIED = "Atrium asks the server before it saves the address."
WRITING = "With read and write, people answer invitations on the Meetings page."
WITH_EWS, WITH_GRAPH = ("method", Method.EWS.value), ("method", Method.GRAPH.value)


@dataclass(frozen=True)
class Permissions:
    """What a mailbox is, or would be, authorized with; by EWS that is the host, since tokens are for one host only."""

    method: Method = Method.GRAPH
    calendars: CalendarAccess = CalendarAccess.READ
    contacts: ContactAccess = ContactAccess.READ
    ews_host: str = ""

    @property
    def writes_calendars(self) -> bool:
        """Whether calendars may be changed too."""
        return self.calendars is CalendarAccess.READWRITE

    @property
    def reads_contacts(self) -> bool:
        """Whether contacts are read."""
        return self.contacts is ContactAccess.READ

    def in_words(self) -> str:
        """Such as "Microsoft Graph, calendars read, contacts read"."""
        if self.method is Method.EWS:
            return f"EWS{f' at {self.ews_host}' if self.ews_host else ''}, full mailbox access"
        calendars, contacts = dict(CALENDARS)[self.calendars].lower(), dict(CONTACTS)[self.contacts].lower()
        return f"Microsoft Graph, calendars {calendars}, contacts {contacts}"


@dataclass(frozen=True)
class Integration:
    """A value of the setting, as it is stored."""

    on: bool = True
    method: Method = Method.GRAPH
    calendars: CalendarAccess = CalendarAccess.READ
    contacts: ContactAccess = ContactAccess.READ
    ews_url: str = ""

    @classmethod
    def of(cls, value: Any) -> Self:
        """From JSON as it is stored, where what does not count has no effect. Raises ImpossibleValueError."""
        if not isinstance(value, Mapping) or set(value) != set(cls.__dataclass_fields__):
            raise ImpossibleValueError("Choose on or off, the method, and the permissions.")
        if not isinstance(value["on"], bool):
            raise ImpossibleValueError("Choose on or off.")
        if _one_of(METHODS, value["method"], "method") == Method.EWS:
            if not isinstance(value["ews_url"], str):
                raise ImpossibleValueError("The EWS URL has to be text.")
            return cls(value["on"], Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ, value["ews_url"])
        return cls(
            value["on"],
            Method.GRAPH,
            CalendarAccess(_one_of(CALENDARS, value["calendars"], "permission for calendars")),
            ContactAccess(_one_of(CONTACTS, value["contacts"], "permission for contacts")),
        )

    @property
    def permissions(self) -> Permissions:
        """What people are asked to authorize."""
        return Permissions(self.method, self.calendars, self.contacts, self.ews_host)

    @property
    def ews_host(self) -> str:
        """The Exchange server, if the method is EWS."""
        return ews_url.host_of(self.ews_url)

    def in_words(self) -> str:
        """Such as "On: Microsoft Graph, calendars read, contacts read"."""
        if not self.on:
            return "Off"
        return f"On: {self.permissions.in_words()}"


def _one_of(labels: tuple[tuple[str, str], ...], value: Any, what: str) -> str:
    words = [word for word, _label in labels]
    if not isinstance(value, str) or value not in words:
        raise ImpossibleValueError(f"Choose a {what}: {' or '.join(label for _word, label in labels)}.")
    return value


@dataclass(frozen=True)
class IntegrationKind:
    """How values of the setting behave on the settings pages.

    `named_origins` answers the origins that the operator lets an EWS URL have although they are private.
    """

    named_origins: Callable[[], Collection[str]] = tuple

    has_switch = True
    options = (
        Option("method", "Default calendar service", SERVICES),
        Option("ews_url", "EWS URL", hint=f"{BARE_HOST} {FULL_ACCESS} {TRIED}", only_with=WITH_EWS),
        Option("calendars", "Calendars", CALENDARS, hint=WRITING, only_with=WITH_GRAPH),
        Option("contacts", "Contacts", CONTACTS, only_with=WITH_GRAPH),
    )

    def check(self, value: Any) -> dict[str, Any]:
        """The value as it is stored. Raises ImpossibleValueError."""
        integration = Integration.of(value)
        if integration.method is Method.EWS:
            integration = replace(integration, ews_url=ews_url.canonical(integration.ews_url, self.named_origins()))
        return self.stored(integration)

    def stored(self, integration: Integration) -> dict[str, Any]:
        """The value as JSON, which knows no enums."""
        parts = asdict(integration).items()
        return {name: str(part.value) if isinstance(part, StrEnum) else part for name, part in parts}

    def is_on(self, value: Any) -> bool:
        """Whether people may connect."""
        return bool(value["on"])

    def switched(self, value: Any, on: bool) -> Any:
        """The same method and permissions, on or off."""
        return {**value, "on": on}

    def chosen(self, value: Any) -> dict[str, str]:
        """Method, address and permissions."""
        return {option.name: str(value[option.name]) for option in self.options}

    def with_options(self, value: Any, submitted: Mapping[str, str]) -> dict[str, Any]:
        """The value with what a form submitted. Raises ImpossibleValueError."""
        known = {option.name: submitted[option.name] for option in self.options if option.name in submitted}
        return self.check({**value, **known})

    def in_words(self, value: Any) -> str:
        """The value for people."""
        return Integration.of(value).in_words()
