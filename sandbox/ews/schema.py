"""Microsoft's schema of Exchange Web Services, against which requests are held where it is at hand.

Exchange refuses what does not follow its schema; without the file here everything readable is taken.
"""

import os
from functools import cache
from pathlib import Path

from lxml import etree

from sandbox.ews.errors import SoapFault
from sandbox.ews.soap import invalid_schema
from sandbox.ews.xml import Element

_PROJECT = Path(__file__).parents[2]


def schema_file() -> Path:
    """Where the schema is looked for: under CONTRACTS_DIR, or beside the project."""
    directory = os.environ.get("CONTRACTS_DIR") or _PROJECT.parent / "shared" / "contracts"
    return Path(directory) / "ews" / "ews-all.xsd"


@cache
def _schema() -> etree.XMLSchema | None:
    path = schema_file()
    return etree.XMLSchema(etree.parse(path)) if path.exists() else None


def check(operation: Element) -> None:
    """Raises SoapFault if a request is not what the schema asks for."""
    schema = _schema()
    if schema is None:
        return
    alone = etree.fromstring(etree.tostring(operation, with_tail=False))
    try:
        schema.assertValid(alone)
    except etree.DocumentInvalid as error:
        raise violated(str(error)) from error


def violated(how: str) -> SoapFault:
    """The fault for a request that is not what the schema asks for."""
    return invalid_schema(f"The request failed schema validation: {how}")
