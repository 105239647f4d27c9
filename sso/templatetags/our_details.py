"""What an identity provider has to know of us, for the step-by-step guides."""

from dataclasses import dataclass

from django import template

from accounts.models import Account
from sso import saml

register = template.Library()


@dataclass(frozen=True)
class OurDetails:
    """Our addresses towards an account's identity provider; the metadata's address is the entity ID."""

    entity_id: str
    acs_url: str
    slo_url: str


@register.simple_tag
def our_details(account: Account) -> OurDetails:
    """Those of this account: no query."""
    return OurDetails(saml.entity_id(account.vanity), saml.acs_url(account.vanity), saml.slo_url(account.vanity))
