"""Taking the identity provider's details into the draft: from metadata, or by hand."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import require_admin
from accounts.views.confirming import confirmation, confirmed
from sso.configuration import conflict, drafts
from sso.configuration.drafts import StaleDraftError
from sso.configuration.forms import DraftForm
from sso.configuration.metadata_form import MetadataForm
from sso.configuration.values import of_settings
from sso.models import Binding, NameIdFormat, ProviderDraft

BLANK = {
    "sso_binding": Binding.REDIRECT.value,
    "slo_binding": Binding.REDIRECT.value,
    "name_id_format": NameIdFormat.UNSPECIFIED.value,
}
KEY_MADE = (
    "It needs a certificate of Atrium's, which was generated: your identity provider finds it in our metadata, or you "
    "download it under Certificates and upload it there."
)


@require_http_methods(["GET", "POST"])
def metadata(request: HttpRequest) -> HttpResponse:
    """By URL, by file or as text; nothing typed is lost where it cannot be used."""
    actor = require_admin(request)
    form = MetadataForm(request.POST, request.FILES) if request.method == "POST" else MetadataForm()
    if request.method == "POST" and form.is_valid():
        draft = drafts.save_metadata(actor.account, form.metadata, actor=actor, request=request)
        return _saved(request, draft, actor)
    context = {"form": form, "way": form["way"].value(), "draft": drafts.draft_of(actor.account)}
    return render(request, "sso/setup/metadata.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Every setting by hand, beginning with the draft, or with what is in use."""
    actor = require_admin(request)
    current = drafts.draft_of(actor.account)
    known = current or drafts.provider_of(actor.account)
    initial = of_settings(known) if known else BLANK
    form = DraftForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "GET":
        return _form_page(request, form, current)
    if not form.is_valid():
        return _form_page(request, form, current, seen=request.POST.get("seen", ""), status=422)
    try:
        saved = drafts.save(
            actor.account, form.cleaned_data, actor=actor, request=request, seen=request.POST.get("seen", "")
        )
    except StaleDraftError:
        return _conflict(request, form, drafts.draft_of(actor.account))
    return _saved(request, saved, actor)


@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest) -> HttpResponse:
    """Ask, then delete the draft."""
    actor = require_admin(request)
    current = drafts.draft_of(actor.account)
    if current is None:
        return confirmed(request, reverse("sso_setup"))
    is_stale = False
    if request.method == "POST":
        try:
            drafts.discard(actor.account, actor=actor, request=request, seen=request.POST.get("seen", ""))
        except StaleDraftError:
            is_stale = True
        else:
            messages.success(request, "The draft is discarded.")
            return confirmed(request, reverse("sso_setup"))
    context = {
        "title": "Discard the draft?",
        "draft": current,
        "seen": drafts.version(current),
        "stale": drafts.STALE if is_stale else "",
    }
    return confirmation(request, "sso/setup/_discard.html", context, status=409 if is_stale else 200)


def _form_page(
    request: HttpRequest,
    form: DraftForm,
    current: ProviderDraft | None,
    *,
    seen: str | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    shown = {"form": form, "draft": current, "seen": drafts.version(current) if seen is None else seen, **context}
    return render(request, "sso/setup/draft.html", shown, status=status)


def _conflict(request: HttpRequest, form: DraftForm, current: ProviderDraft | None) -> HttpResponse:
    """What somebody else saved beside what was typed, which is kept; saving again replaces theirs."""
    found = conflict.differences(form, current) if current else []
    return _form_page(request, form, current, status=409, is_stale=True, differences=found)


def _saved(request: HttpRequest, saved: ProviderDraft, actor: User) -> HttpResponse:
    has_made_key = drafts.provide_key(saved, actor=actor, request=request)
    messages.success(request, f"The draft is saved. {KEY_MADE}" if has_made_key else "The draft is saved.")
    return redirect("sso_setup")
