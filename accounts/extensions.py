"""What apps above hang into the pages of this one; they register it in their AppConfig.ready()."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

ProfilePanel = Callable[[HttpRequest], SafeString]

_profile_panels: list[ProfilePanel] = []


def add_profile_panel(panel: ProfilePanel) -> None:
    """Show what `panel` renders on everyone's own profile page."""
    if panel not in _profile_panels:
        _profile_panels.append(panel)


def profile_panels(request: HttpRequest) -> list[SafeString]:
    """The rendered panels, in the order they were registered."""
    return [panel(request) for panel in _profile_panels]
