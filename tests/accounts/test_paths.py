"""Where people may be sent on to: paths of this site, whatever somebody put into the address."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.paths import checked_path

HERE = "https://portal.example"
PIECES = ["/", "//", "\\", "\t", "\n", "\r", "\0", " ", ":", "@", "?", "#", "%2f", "..", "evil.example", "https:", "a"]
addresses = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=30)


def as_a_browser_reads(address: str) -> str:
    """The host a browser goes to: it drops tabs and line ends, trims control characters, and turns backslashes."""
    trimmed = address.strip("".join(map(chr, range(0x21))))
    for dropped in "\t\n\r":
        trimmed = trimmed.replace(dropped, "")
    path, question, query = trimmed.partition("?")
    return urlsplit(urljoin(f"{HERE}/sign-in/", path.replace("\\", "/") + question + query)).netloc


@given(addresses)
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("/\n\\evil.example")
@example("\0//evil.example")
@example("/ /evil.example")
@example("///evil.example")
@example("https:evil.example")
def test_nobody_leaves_this_site(address: str) -> None:
    path = checked_path(address)
    assert path.startswith("/")
    assert path.isprintable()
    assert as_a_browser_reads(path) == urlsplit(HERE).netloc


@given(addresses)
def test_a_path_is_taken_as_it_is_or_not_at_all(address: str) -> None:
    assert checked_path(address, "/default/") in (address, "/default/")


@pytest.mark.parametrize(
    "path", ["/", "/meetings/", "/contacts/?q=pia&page=2", "/contacts/#pia", "/contacts/?q=größe", "/a//b", "/a:b@c"]
)
def test_paths_of_ours_are_kept(path: str) -> None:
    assert checked_path(path) == path


@pytest.mark.parametrize("path", [None, "", "meetings/", "?q=1", "#top", "/" + "a" * 2000, "https://portal.example/"])
def test_anything_else_is_the_default(path: str | None) -> None:
    assert checked_path(path, "/meetings/") == "/meetings/"
