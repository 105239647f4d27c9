"""ResolveNames: people of the directory and the caller's contacts whose name or address begins like this.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/resolvenames-operation
"""

from collections.abc import Iterator

from sandbox.ews.call import Call
from sandbox.ews.errors import EwsError
from sandbox.ews.ids import CONTACT, ews_id
from sandbox.ews.responses import failure, response, success, warning
from sandbox.ews.xml import Element, boolean, m, t, text_at
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person

_MOST = 100


def resolve_names(call: Call) -> Element:
    """Nobody is an error, several are a warning with all of them."""
    entry = text_at(call.operation, "m:UnresolvedEntry").casefold().removeprefix("smtp:")
    whole = call.operation.get("ReturnFullContactData") == "true"
    rows = list(_candidates(call, entry, whole=whole))
    return response("ResolveNames", [_message(rows)])


def _candidates(call: Call, entry: str, *, whole: bool) -> Iterator[Element]:
    """In the order of the places that SearchScope names."""
    scope = call.operation.get("SearchScope", "ActiveDirectoryContacts")
    places = {"ActiveDirectory": _people, "Contacts": _contacts}
    for name in sorted((name for name in places if name in scope), key=scope.index):
        yield from places[name](call, entry, whole)


def _message(rows: list[Element]) -> Element:
    if not rows:
        return failure("ResolveNames", EwsError("ErrorNameResolutionNoResults", "No results were found."))
    found = {"TotalItemsInView": str(len(rows)), "IncludesLastItemInRange": boolean(len(rows) <= _MOST)}
    result = [m("ResolutionSet", rows[:_MOST], **found)]
    if len(rows) == 1:
        return success("ResolveNames", result)
    several = EwsError("ErrorNameResolutionMultipleResults", "Multiple results were found.")
    return warning("ResolveNames", several, result)


def _people(call: Call, entry: str, whole: bool) -> Iterator[Element]:
    for person in call.tenant.people.values():
        if _begins(entry, person.name, person.given_name, person.surname, person.upn):
            yield t("Resolution", [_mailbox(person.name, person.upn), *([_card(call, person)] if whole else [])])


def _card(call: Call, person: Person) -> Element:
    address = t("Entry", f"SMTP:{person.upn}", Key="EmailAddress1")
    return t(
        "Contact",
        [
            t("DisplayName", person.name),
            t("GivenName", person.given_name),
            t("CompanyName", call.tenant.name),
            t("EmailAddresses", [address]),
            t("ContactSource", "ActiveDirectory"),
            t("Department", person.department),
            t("JobTitle", person.job_title),
            t("Surname", person.surname),
        ],
    )


def _contacts(call: Call, entry: str, whole: bool) -> Iterator[Element]:
    for contact in call.mailbox.contacts.values():
        for row in contact.properties.get("emailAddresses") or []:
            if _begins(entry, *_names(contact.properties), row.get("address") or ""):
                identity = t("ItemId", Id=ews_id(call.owner, CONTACT, contact.key))
                card = [t("Contact", [t("DisplayName", contact.properties["displayName"])])] if whole else []
                yield t("Resolution", [_mailbox(row.get("name") or "", row["address"], "Contact", identity), *card])


def _names(kept: Json) -> list[str]:
    return [kept.get(name) or "" for name in ("displayName", "givenName", "surname")]


def _begins(entry: str, *texts: str) -> bool:
    return bool(entry) and any(text.casefold().startswith(entry) for text in texts)


def _mailbox(name: str, address: str, kind: str = "Mailbox", *identity: Element) -> Element:
    said = [t("Name", name), t("EmailAddress", address), t("RoutingType", "SMTP"), t("MailboxType", kind)]
    return t("Mailbox", [*said, *identity])
