"""Microsoft's schema of Graph, against which every answer is held."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.sandbox.running import PROJECT

_NAME = "graph-v1-cut.openapi.json"


def contract_file() -> Path:
    """Where the schema is kept."""
    directory = os.environ.get("CONTRACTS_DIR") or PROJECT.parent / "shared" / "contracts"
    return Path(directory) / "graph" / _NAME


needs_contract = pytest.mark.skipif(not contract_file().exists(), reason=f"no {_NAME} under CONTRACTS_DIR")


@cache
def _validator(schema: str) -> Draft202012Validator:
    document = json.loads(contract_file().read_text())
    registry = Registry().with_resource("urn:graph", Resource.opaque(document))
    return Draft202012Validator({"$ref": f"urn:graph#/components/schemas/{schema}"}, registry=registry)


@cache
def _properties(entity: str) -> frozenset[str]:
    document = json.loads(contract_file().read_text())
    return frozenset(document["components"]["schemas"][entity]["properties"])


def assert_valid(answer: Any, schema: str) -> None:
    """Fails with the first thing the schema does not allow, unknown properties of an entity included."""
    error = next(_validator(schema).iter_errors(answer), None)
    assert error is None, f"{list(error.absolute_path)}: {error.message}" if error else ""
    for row in answer.get("value", [answer]) if schema.startswith("delta.") else [answer]:
        assert_known(row, schema.removeprefix("delta."))


def assert_known(row: dict[str, Any], entity: str) -> None:
    """The schema leaves entities open; nothing but its own properties and annotations may appear all the same."""
    if entity == "odata.error":
        return
    unknown = {name for name in row if name not in _properties(entity) and not name.startswith("@")}
    assert not unknown, f"{entity} has no {unknown}"
