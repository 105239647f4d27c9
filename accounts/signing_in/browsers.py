"""A browser's user agent in plain words. Pure, and only as exact as recognising one's own devices needs."""

import re

UNKNOWN = "Unknown browser"
# The first that fits: most browsers also claim to be others.
BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera|OPT/", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Vivaldi/", "Vivaldi"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"HeadlessChrome/|Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Version/[\d.]+ .*Safari/", "Safari"),
    (r"Mobile/\w+$", "An app"),
    (r"^(curl|python-requests|Wget|PostmanRuntime)/", "A program"),
)
SYSTEMS = (
    (r"iPhone|iPod", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"CrOS", "ChromeOS"),
    (r"Macintosh|Mac OS X", "Mac"),
    (r"Linux|X11", "Linux"),
)


def in_words(user_agent: str) -> str:
    """Such as "Firefox on Windows"."""
    browser, system = (_first(table, user_agent) for table in (BROWSERS, SYSTEMS))
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"{UNKNOWN} on {system}" if system else UNKNOWN)


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((words for pattern, words in table if re.search(pattern, user_agent)), "")
