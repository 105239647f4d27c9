"""A mailbox of so many items as Graph writes them: the sandbox's calendar, with bodies as long as they are in life.

The same items every time, but for their dates, which lie around today.
"""

from datetime import UTC, datetime, timedelta
from random import Random

from sandbox.graph.changes import event_entries, in_order
from sandbox.graph.preferences import Preferences
from sandbox.graph.render import changed_contact_row, changed_event_row
from sandbox.scenario.calendars import CalendarBuilder
from sandbox.scenario.contacts import contact
from sandbox.scenario.people import organisations
from sandbox.tenant.calendar import Instance, Window
from sandbox.tenant.contact_defaults import complete_contact
from sandbox.tenant.event_defaults import text_of
from sandbox.tenant.ids import stable_uuid
from sandbox.tenant.mailbox import Json, Mailbox

PREFER = Preferences(immutable_ids=True, text_bodies=True)  # as Atrium asks for
# What stands below the words of an invitation, which is most of an event's four kilobytes.
TEAMS = """
________________________________________________________________________________
Microsoft Teams meeting
Join on your computer, mobile app or room device
Click here to join the meeting<{join}>
Meeting ID: {number}
Passcode: {code}
Download Teams<https://www.microsoft.com/en-us/microsoft-teams/download-app> | \
Join on the web<https://www.microsoft.com/microsoft-teams/join-a-meeting>
Or call in (audio only)
+49 69 5550 1234,,{number}#   Germany, Frankfurt am Main
Phone Conference ID: {number}#
Find a local number<https://dialin.teams.microsoft.com/8551f4c1-bea3-441a-8738-69aa517a91c5?id={number}>
Learn More<https://aka.ms/JoinTeamsMeeting> | \
Meeting options<https://teams.microsoft.com/meetingOptions/?organizerId={code}&threadId=19_meeting_{code}@thread.v2>
________________________________________________________________________________
"""
THREAD = """
________________________________
From: Office of the management <office@contoso.example>
Sent: Monday, 16 November 2026 09:14
Subject: Figures, drafts and rooms for the weeks to come

Dear colleagues,
the figures of the last quarter are in their usual place\
<https://contoso.sharepoint.example/sites/finance/Shared%20Documents/{code}/Forms/AllItems.aspx>, and the draft of the \
plan beside them<https://contoso.sharepoint.example/:w:/r/sites/finance/_layouts/15/Doc.aspx?sourcedoc=%7B{code}%7D>.
Whoever needs a larger room, please tell the front desk two days before; what is booked and not used is given to \
others after ten minutes. The list of rooms is on the intranet<https://intranet.contoso.example/rooms/{number}>.
Minutes are written by whoever invites, and sent on the same day.

Contoso Ltd, registered in Berlin. This message is meant for those it is addressed to. If you are none of them, please \
tell us, delete it, and neither copy it nor pass it on; how we treat personal data is explained at \
https://www.contoso.example/privacy.
"""


def calendar_rows(whole: int, *, with_occurrences: bool = False) -> list[Json]:
    """The rows of a delta round: so many whole events, and the occurrences of their series where wanted."""
    mailbox, window = _calendar(2 * whole + 500)
    entries = [entry.item for entry in in_order(event_entries(mailbox, window, None, bare=False))]
    rows = [changed_event_row(item, PREFER) for item in entries if isinstance(item, Instance)]
    masters_first = sorted(rows, key=lambda row: row["type"] != "seriesMaster")
    kept = {row["id"] for row in [row for row in masters_first if row["type"] != "occurrence"][:whole]}
    return [
        row
        for row in rows
        if row["id"] in kept or (with_occurrences and row["type"] == "occurrence" and row["seriesMasterId"] in kept)
    ]


def contact_rows(count: int) -> list[Json]:
    """The rows of a delta round of so many contacts."""
    owner, mailbox, draw = next(iter(organisations()[0][0].people.values())), Mailbox(0), Random(1)  # noqa: S311
    for number in range(count):
        mailbox.add_contact(complete_contact(contact(draw, number), owner), stable_uuid("contact", str(number)))
    return [changed_contact_row(item, PREFER) for item in mailbox.contacts.values()]


def _calendar(rows: int) -> tuple[Mailbox, Window]:
    """A calendar of about so many rows, and the window they are in."""
    owner, *colleagues = organisations()[0][0].people.values()
    mailbox, now = Mailbox(generation=0), datetime.now(UTC)
    CalendarBuilder(owner, colleagues, mailbox, now.date(), Random(1)).fill(rows)  # noqa: S311 - repeatable
    for event in mailbox.events.values():
        event.properties["body"] = _body(event.key, event.properties)
    return mailbox, Window(now - timedelta(days=30), now + timedelta(days=365))


def _body(key: str, properties: Json) -> Json:
    """The body as text: Outlook's lines below an online meeting, a quoted message below any other."""
    code, join = stable_uuid(key).hex, (properties["onlineMeeting"] or {}).get("joinUrl", "")
    below = (TEAMS if join else THREAD).format(number=int(code[:9], 16), code=code, join=join)
    content = text_of(properties["body"]["content"]) + below.replace("\n", "\r\n")
    return {"contentType": "text", "content": content}
