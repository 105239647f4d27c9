"""Graph's contacts as rows: pure.

https://learn.microsoft.com/graph/api/resources/contact
"""

from typing import Any

import orjson

from calendar_integration.clients.base import ContactRow


def to_row(item: dict[str, Any]) -> ContactRow:
    """A contact. Raises KeyError or TypeError where Graph's item is malformed."""
    emails = [_clean(entry.get("address")) for entry in item.get("emailAddresses") or []]
    return ContactRow(
        remote_id=item["id"],
        change_key=item.get("changeKey") or item.get("@odata.etag", ""),
        name=name_of(item),
        company=item.get("companyName") or "",
        job_title=item.get("jobTitle") or "",
        department=item.get("department") or "",
        emails=orjson.dumps([address for address in emails if address]).decode(),
        phones=orjson.dumps(phones_of(item)).decode(),
    )


def name_of(item: dict[str, Any]) -> str:
    """The name to list it by: as displayed, else made of its parts, else the company's."""
    parts = [item.get("givenName") or "", item.get("surname") or ""]
    return item.get("displayName") or " ".join(part for part in parts if part) or item.get("companyName") or ""


def _clean(text: str | None) -> str:
    """Without the NULs that JSON can carry and the database cannot hold."""
    return str(text or "").replace("\0", "")


def phones_of(item: dict[str, Any]) -> list[list[str]]:
    """Every number with its kind: mobile, business or home."""
    numbers = (
        ("mobile", [item.get("mobilePhone")]),
        ("business", item.get("businessPhones") or []),
        ("home", item.get("homePhones") or []),
    )
    cleaned = [[kind, _clean(number)] for kind, each in numbers for number in each]
    return [[kind, number] for kind, number in cleaned if number]
