"""The link to join a meeting, wherever its provider put it: pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 2000

# Host suffix, and a beginning of the path that tells a join link from any other page of that host.
PROVIDERS = (
    ("Teams", "teams.microsoft.com", ("/l/meetup-join/", "/meet/")),
    ("Teams", "teams.live.com", ("/meet/",)),
    ("Zoom", "zoom.us", ("/j/", "/my/", "/w/", "/s/")),
    ("Zoom", "zoomgov.com", ("/j/", "/my/", "/w/", "/s/")),
    ("Google Meet", "meet.google.com", ("/",)),
    ("Webex", "webex.com", ("/meet/", "/join/", "/m/", "/wbxmjs/", "/webappng/")),
    ("GoTo", "goto.com", ("/",)),
    ("GoTo", "gotomeeting.com", ("/join/",)),
    ("Skype", "join.skype.com", ("/",)),
    ("Whereby", "whereby.com", ("/",)),
    ("Jitsi", "meet.jit.si", ("/",)),
    ("BlueJeans", "bluejeans.com", ("/",)),
    ("Chime", "chime.aws", ("/",)),
)

URL = re.compile(r"https://[^\s<>\"'\\\]\)]{4,2000}")


@dataclass(frozen=True, slots=True)
class JoinLink:
    """Where to click, and the provider's name for the button; empty where the provider is not one we know."""

    url: str
    provider: str


def find_join_link(declared: Iterable[str], texts: Iterable[str]) -> JoinLink | None:
    """The link to join by: what the calendar declares as one, else the first provider's link in the texts."""
    for url in declared:
        if URL.fullmatch(url):
            return recognise(url) or JoinLink(url, "")
    for text in texts:
        for match in URL.finditer(text[:100_000]):
            link = recognise(match.group().rstrip(".,;"))
            if link:
                return link
    return None


def recognise(url: str) -> JoinLink | None:
    """The link with its provider, or None where it is no provider's join link."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if len(url) > LONGEST or parts.username is not None:
        return None
    for provider, suffix, beginnings in PROVIDERS:
        on_host = host == suffix or host.endswith(f".{suffix}")
        if on_host and len(parts.path) > 1 and parts.path.startswith(beginnings):
            return JoinLink(url, provider)
    return None
