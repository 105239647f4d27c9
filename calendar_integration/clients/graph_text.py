"""JSON with texts that are none, as mails of decades bring them: read all the same, or one would end the mailbox. Pure.

https://www.rfc-editor.org/rfc/rfc8259#section-8.2
JSON can escape half of a surrogate pair, which no text may hold, and NUL, which PostgreSQL cannot hold; each becomes
the replacement character, and so does what is no UTF-8.
"""

import re
from typing import Any

import orjson

NUL = b"\\u0000"
REPLACEMENT = b"\\ufffd"
# Every escape is met from the left, so that a backslash which is itself escaped begins none.
ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair
    rb"|(?P<odd>u[dD][89a-fA-F][0-9a-fA-F]{2}|u0000)"
    rb"|[^u]|u[0-9a-fA-F]{4})",
    re.DOTALL,
)


def loads(content: bytes | bytearray) -> Any:
    """What the JSON says. Raises orjson.JSONDecodeError where it is none even with its texts mended.

    A look for NULs is all that it costs where nothing is wrong.
    """
    if NUL in content:
        return orjson.loads(mended(content))
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return orjson.loads(mended(content))


def mended(content: bytes | bytearray) -> bytes:
    """The same JSON, with replacement characters where a text holds what no text may hold."""
    valid = bytes(content).decode(errors="replace").encode()
    return ESCAPE.sub(lambda found: REPLACEMENT if found["odd"] else found[0], valid)
