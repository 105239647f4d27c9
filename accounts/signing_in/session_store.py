"""Django's sessions in the database, except that one which begins is written once, where Django writes it twice."""

from copy import deepcopy
from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.crypto import get_random_string

KEY_LENGTH = 32  # letters and digits: 165 bits, so that nobody has to look whether a key is taken


class SessionStore(DatabaseStore):
    """A session that begins has its key at once and its row when it is saved, at the end of the request.

    Django looks for the key, writes an empty row to hold it and fills that later. Here the insert itself refuses a
    key that is taken. Whoever wants the row in a transaction of theirs saves there; the end of the request then
    writes nothing where nothing has changed since.
    """

    _begins = False
    _written: dict[str, Any] | None = None

    def create(self) -> None:
        """Begin anew, with what the session holds: another key, no row yet."""
        self._get_session(no_load=True)  # type: ignore[attr-defined]  # Django's own, which the stubs leave out
        self._session_key = get_random_string(KEY_LENGTH, VALID_KEY_CHARS)
        self._begins = self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Write the row, unless this object has just written the same. Raises IntegrityError where its key is taken."""
        if self.session_key is None:
            self.create()
        held = dict(self.items())
        if self._begins:  # without the savepoint that Django sets
            self.create_model_instance(held).save(force_insert=True)
        elif held != self._written:
            super().save(must_create)
        self._begins, self._written = False, deepcopy(held)
