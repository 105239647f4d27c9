"""Whether a person may answer invitations here, and if not, why not."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from accounts.tiered_settings.resolution import Answer
from calendar_integration import policy, scopes
from calendar_integration.availability import Availability, availability_of
from calendar_integration.models import Connection, Meeting

NOT_CONNECTED = "Your Office 365 calendar is not connected."
ONLY_READS = "Atrium may only read your calendar, so you answer in Outlook."
CONNECT_AGAIN = "Your calendar is connected for reading only. Connect again to answer here."


@dataclass(frozen=True)
class Writing:
    """Whether Atrium may write to somebody's calendar; if not, `words` say why.

    `reconnecting_helps`: they would be asked for more now. `may_choose`: their own settings can ask for more.
    """

    allowed: bool
    words: str = ""
    reconnecting_helps: bool = False
    may_choose: bool = False


def why_unanswerable(meeting: Meeting, now: datetime, today: date) -> str:
    """Why nobody waits for an answer to this meeting, or nothing. Pure; `today` is the person's."""
    if meeting.is_cancelled:
        return "This meeting was cancelled."
    if meeting.is_organizer:
        return "You organise this meeting yourself."
    if not meeting.wants_response:
        return "The organiser has not asked for an answer."
    return "This meeting is over." if _is_over(meeting, now, today) else ""


def _is_over(meeting: Meeting, now: datetime, today: date) -> bool:
    if meeting.end_date:
        return meeting.end_date <= today
    return meeting.times[1] <= now


def writing_of(user: User) -> Writing:
    """For this person now: one query, three where the answer is no."""
    connection = Connection.objects.filter(user=user).first()
    if connection is None or not connection.is_active:
        return Writing(allowed=False, words=NOT_CONNECTED)
    if may_write(connection):
        return Writing(allowed=True)
    return why_not(availability_of(user))


def may_write(connection: Connection) -> bool:
    """Whether the mailbox was authorized for writing, and Microsoft granted just that. Pure."""
    permissions = connection.permissions
    if not connection.is_active or not permissions.writes_calendars:
        return False
    write = scopes.wanted(permissions)[:1]  # calendars by Graph; by EWS, the whole mailbox
    return not scopes.missing(connection.granted_scopes, write)


def why_not(availability: Availability) -> Writing:
    """Why a mailbox that is connected may not be written to, and what would change that. Pure."""
    wanted = availability.permissions
    if availability.obstacle is None and wanted.writes_calendars:
        return Writing(allowed=False, words=CONNECT_AGAIN, reconnecting_helps=True)
    answer = availability.answer
    return Writing(allowed=False, words=f"{ONLY_READS} {_who_decides(answer)}", may_choose=answer.locked_by is None)


def _who_decides(answer: Answer) -> str:
    if answer.source is None:
        return "Nobody has allowed more yet."
    return f"That is {'locked' if answer.locked_by else 'set'}{policy.where(answer.source)}."
