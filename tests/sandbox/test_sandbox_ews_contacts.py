"""Contacts and folders on-premises, read with exchangelib unmodified over TLS."""

from typing import Any

from exchangelib.folders import Contacts

from tests.sandbox.ews_side import ANA, PIA, Exchange, HeldAgainstTheSchema, values

CONTACTS = f"/people/{PIA}/contacts"


def test_all_contacts_are_listed_page_by_page(pia: Exchange) -> None:
    pages = pia.account().contacts.all()
    pages.page_size = 40
    rows = list(pages)
    listed = pia.sandbox.control("GET", CONTACTS)["value"]
    assert sorted(row.display_name for row in rows) == sorted(row["displayName"] for row in listed)
    assert HeldAgainstTheSchema.operations.count("FindItem") == -(-len(listed) // 40)


def test_a_contact_is_complete(pia: Exchange) -> None:
    pia.sandbox.control(
        "POST",
        CONTACTS,
        {
            "givenName": "Zoë",
            "surname": "Xu",
            "companyName": "Litware",
            "jobTitle": "Buyer",
            "department": "Purchasing",
            "emailAddresses": [{"name": "Zoë Xu", "address": "zoe@litware.example"}, {"address": "xu@mail.example"}],
            "businessPhones": ["+49 30 1", "+49 30 2"],
            "homePhones": ["+49 30 3"],
            "mobilePhone": "+49 170 4",
            "businessAddress": {"street": "Allee 1", "city": "Berlin", "postalCode": "10115"},
            "personalNotes": "Met in Lisbon.\x0b",
            "birthday": "1990-05-06T11:59:00Z",
            "imAddresses": ["sip:zoe@litware.example"],
            "categories": ["Customer"],
        },
        201,
    )
    (row,) = [row for row in pia.account().contacts.all() if row.display_name == "Zoë Xu"]
    assert (row.given_name, row.surname, row.file_as) == ("Zoë", "Xu", "Xu, Zoë")
    assert (row.company_name, row.job_title, row.department) == ("Litware", "Buyer", "Purchasing")
    assert [(one.label, one.email) for one in row.email_addresses] == [
        ("EmailAddress1", "zoe@litware.example"),
        ("EmailAddress2", "xu@mail.example"),
    ]
    assert {one.label: one.phone_number for one in row.phone_numbers if one.phone_number} == {
        "BusinessPhone": "+49 30 1",
        "BusinessPhone2": "+49 30 2",
        "HomePhone": "+49 30 3",
        "MobilePhone": "+49 170 4",
    }
    assert [(one.label, one.street, one.city, one.zipcode) for one in row.physical_addresses] == [
        ("Business", "Allee 1", "Berlin", "10115")
    ]
    assert (row.body, str(row.birthday), row.categories) == ("Met in Lisbon.", "1990-05-06", ["Customer"])
    assert [one.im_address for one in row.im_addresses] == ["sip:zoe@litware.example"]


def test_folders_are_found_by_name_by_id_and_below_each_other(pia: Exchange) -> None:
    account = pia.account()
    assert account.contacts.total_count == pia.sandbox.people()[PIA]["contacts"]
    assert account.calendar.folder_class == "IPF.Appointment"
    assert account.contacts.parent.id == account.calendar.parent.id == account.msg_folder_root.id
    assert isinstance(account.root / "Top of Information Store" / "Contacts", Contacts)
    assert {folder.name for folder in account.root.walk()} >= {"Calendar", "Contacts", "Inbox"}


def _of(address: str) -> str:
    mailbox = f"<t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox>"
    return f'<t:DistinguishedFolderId Id="calendar">{mailbox}</t:DistinguishedFolderId>'


def folder(exchange: Exchange, identity: str) -> Any:
    """A GetFolder by hand."""
    shape = "<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
    return exchange.ask(f"<m:GetFolder>{shape}<m:FolderIds>{identity}</m:FolderIds></m:GetFolder>")


def test_what_is_no_folder_is_refused(pia: Exchange) -> None:
    for identity, code in [
        ('<t:DistinguishedFolderId Id="journal"/>', "ErrorFolderNotFound"),
        ('<t:FolderId Id="AAMk"/>', "ErrorInvalidIdMalformed"),
        ('<t:FolderId Id="not base64"/>', "ErrorInvalidIdMalformed"),
        (_of(ANA), "ErrorAccessDenied"),
        (_of("nobody@contoso.example"), "ErrorNonExistentMailbox"),
    ]:
        both = folder(pia, f'{identity}<t:DistinguishedFolderId Id="calendar"/>')
        assert values(both, ".//m:ResponseCode") == [code, "NoError"]
        assert values(both, ".//t:DisplayName") == ["Calendar"]
