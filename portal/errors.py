"""What people see when a page cannot be shown: what happened, a way on, and a reference where we are to blame."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from accounts.models import User
from accounts.references import new_reference

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """400: the request made no sense."""
    return page(request, 400, "That request could not be understood", "Go back and try once more.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """403: known, but not allowed."""
    return page(request, 403, "You may not do that", "Ask an administrator of your company if you need it.")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old; the reason is for the log."""
    logger.info("refused a form for %r: %s", request.path, reason)
    text = "Nothing was changed. Reload the page you came from and try again; cookies have to be allowed."
    return page(request, 403, "That form is too old", text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """404: nothing is there, or it belongs to another account; the two look alike on purpose."""
    return page(request, 404, "There is nothing here", "The address may be mistyped, or what it named is gone.")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault, with a reference that stands in the log beside the traceback.

    Drawn without the request: who is signed in cannot be looked up when it is the database that is gone.
    """
    reference = new_reference()
    logger.error("answered 500 to %s %r, reference %s", request.method, request.path, reference)
    text = f"It is not your doing. Try again; if it stays, tell your administrator the reference {reference}."
    context = {"title": "Something went wrong on our side", "text": text}
    return HttpResponse(render_to_string("error.html", context), status=500)


def page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """An error page: a title and one sentence that helps; with the navigation for whoever is signed in."""
    is_known = isinstance(getattr(request, "user", None), User)
    context = {"title": title, "text": text, "layout": "base.html" if is_known else "base_alone.html"}
    return render(request, "error.html", context, status=status)
