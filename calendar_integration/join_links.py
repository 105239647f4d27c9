"""The link to join a meeting, wherever its provider put it: pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 2000
LONGEST_AUTHORITY = 260  # host and port
LONGEST_TEXT = 100_000

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

SCHEME = "https://"
ENDS = r"\s<>\"'\\\]\)"  # what ends a link
BREAK = re.compile(f"[{ENDS}]")
REST = re.compile(f"[^{ENDS}]{{4,2000}}")  # of a link, after its scheme
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
        if url.startswith(SCHEME) and REST.fullmatch(url, len(SCHEME)):
            return recognise(url) or JoinLink(url, "")
    for text in texts:
        if SCHEME in text and (link := _first_in(text[:LONGEST_TEXT])):
            return link
    return None


def _first_in(text: str) -> JoinLink | None:
    """The first provider's link. Most lead elsewhere, which their hosts say for a fraction of what reading them costs.

    One that stands within another link is that one's.
    """
    before = " "
    for after in text.split(SCHEME)[1:]:
        if _is_providers(after[:LONGEST_AUTHORITY].partition("/")[0]) and BREAK.search(before):
            rest = REST.match(after)
            link = recognise(SCHEME + rest.group().rstrip(".,;")) if rest else None
            if link:
                return link
        before = after
    return None


@lru_cache(4096)
def _is_providers(authority: str) -> bool:
    """Whether a host, perhaps with a port, may be a provider's. A mailbox names the same few again and again."""
    return authority.partition(":")[0].lower().endswith(HOSTS)


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
