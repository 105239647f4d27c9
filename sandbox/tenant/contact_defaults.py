"""What Outlook fills in when a contact is made with only some of its properties.

https://learn.microsoft.com/graph/api/resources/contact
"""

from sandbox.tenant.clock import timestamp
from sandbox.tenant.folders import contact_folder_id
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person

_TEXTS = [
    "assistantName", "birthday", "businessHomePage", "companyName", "department", "displayName", "fileAs",
    "generation", "givenName", "initials", "jobTitle", "manager", "middleName", "mobilePhone", "nickName",
    "officeLocation", "personalNotes", "profession", "spouseName", "surname", "title", "yomiCompanyName",
    "yomiGivenName", "yomiSurname",
]  # fmt: skip
_LISTS = ["businessPhones", "categories", "children", "emailAddresses", "homePhones", "imAddresses"]


def complete_contact(given: Json, owner: Person) -> Json:
    """Every property Graph sends for a contact, those given first."""
    name = " ".join(part for part in (given.get("givenName"), given.get("surname")) if part)
    address = next((row.get("address") for row in given.get("emailAddresses") or []), None)
    shown = given.get("displayName") or name or given.get("companyName") or address or ""
    contact: Json = {
        **dict.fromkeys(_TEXTS),
        **{key: [] for key in _LISTS},
        **{key: {} for key in ("homeAddress", "businessAddress", "otherAddress")},
        "parentFolderId": contact_folder_id(owner),
        "personalNotes": "",
        "children": [],
        "fileAs": ", ".join(part for part in (given.get("surname"), given.get("givenName")) if part) or shown,
        **given,
        "displayName": shown,
    }
    contact.setdefault("createdDateTime", timestamp())
    return contact
