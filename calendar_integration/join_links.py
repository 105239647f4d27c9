"""The link to join a meeting, wherever its provider put it: pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

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

HOSTS = tuple(suffix for _, suffix, _ in PROVIDERS)

URL = re.compile(r"https://[^\s<>\"'\\\]\)]{4,2000}")
# Host and path. A user's name before the host, or letters that look like others, are in no provider's link.
PARTS = re.compile(r"https://([a-z0-9.-]+)(?::\d+)?(/[^?#]+)", re.IGNORECASE | re.ASCII)


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
    for text in (text[:100_000] for text in texts):
        if not _names_a_provider(text):
            continue
        for match in URL.finditer(text):
            link = recognise(match.group().rstrip(".,;"))
            if link:
                return link
    return None


def _names_a_provider(text: str) -> bool:
    """Whether any link leads to a provider's host, for a fraction of what reading them costs: most lead elsewhere."""
    beginnings = (after.partition("/")[0] for after in text.split("https://")[1:])
    return any(authority.partition(":")[0].lower().endswith(HOSTS) for authority in beginnings)


def recognise(url: str) -> JoinLink | None:
    """The link with its provider, or None where it is no provider's join link."""
    parts = PARTS.match(url)
    if parts is None or len(url) > LONGEST:
        return None
    host, path = parts[1].lower(), parts[2]
    for provider, suffix, beginnings in PROVIDERS:
        if host.endswith(suffix) and path.startswith(beginnings) and host.removesuffix(suffix)[-1:] in ("", "."):
            return JoinLink(url, provider)
    return None
