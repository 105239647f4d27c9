"""Testing the draft: leaving for the identity provider, and what came of it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import require_admin
from sso import sign_in
from sso.configuration import drafts
from sso.errors import SamlError
from sso.models import ProviderDraft
from sso.sign_in_log import words
from sso.views.browser import BROWSER_COOKIE, browser_key_of, remember_browser
from sso.views.sending import send_on

TIMES = ("at", "valid_until")


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
    """What arrived in the last test and what it means, or why it was refused."""
    draft = drafts.draft_of(require_admin(request).account)
    if draft is None or not draft.test_result:
        return redirect("sso_setup")
    return render(request, "sso/setup/result.html", {"draft": draft, **shown(draft)})


def shown(draft: ProviderDraft) -> dict[str, object]:
    """The result with its times as times and its reason in words; `is_current` where the draft is still the same."""
    found = dict(draft.test_result)
    times = {name: datetime.fromisoformat(found[name]) for name in TIMES if found.get(name)}
    reason = str(found.get("reason", ""))
    return {
        "result": {**found, **times},
        "is_current": found.get("digest") == draft.settings_digest(),
        "refusal": words.title(reason) if reason else "",
        "advice": words.advice(reason),
    }
