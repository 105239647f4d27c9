"""Where names lead in a running stack, for stories about names that lead into private networks."""

import json
from pathlib import Path

FILE = "names.json"


def environment(folder: Path) -> dict[str, str]:
    """What makes the processes of a stack ask `folder` before the system; see sitecustomize."""
    lead_to(folder, {})
    return {"PYTHONPATH": str(Path(__file__).parent), "NAMES_OF_TESTS": str(folder / FILE)}


def lead_to(folder: Path, known: dict[str, list[str]]) -> None:
    """From now on these names have these addresses, and any other has what the system says."""
    draft = folder / f"{FILE}.draft"
    draft.write_text(json.dumps(known))
    draft.replace(folder / FILE)
