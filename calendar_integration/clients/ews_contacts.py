"""Contacts of EWS as rows: pure.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/contact
"""

import orjson
from lxml.etree import _Element

from calendar_integration.clients.base import ContactRow
from calendar_integration.clients.ews_items import TYPES, address_of, id_of, text

CONTACT = f"{TYPES}Contact"  # a folder of contacts holds distribution lists too
FIELDS = (
    "contacts:DisplayName",
    "contacts:GivenName",
    "contacts:Surname",
    "contacts:CompanyName",
    "contacts:JobTitle",
    "contacts:Department",
)
# Each kind of number that is kept, in the order that it is listed in.
PHONES = (
    ("MobilePhone", "mobile"),
    ("BusinessPhone", "business"),
    ("BusinessPhone2", "business"),
    ("HomePhone", "home"),
    ("HomePhone2", "home"),
)


def to_row(item: _Element) -> ContactRow:
    """A contact. Raises KeyError where it is malformed."""
    remote_id, change_key = id_of(item)
    numbers = entries_of(item, "PhoneNumbers")
    emails = [address_of(written) for _, written in sorted(entries_of(item, "EmailAddresses").items())]
    return ContactRow(
        remote_id=remote_id,
        change_key=change_key,
        name=name_of(item),
        company=text(item, "CompanyName"),
        job_title=text(item, "JobTitle"),
        department=text(item, "Department"),
        emails=orjson.dumps([address for address in emails if address]).decode(),
        phones=orjson.dumps([[kind, numbers[key]] for key, kind in PHONES if numbers.get(key)]).decode(),
    )


def name_of(item: _Element) -> str:
    """The name to list it by: as displayed, else made of its parts, else the company's."""
    parts = [text(item, "GivenName"), text(item, "Surname")]
    return text(item, "DisplayName") or " ".join(part for part in parts if part) or text(item, "CompanyName")


def entries_of(item: _Element, name: str) -> dict[str, str]:
    """A dictionary of EWS: each entry's text by its key, such as EmailAddress1."""
    entries = item.iterfind(f"{TYPES}{name}/{TYPES}Entry")
    return {str(entry.get("Key", "")): entry.text or "" for entry in entries}
