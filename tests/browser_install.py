"""Finds Chromium for the browser tests, or brings it: the system's, Playwright's own, or Debian's package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# Without a window's parts first: it takes a sixth less for the same pages.
SYSTEM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
HELP = """No browser for the tests, and none could be brought. Do one of these, then run make test again:
  - install your system's package chromium-headless-shell, or chromium
  - .venv/bin/playwright install chromium, where downloads are allowed
"""


def find_browser() -> str | None:
    """The path of the system's Chromium, or None where Playwright has to use its own."""
    found = (shutil.which(name) for name in SYSTEM_NAMES)
    return next((path for path in found if path), None)


def has_own_browser() -> bool:
    """Whether Playwright has brought a Chromium of its own before."""
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def bring_browser() -> bool:
    """Try Playwright's download, then the Debian package where we may install it; whether one worked."""
    if run([sys.executable, "-m", "playwright", "install", "chromium"]) and has_own_browser():
        return True
    if shutil.which("apt-get") and os.geteuid() == 0:
        run(["apt-get", "update", "-qq"])
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        return run([*install, "chromium-headless-shell"]) or run([*install, "chromium"])
    return False


def run(command: list[str]) -> bool:
    """Run it quietly; whether it succeeded."""
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - the commands above
    return done.returncode == 0


if __name__ == "__main__":
    if not (find_browser() or has_own_browser() or bring_browser()):
        sys.stderr.write(HELP)
        sys.exit(1)
