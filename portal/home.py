"""Where people land when they ask for nothing in particular."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def home(_request: HttpRequest) -> HttpResponse:
    """Everybody's first page is their meetings, until administrators have an overview."""
    return redirect("meetings")
