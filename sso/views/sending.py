"""Leaving for the identity provider with a message of ours, by either binding. Only from a GET address of ours."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sso.models import Binding
from sso.saml import Outgoing


def send_on(request: HttpRequest, outgoing: Outgoing) -> HttpResponse:
    """A redirect that carries the message, or a page whose form does and sends itself."""
    if outgoing.binding == Binding.REDIRECT:
        return HttpResponseRedirect(outgoing.url)
    response = render(request, "sso/post_form.html", {"url": outgoing.url, "fields": outgoing.fields})
    # Our policy lets forms go to our own origin only; on this one page, whose form is ours, also to theirs. It is the
    # scheme and no origin, since browsers hold a form to it through all redirects: many a provider answers by sending
    # people on to another host of its own, or to another provider.
    response._csp_update = {"form-action": [f"{urlsplit(outgoing.url).scheme}:"]}  # type: ignore[attr-defined]  # of django-csp
    return response


def page_on(request: HttpRequest, outgoing: Outgoing) -> HttpResponse:
    """The same for an address that one of our forms leads to: a page that goes on by itself.

    A redirect would still be the form's, and our policy lets forms end at our own origin only.
    """
    if outgoing.binding == Binding.REDIRECT:
        return render(request, "sso/logout/leaving.html", {"url": outgoing.url})
    return send_on(request, outgoing)
