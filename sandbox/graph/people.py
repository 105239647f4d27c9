"""Contacts and their folder.

https://learn.microsoft.com/graph/api/user-list-contacts
https://learn.microsoft.com/graph/api/contactfolder-get
"""

from itertools import islice

from sandbox.graph.calendars import next_link
from sandbox.graph.call import Call, item_key
from sandbox.graph.errors import not_found
from sandbox.graph.render import contact_row, selected
from sandbox.tenant.folders import contact_folder_id
from sandbox.tenant.mailbox import Json, NoSuchItem

_WELL_KNOWN = "contacts"


def contacts(call: Call, folder_id: str = _WELL_KNOWN) -> Json:
    """The contacts of the default folder, paged by $top and $skip."""
    check_folder(call, folder_id)
    rows = call.mailbox.contacts
    top, skip = call.number("$top", 10), call.number("$skip", 0, 10**6)
    shown = [rows[key] for key in islice(rows, skip, skip + top)]
    page = [selected(contact_row(row, call.prefer), call.select) for row in shown]
    answer: Json = {"@odata.context": call.context("users('me')/contacts"), "value": page}
    if skip + top < len(rows):
        answer["@odata.nextLink"] = next_link(call, skip + top)
    return answer


def contact(call: Call, contact_id: str) -> Json:
    """One contact by its id."""
    try:
        row = contact_row(call.mailbox.contact(item_key(contact_id)), call.prefer)
    except NoSuchItem as error:
        raise not_found() from error
    return {"@odata.context": call.context("users('me')/contacts/$entity"), **selected(row, call.select)}


def folders(call: Call) -> Json:
    """Folders beside the default one, which Graph does not list: none."""
    return {"@odata.context": call.context("users('me')/contactFolders"), "value": []}


def folder(call: Call, folder_id: str) -> Json:
    """The default folder, by its id or well-known name."""
    check_folder(call, folder_id)
    identity = contact_folder_id(call.owner)
    row = {"id": identity, "displayName": "Contacts", "parentFolderId": f"{identity[:39]}EPAAA="}
    return {"@odata.context": call.context("users('me')/contactFolders/$entity"), **row}


def check_folder(call: Call, folder_id: str) -> None:
    """Raises GraphError 404 unless it is the default folder."""
    if folder_id.casefold() != _WELL_KNOWN and folder_id != contact_folder_id(call.owner):
        raise not_found()
