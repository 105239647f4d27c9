"""What Outlook fills in when an event is made with only some of its properties.

https://learn.microsoft.com/graph/api/resources/event
"""

import re
from datetime import datetime, timedelta
from html import unescape

from sandbox.tenant.clock import timestamp
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person

_ZERO_TIME = "0001-01-01T00:00:00Z"
_PREVIEW_LENGTH = 255


def text_of(html: str) -> str:
    """The readable text of an HTML body."""
    without_head = re.sub(r"(?is)<(head|style|script)\b.*?</\1>", " ", html)
    broken = re.sub(r"(?i)<(br|/p|/div|/li|/tr)\b[^>]*>", "\r\n", without_head)
    plain = unescape(re.sub(r"<[^>]+>", "", broken))
    return re.sub(r"(\r\n\s*){2,}", "\r\n\r\n", re.sub(r"[ \t]+", " ", plain)).strip()


def complete_event(given: Json, owner: Person) -> Json:
    """Every property Graph sends for an event, those given first. `given` needs a start."""
    start = given["start"]
    zone = start.get("timeZone") or owner.time_zone
    end = given.get("end") or _half_an_hour_later(start)
    me = {"emailAddress": {"name": owner.name, "address": owner.upn}}
    organizer = given.get("organizer") or me
    mine = organizer["emailAddress"]["address"].casefold() == owner.upn
    event = {
        **_plain_event(mine),
        "subject": "",
        "originalStartTimeZone": zone,
        "originalEndTimeZone": zone,
        **given,
        "start": {"dateTime": start["dateTime"][:19], "timeZone": zone},
        "end": {"dateTime": end["dateTime"][:19], "timeZone": end.get("timeZone") or zone},
        "organizer": organizer,
    }
    event.update(_body(event.get("body")))
    event.update(_place(given.get("location")))
    event["attendees"] = [_attendee(row) for row in event["attendees"]]
    if event["recurrence"]:
        event["recurrence"] = _recurrence(event["recurrence"], event["start"], zone)
    event.setdefault("createdDateTime", timestamp())
    return event


def patched_event(patch: Json) -> Json:
    """A change to an event, with what follows from it (preview of the body, list of locations)."""
    followed = dict(patch)
    for name in ("start", "end"):
        if name in patch:
            followed[name] = {**patch[name], "dateTime": patch[name]["dateTime"][:19]}
            if patch[name].get("timeZone"):
                followed[f"original{name.title()}TimeZone"] = patch[name]["timeZone"]
    if "body" in patch:
        followed.update(_body(patch["body"]))
    if "location" in patch:
        followed.update(_place(patch["location"]))
    if "attendees" in patch:
        followed["attendees"] = [_attendee(row) for row in patch["attendees"]]
    return followed


def _plain_event(mine: bool) -> Json:
    return {
        "transactionId": None,
        "categories": [],
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": True,
        "hasAttachments": False,
        "importance": "normal",
        "sensitivity": "normal",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": mine,
        "responseRequested": True,
        "showAs": "busy",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": False,
        "onlineMeetingProvider": "unknown",
        "onlineMeeting": None,
        "allowNewTimeProposals": True,
        "isDraft": False,
        "hideAttendees": False,
        "responseStatus": {"response": "organizer" if mine else "notResponded", "time": _ZERO_TIME},
        "recurrence": None,
        "attendees": [],
    }


def _half_an_hour_later(start: Json) -> Json:
    moment = datetime.fromisoformat(start["dateTime"][:19]) + timedelta(minutes=30)
    return {**start, "dateTime": moment.isoformat()}


def _body(given: Json | None) -> Json:
    body = {"contentType": "html", "content": "", **(given or {})}
    text = text_of(body["content"]) if body["contentType"] == "html" else body["content"]
    return {"body": body, "bodyPreview": text[:_PREVIEW_LENGTH]}


def _place(given: Json | None) -> Json:
    if not given or not given.get("displayName"):
        nowhere = {"displayName": "", "locationType": "default", "uniqueIdType": "unknown"}
        return {"location": {**nowhere, "address": {}, "coordinates": {}}, "locations": []}
    name = given["displayName"]
    place = {"locationType": "default", "uniqueId": name, "uniqueIdType": "private", **given}
    return {"location": place, "locations": [place]}


def _attendee(given: Json) -> Json:
    return {"type": "required", "status": {"response": "none", "time": _ZERO_TIME}, **given}


def _recurrence(given: Json, start: Json, zone: str) -> Json:
    pattern = {
        "type": "daily",
        "interval": 1,
        "month": 0,
        "dayOfMonth": 0,
        "firstDayOfWeek": "sunday",
        "index": "first",
        **given["pattern"],
    }
    bounds = {
        "type": "noEnd",
        "startDate": start["dateTime"][:10],
        "endDate": "0001-01-01",
        "recurrenceTimeZone": zone,
        "numberOfOccurrences": 0,
        **given.get("range", {}),
    }
    return {"pattern": pattern, "range": bounds}
