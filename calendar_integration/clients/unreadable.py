"""Items that cannot be read are left out and named, so that one of them keeps no mailbox from being read.

What is held of such an item stays as it is. It is read again when it changes, and with the next full round.
"""

import hashlib
import logging
import traceback

from calendar_integration.clients.base import Page, RowT

MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)  # what readers of items raise
FEW = 3  # items of a page, up to which all of them may be unreadable; beyond it, it is the answer that is broken
READERS = ("to_row", "to_occurrence")

logger = logging.getLogger(__name__)


def left_out(remote_id: object, error: Exception) -> str:
    """The item's id, once the log says that it is left out; neither the id nor anything of the item is in the log.

    Raises ValueError for an item without an id, of which nothing could be kept.
    """
    if not isinstance(remote_id, str) or not remote_id:
        raise ValueError("an item without an id") from error
    digest = hashlib.sha256(remote_id.encode()).hexdigest()[:16]
    logger.warning("item %s cannot be read: %s in %s", digest, type(error).__name__, _place_of(error))
    return remote_id


def is_broken(page: Page[RowT]) -> bool:
    """Whether nothing of a page can be read, so that its answer is worth another try as a whole."""
    return len(page.unreadable) > FEW and not page.rows and not page.occurrences


def _place_of(error: Exception) -> str:
    """The line of the reader that gave up, which names the field."""
    frames = traceback.extract_tb(error.__traceback__)
    readers = [frame for frame in frames if frame.name in READERS]
    return f"{readers[0].name}: {readers[0].line}" if readers else type(error).__module__
