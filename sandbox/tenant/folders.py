"""Ids of the default calendar and the default contact folder."""

from sandbox.tenant.ids import stable_uuid
from sandbox.tenant.model import Person


def contact_folder_id(owner: Person) -> str:
    """Id of a person's default contact folder."""
    return f"AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiAC4{stable_uuid(owner.oid, 'contacts').hex}AAA="


def calendar_id(owner: Person) -> str:
    """Id of a person's default calendar."""
    return f"AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiAEY{stable_uuid(owner.oid, 'calendar').hex}AAA="
