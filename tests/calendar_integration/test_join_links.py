"""The link to join by, wherever the provider put it, and nothing that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.join_links import JoinLink, find_join_link, recognise

TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%7d"
ZOOM = "https://contoso.zoom.us/j/81234567890?pwd=abc"


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        (TEAMS, "Teams"),
        ("https://teams.live.com/meet/9312345", "Teams"),
        (ZOOM, "Zoom"),
        ("https://meet.google.com/abc-defg-hij", "Google Meet"),
        ("https://contoso.webex.com/meet/ana", "Webex"),
    ],
)
def test_known_providers_are_named(url: str, provider: str) -> None:
    assert recognise(url) == JoinLink(url, provider)


@pytest.mark.parametrize(
    "url",
    [
        "https://zoom.us.evil.example/j/1",
        "https://evil.example/?https://zoom.us/j/1",
        "https://zoom.us@evil.example/j/1",
        "https://ana:secret@zoom.us/j/1",
        "https://zoom.us/pricing",
        "https://meet.google.com/",
        "https://notzoom.us/j/1",
        "https://[broken/j/1",
    ],
)
def test_look_alikes_are_no_join_links(url: str) -> None:
    assert recognise(url) is None


def test_what_the_calendar_declares_comes_first() -> None:
    assert find_join_link([TEAMS], [ZOOM]) == JoinLink(TEAMS, "Teams")


def test_a_declared_link_of_an_unknown_provider_is_good_enough() -> None:
    assert find_join_link(["https://meet.contoso.example/room"], []) == JoinLink(
        "https://meet.contoso.example/room", ""
    )


@pytest.mark.parametrize("declared", ["", "http://teams.microsoft.com/l/meetup-join/x", "javascript:alert(1)"])
def test_a_declared_link_that_is_not_https_is_none(declared: str) -> None:
    assert find_join_link([declared], []) is None


@pytest.mark.parametrize(
    "text", [f"Join: {ZOOM}.", f"<{ZOOM}>", f'<a href="{ZOOM}">Join</a>', f"See https://x.example {ZOOM}"]
)
def test_a_link_is_found_in_the_place_and_in_the_text(text: str) -> None:
    assert find_join_link([], ["", text]) == JoinLink(ZOOM, "Zoom")


@pytest.mark.parametrize(
    "text",
    [
        f"See https://evil.example/?to={ZOOM} for more",
        f"https://evil.example/https://also.example/{ZOOM}",
        "https://zoom.us",
        "https://zoom.us:443",
        f"http://{ZOOM.removeprefix('https://')}",
    ],
)
def test_a_link_within_another_one_is_none_nor_is_a_bare_host(text: str) -> None:
    assert find_join_link([], [text]) is None


def test_a_host_is_known_in_any_case_and_by_its_port() -> None:
    url = "https://Contoso.ZOOM.us:443/j/81234567890"
    assert find_join_link([], [f"{'https://www.contoso.example/ ' * 50}Join {url}, please"]) == JoinLink(url, "Zoom")


@given(st.text())
def test_any_text_is_read_without_error(text: str) -> None:
    link = find_join_link([text], [text, f"https://{text}"])
    assert link is None or link.url.startswith("https://")
