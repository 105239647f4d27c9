"""Confirmations: a dialog over the page with JavaScript, a page of its own without. Both post to the same address."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh


def is_in_dialog(request: HttpRequest) -> bool:
    """Whether the answer goes into the dialog of the page that the person is on."""
    return bool(getattr(request, "htmx", False))


def confirmation(request: HttpRequest, fragment: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Show the fragment, which is a form with its heading, in the dialog or on a page of its own."""
    if is_in_dialog(request):
        return render(request, fragment, context, status=status)
    return render(request, "accounts/confirm.html", {**context, "fragment": fragment}, status=status)


def confirmed(request: HttpRequest, path: str, *, stays: bool = False) -> HttpResponse:
    """Go on to a path of ours; where the dialog's page stays the same, it is loaded anew where it was scrolled to."""
    if not is_in_dialog(request):
        return redirect(path)
    if stays and not is_page_of_its_own(request):
        return HttpResponseClientRefresh()
    return HttpResponseClientRedirect(path)


def is_page_of_its_own(request: HttpRequest) -> bool:
    """Whether the confirmation is the page that the person is on, and not a dialog over another one."""
    behind = urlsplit(request.headers.get("HX-Current-URL", "").replace("[", "").replace("]", ""))
    return behind.path == request.path
