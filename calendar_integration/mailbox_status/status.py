"""How a person's mailbox stands, in one sentence they can act on. Never just "connected"."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.timesince import timesince, timeuntil

from calendar_integration import clock
from calendar_integration.integration_setting import Permissions
from calendar_integration.mailbox_status.status_words import Tone
from calendar_integration.models import DISCONNECTED_STATES, ConnectionState


@dataclass(frozen=True)
class MailboxStatus:
    """What is true now. `reads` are the streams of a first sync under way, as (kind, items read, finished)."""

    tone: Tone
    text: str
    state: str
    mailbox: str = ""
    checked_at: datetime | None = None
    is_told: bool = False  # Microsoft tells of changes, so that it is up to date although it was checked long ago
    next_try_at: datetime | None = None  # where the last try failed
    can_connect: bool = False
    action: str = ""  # what the button says that leads to Microsoft
    is_first_sync: bool = False
    reads: tuple[tuple[str, int, bool], ...] = ()
    window: tuple[date, date] | None = None
    needs_help: bool = False
    requested_at: datetime | None = None  # since when their admins know that they wait
    is_agreed: bool = False  # an Office 365 admin is said to have agreed, which this person waits for
    agreed_at: datetime | None = None
    detail: str = ""
    obstacle: str = ""
    unreadable: int = 0  # items of the mailbox that could not be read
    lacks_service: bool = False  # nobody of the company can connect
    # Of the connection; where there is none, what would be asked for.
    permissions: Permissions = field(default_factory=Permissions)
    may_add_contacts: bool = False

    @property
    def heading(self) -> str:
        """The first sentence of the text, for a page that has nothing else to show."""
        return self.text.partition(". ")[0].rstrip(".")

    @property
    def after_heading(self) -> str:
        """The sentences behind it."""
        return self.text.partition(". ")[2]

    @property
    def has_nothing_to_show(self) -> bool:
        """Whether a page can say no more than how to connect, or why that is not possible."""
        return self.state in DISCONNECTED_STATES or (not self.mailbox and (self.can_connect or bool(self.obstacle)))

    @property
    def is_checked_silently(self) -> bool:
        """Whether the button asks Microsoft for an approval without a page, where somebody would be stranded again."""
        return self.state == ConnectionState.BLOCKED_BY_ADMIN and not self.is_agreed

    @property
    def way_back(self) -> str:
        """How somebody who was disconnected by a setting can connect anew, or nothing."""
        if not self.can_connect or not self.detail:
            return ""
        asked = self.permissions.in_words()
        if asked in self.detail:
            return "You can connect again with these permissions."
        return f"You can connect again. Atrium then asks for: {asked}."

    @property
    def next_try(self) -> str:
        """When Atrium tries again, where the last try failed; nothing where that is not known."""
        if self.next_try_at is None:
            return ""
        minutes = (self.next_try_at - clock.now()).total_seconds() / 60
        return f"in {timeuntil(self.next_try_at, depth=1)}" if minutes >= 1 else "within a minute"

    @property
    def checked_ago(self) -> str:
        """How long ago the mailbox was last reached, to the second within the first minute."""
        if self.checked_at is None:
            return ""
        seconds = int((clock.now() - self.checked_at).total_seconds())
        if seconds < 60:
            return "just now" if seconds < 5 else f"{seconds} seconds ago"
        return f"{timesince(self.checked_at, depth=1)} ago"
