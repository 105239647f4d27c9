"""Rows as Graph sends them.

https://learn.microsoft.com/graph/api/resources/event
https://learn.microsoft.com/graph/api/resources/contact
"""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from sandbox.graph.preferences import Preferences
from sandbox.tenant.calendar import Instance
from sandbox.tenant.event_defaults import text_of
from sandbox.tenant.mailbox import Contact, Json
from sandbox.tenant.timezones import zone_of

IMMUTABLE = Preferences(immutable_ids=True)

_OUTLOOK = "https://outlook.office365.com/owa/"
_EVENT_TYPE = "#microsoft.graph.event"
_CONTACT_TYPE = "#microsoft.graph.contact"


def removed_row(key: str, prefer: Preferences) -> Json:
    """What a delta round says of an item that is not, or no longer, part of it."""
    return {"id": prefer.id_of(key), "@removed": {"reason": "deleted"}}


def event_row(row: Instance, prefer: Preferences) -> Json:
    """An event with every property."""
    properties = dict(row.properties)
    if prefer.text_bodies and properties["body"]["contentType"] == "html":
        properties["body"] = {"contentType": "text", "content": text_of(properties["body"]["content"])}
    shown = prefer.id_of(row.key)
    return {
        **_version(row.key, row.change),
        "id": shown,
        **properties,
        "lastModifiedDateTime": _modified(row.modified, prefer),
        "iCalUId": f"040000008200E00074C5B7101A82E008{row.key.encode().hex().upper()}",
        "webLink": f"{_OUTLOOK}?itemid={quote(shown, safe='')}&exvsurl=1&path=/calendar/item",
        "type": row.type,
        "seriesMasterId": _master_id(row, prefer),
        **_times(row, prefer),
        **_original_start(row),
    }


def changed_event_row(row: Instance, prefer: Preferences) -> Json:
    """An event in a delta round: occurrences stripped to their place in the series, the others whole."""
    if row.type != "occurrence":
        return {"@odata.type": _EVENT_TYPE, **event_row(row, prefer)}
    return {
        "@odata.type": _EVENT_TYPE,
        "@odata.etag": _version(row.key, row.change)["@odata.etag"],
        "id": prefer.id_of(row.key),
        "seriesMasterId": _master_id(row, prefer),
        "type": row.type,
        **_times(row, prefer),
    }


def contact_row(contact: Contact, prefer: Preferences) -> Json:
    """A contact with every property."""
    return {
        **_version(contact.key, contact.change),
        "id": prefer.id_of(contact.key),
        **contact.properties,
        "lastModifiedDateTime": _modified(contact.modified, prefer),
    }


def changed_contact_row(contact: Contact, prefer: Preferences) -> Json:
    """A contact in a delta round."""
    return {"@odata.type": _CONTACT_TYPE, **contact_row(contact, prefer)}


def selected(row: Json, names: list[str]) -> Json:
    """Only the properties asked for by $select; annotations and the id always stay."""
    if not names:
        return row
    wanted = {name.casefold() for name in names} | {"id"}
    return {key: value for key, value in row.items() if key.startswith("@") or key.casefold() in wanted}


def etag(key: str, change: int) -> str:
    """The @odata.etag of an item that was last touched by this change."""
    return str(_version(key, change)["@odata.etag"])


def _version(key: str, change: int) -> Json:
    change_key = base64.b64encode(f"{key[:9]}{change:06d}".encode()).decode()
    return {"@odata.etag": f'W/"{change_key}"', "changeKey": change_key}


def _modified(moment: str, prefer: Preferences) -> str:
    if not prefer.clock_off:
        return moment
    shown = datetime.fromisoformat(moment) + timedelta(seconds=prefer.clock_off)
    return shown.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _master_id(row: Instance, prefer: Preferences) -> str | None:
    if row.type not in ("occurrence", "exception"):
        return None
    return prefer.id_of(row.event.key)


def _times(row: Instance, prefer: Preferences) -> Json:
    zone = UTC if row.properties.get("isAllDay") else zone_of(prefer.time_zone)

    def shown(moment: datetime) -> Json:
        local = moment.astimezone(zone)
        return {"dateTime": local.strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": prefer.time_zone}

    return {"start": shown(row.start), "end": shown(row.end)}


def _original_start(row: Instance) -> Json:
    if row.original_start is None:
        return {}
    return {"originalStart": row.original_start.strftime("%Y-%m-%dT%H:%M:%SZ")}
