"""Certificates: ours, which are generated and rotated here, and the identity provider's."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Account
from accounts.permissions import require_admin
from accounts.views.confirming import confirmation, confirmed
from sso import saml, service_provider_keys
from sso.certificate_facts import Facts, days_left, facts_of
from sso.configuration import drafts
from sso.models import IdentityProvider, KeyState, ServiceProviderKey
from sso.service_provider_keys import KeyChangeError, StaleKeysError

SOON_DAYS = 60
DONE = {
    "generate": "The certificate is generated.",
    "promote": "The next certificate is in use now.",
    "roll-back": "The previous certificate is in use again.",
}
STALE = "Somebody has changed the certificates meanwhile. This is how they are now."


@dataclass(frozen=True)
class Line:
    """A certificate as the page shows it; `facts` is missing where it cannot be read."""

    name: str
    facts: Facts | None
    days: int
    key: ServiceProviderKey | None = None

    @property
    def tone(self) -> str:
        """How its expiry is coloured."""
        if self.days <= 0:
            return "wrong"
        return "waiting" if self.days <= SOON_DAYS else "good"


@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    """All of them, with what each is for."""
    account = require_admin(request).account
    keys = service_provider_keys.of_account(account)
    provider, draft = drafts.provider_of(account), drafts.draft_of(account)
    context = {
        "ours": [_line(str(KeyState(state).label), keys[state].certificate, keys[state]) for state in _order(keys)],
        "theirs": _theirs(provider),
        "uses": service_provider_keys.uses(provider),
        "needed_for": service_provider_keys.uses(draft) or service_provider_keys.uses(provider),
        "has_current": KeyState.CURRENT in keys,
        "has_next": KeyState.NEXT in keys,
        "has_previous": KeyState.PREVIOUS in keys,
        "metadata_url": saml.entity_id(account.vanity),
        "slo_url": saml.slo_url(account.vanity),
    }
    return render(request, "sso/keys/certificates.html", context)


@require_http_methods(["GET", "POST"])
def change_certificates(request: HttpRequest, change: str) -> HttpResponse:
    """Generate, promote or roll back, once it is clear what that means at the identity provider."""
    user = require_admin(request)
    if change not in service_provider_keys.CHANGES:
        raise Http404
    make, refuse = service_provider_keys.CHANGES[change]
    try:
        if request.method == "POST":
            make(user.account, actor=user, seen=request.POST.get("seen", ""), request=request)
        else:
            refuse(service_provider_keys.of_account(user.account))
    except KeyChangeError as error:
        return _ask(request, user.account, change, error=str(error), status=409 if request.method == "POST" else 200)
    except StaleKeysError:
        return _ask(request, user.account, change, stale=STALE, status=409)
    if request.method == "GET":
        return _ask(request, user.account, change)
    messages.success(request, DONE[change])
    return confirmed(request, reverse("sso_certificates"))


@require_GET
def download_certificate(request: HttpRequest, key_id: int) -> HttpResponse:
    """The certificate as a file; the private key never leaves."""
    account = require_admin(request).account
    key = get_object_or_404(ServiceProviderKey.objects.defer("private_key"), account=account, pk=key_id)
    response = HttpResponse(_pem(key.certificate), content_type="application/x-pem-file")
    response["Content-Disposition"] = f'attachment; filename="atrium-{account.vanity}-{key.state}.pem"'
    return response


def _ask(
    request: HttpRequest, account: Account, change: str, *, status: int = 200, error: str = "", stale: str = ""
) -> HttpResponse:
    keys = service_provider_keys.of_account(account)
    if not error:
        try:
            service_provider_keys.CHANGES[change][1](keys)
        except KeyChangeError as impossible:
            error = str(impossible)
    provider = IdentityProvider.objects.filter(account=account).first()
    context = {
        "change": change,
        "error": error,
        "stale": stale,
        "seen": service_provider_keys.version(keys),
        "is_first": KeyState.CURRENT not in keys,
        "provider": provider,
        "uses": service_provider_keys.uses(provider),
        "title": "Certificates",
    }
    return confirmation(request, "sso/keys/_change.html", context, status=status)


def _order(keys: dict[str, ServiceProviderKey]) -> list[str]:
    return [state for state in (KeyState.CURRENT, KeyState.NEXT, KeyState.PREVIOUS) if state in keys]


def _theirs(provider: IdentityProvider | None) -> list[Line]:
    if provider is None:
        return []
    named = [("Signing certificate", provider.certificate), ("Second signing certificate", provider.next_certificate)]
    return [_line(name, body) for name, body in named if body]


def _line(name: str, body: str, key: ServiceProviderKey | None = None) -> Line:
    facts = facts_of(body)
    return Line(name, facts, days_left(facts.not_after, timezone.now()) if facts else 0, key)


def _pem(body: str) -> str:
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
