"""What all stories about single sign-on share."""

from collections.abc import Iterator

import pytest

from sso.saml import keys

REAL_BITS = keys.KEY_BITS


@pytest.fixture(autouse=True, scope="session")
def _keys_are_found_soon() -> Iterator[None]:
    """A key of 3,072 bits takes a seventh of a second to find, hundreds of times; those of 2,048 are real ones too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "KEY_BITS", 2048)
        yield
