"""Names that a story decides about: Python loads this in every process of a stack with this folder on its path.

No name server of a test can be asked by the system's resolver, so that its answers are written into a file instead.
"""

import json
import os
import socket
from pathlib import Path
from typing import Any

_system = socket.getaddrinfo


def _asked(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
    """What the file says of the host now; of any other, what the system says."""
    known = json.loads(Path(os.environ["NAMES_OF_TESTS"]).read_text())
    addresses = known.get(host, [host])
    return [found for address in addresses for found in _system(address, port, *arguments, **options)]


if "NAMES_OF_TESTS" in os.environ:
    socket.getaddrinfo = _asked
