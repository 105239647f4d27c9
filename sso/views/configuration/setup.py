"""The page of single sign-on: how it stands, what to do next, our details, and theirs."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Account
from accounts.permissions import require_admin
from sso import saml, service_provider_keys
from sso.certificate_facts import Facts, days_left, facts_of
from sso.configuration.reach import reach_of
from sso.configuration.standing import standing_of
from sso.models import KeyState, ProviderSettings

SOON_DAYS = 60


@dataclass(frozen=True)
class Detail:
    """Something to copy."""

    slug: str
    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True)
class Certificate:
    """A certificate of the identity provider."""

    facts: Facts
    days: int

    @property
    def tone(self) -> str:
        """How its expiry is coloured."""
        return "wrong" if self.days <= 0 else "waiting" if self.days <= SOON_DAYS else "good"


@require_GET
def setup(request: HttpRequest) -> HttpResponse:
    """The state at a glance, with one clear next step."""
    viewer = require_admin(request)
    account = viewer.account
    standing = standing_of(viewer)
    keys = service_provider_keys.of_account(account)
    context = {
        "account": account,
        "standing": standing,
        "in_use": described(standing.provider),
        "draft": described(standing.draft),
        "details": details(account, has_key=KeyState.CURRENT in keys),
        "our_key": keys.get(KeyState.CURRENT),
        "reach": reach_of(account, standing.provider.entity_id) if standing.is_off and standing.provider else None,
    }
    return render(request, "sso/setup/setup.html", context)


def details(account: Account, *, has_key: bool) -> list[Detail]:
    """What the identity provider has to know of us, with the other names it may have there."""
    entity_id, acs = saml.entity_id(account.vanity), saml.acs_url(account.vanity)
    found = [
        Detail("metadata-url", "Metadata URL", entity_id, "Holds all of the below. Use it where it can be loaded."),
        Detail("entity-id", "Entity ID", entity_id, "Also called identifier, audience or audience URI."),
        Detail("acs-url", "ACS URL", acs, "Also called reply URL, single sign-on URL or assertion consumer service."),
    ]
    if has_key:
        slo = saml.slo_url(account.vanity)
        found.append(Detail("slo-url", "Single logout URL", slo, "Optional. Logout messages are signed."))
    return found


def described(settings: ProviderSettings | None) -> dict[str, object]:
    """Settings as the page shows them: the row, and its certificates with what they say of themselves."""
    if settings is None:
        return {}
    now = timezone.now()
    facts = [found for body in settings.certificates if (found := facts_of(body)) is not None]
    return {"settings": settings, "certificates": [Certificate(each, days_left(each.not_after, now)) for each in facts]}
