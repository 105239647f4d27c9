"""Testing the draft: leaving for the identity provider, and what came of it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import require_admin
from accounts.requests import query_text
from sso import sign_in
from sso.configuration import drafts, last_test
from sso.errors import SamlError
from sso.views.browser import BROWSER_COOKIE, browser_key_of, remember_browser
from sso.views.sending import send_on

IN_USE = "in-use"


@require_GET
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Leave for the identity provider with exactly the draft's settings."""
    tester = require_admin(request)
    draft = drafts.draft_of(tester.account)
    if draft is None:
        return redirect("sso_setup")
    browser_key = browser_key_of(request)
    try:
        outgoing = sign_in.start_test(draft, tester, browser_key)
    except SamlError:
        messages.warning(request, "Requests are to be signed, and there is no certificate of ours yet. Generate one.")
        return redirect("sso_setup")
    return remember_browser(send_on(request, outgoing), BROWSER_COOKIE, browser_key, sign_in.REQUEST_LIVES)


@require_GET
@never_cache
def result(request: HttpRequest) -> HttpResponse:
    """What arrived in the last test and what it means, or why it was refused.

    Of the draft, where it was tested; `of` in the query asks for the one that what is in use passed.
    """
    viewer = require_admin(request)
    draft = None if query_text(request, "of") == IN_USE else drafts.draft_of(viewer.account)
    test = last_test.of_draft(draft, viewer) if draft else None
    if test is None:
        draft, provider = None, drafts.provider_of(viewer.account)
        test = last_test.of_provider(provider) if provider else None
    if test is None:
        return redirect("sso_setup")
    valid_until = test.result.get("valid_until")
    context = {
        "draft": draft,
        "test": test,
        "result": test.result,
        "valid_until": datetime.fromisoformat(valid_until) if valid_until else None,
    }
    return render(request, "sso/setup/result.html", context)
