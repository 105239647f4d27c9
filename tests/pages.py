"""The type of what Django's test client answers with."""

from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    Page = _MonkeyPatchedWSGIResponse
else:
    Page = HttpResponse

__all__ = ["Page"]
