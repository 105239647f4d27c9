"""The dictionaries of a contact: addresses, telephones, instant messengers, each entry under a key of its own.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/emailaddresses
"""

from collections.abc import Iterable

from sandbox.ews.item_view import ItemView
from sandbox.ews.xml import Element, t
from sandbox.tenant.mailbox import Json

_PARTS = [
    ("Street", "street"), ("City", "city"), ("State", "state"), ("CountryOrRegion", "countryOrRegion"),
    ("PostalCode", "postalCode"),
]  # fmt: skip
_PLACES = [("Business", "businessAddress"), ("Home", "homeAddress"), ("Other", "otherAddress")]


def emails(view: ItemView) -> Element | None:
    """Up to three e-mail addresses."""
    wanted = view.shape.entries("contacts:EmailAddress", "contacts:EmailAddresses")
    rows = enumerate((view.properties.get("emailAddresses") or [])[:3], 1)
    return _dictionary(
        "EmailAddresses", (_email(f"EmailAddress{n}", row) for n, row in rows if wanted(f"EmailAddress{n}"))
    )


def _email(key: str, row: Json) -> Element:
    named = {"Name": row["name"]} if row.get("name") else {}
    return t("Entry", row.get("address") or "", Key=key, **named, RoutingType="SMTP", MailboxType="Contact")


def addresses(view: ItemView) -> Element | None:
    """Business, home and other address, each with the parts that are asked for."""
    made = (_address(view, key, view.properties.get(kept) or {}) for key, kept in _PLACES)
    return _dictionary("PhysicalAddresses", (entry for entry in made if entry is not None))


def _address(view: ItemView, key: str, kept: Json) -> Element | None:
    parts = [
        t(name, kept[part])
        for name, part in _PARTS
        if kept.get(part) and view.shape.entries(f"contacts:PhysicalAddress:{name}", "contacts:PhysicalAddresses")(key)
    ]
    return t("Entry", parts, Key=key) if parts else None


def phones(view: ItemView) -> Element | None:
    """Telephone numbers."""
    wanted = view.shape.entries("contacts:PhoneNumber", "contacts:PhoneNumbers")
    rows = [(key, number) for key, number in _numbers(view.properties) if number and wanted(key)]
    return _dictionary("PhoneNumbers", (t("Entry", number, Key=key) for key, number in rows))


def _numbers(kept: Json) -> list[tuple[str, str]]:
    work, home = kept.get("businessPhones") or [], kept.get("homePhones") or []
    mobile = [("MobilePhone", kept.get("mobilePhone") or "")]
    return [
        *zip(("BusinessPhone", "BusinessPhone2"), work, strict=False),
        *zip(("HomePhone", "HomePhone2"), home, strict=False),
        *mobile,
    ]


def instant_messengers(view: ItemView) -> Element | None:
    """Up to three addresses of instant messengers."""
    wanted = view.shape.entries("contacts:ImAddress", "contacts:ImAddresses")
    rows = enumerate((view.properties.get("imAddresses") or [])[:3], 1)
    return _dictionary(
        "ImAddresses", (t("Entry", row, Key=f"ImAddress{n}") for n, row in rows if wanted(f"ImAddress{n}"))
    )


def _dictionary(name: str, entries: Iterable[Element]) -> Element | None:
    rows = list(entries)
    return t(name, rows) if rows else None
