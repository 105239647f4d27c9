"""python3-saml's settings for an account's identity provider, and our addresses in them."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from sso.saml.party import Party


def entity_id(vanity: str) -> str:
    """Our entity id towards this account's provider: the address of our metadata."""
    return settings.PORTAL_URL + reverse("sso_metadata", args=[vanity])


def acs_url(vanity: str) -> str:
    """Our assertion consumer service for this account."""
    return settings.PORTAL_URL + reverse("sso_acs", args=[vanity])


def slo_url(vanity: str) -> str:
    """Our single logout service for this account."""
    return f"{settings.PORTAL_URL}/sso/{vanity}/logout/"


def sp_settings(vanity: str) -> dict[str, Any]:
    """The service provider's half of the settings."""
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": entity_id(vanity),
            "assertionConsumerService": {"url": acs_url(vanity), "binding": Constants.BINDING_HTTP_POST},
            "NameIDFormat": Constants.NAMEID_UNSPECIFIED,
        },
        "security": {
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "wantAttributeStatement": False,
            # Either signature is enough: the response's or the assertion's. Both are checked where both are there.
            "wantAssertionsSigned": False,
            "wantMessagesSigned": False,
            "allowRepeatAttributeName": True,
        },
    }


def settings_of(party: Party) -> Any:
    """The whole settings, for verifying."""
    known = party.settings
    return _settings(party.vanity, known.entity_id, known.sso_url, tuple(known.certificates), settings.PORTAL_URL)


@lru_cache(maxsize=256)
def _settings(vanity: str, issuer: str, sso_url: str, certificates: tuple[str, ...], _portal_url: str) -> Any:
    """Made once for each set of values: python3-saml checks them all, and never changes them."""
    whole = sp_settings(vanity)
    whole["idp"] = {
        "entityId": issuer,
        "singleSignOnService": {"url": sso_url, "binding": Constants.BINDING_HTTP_REDIRECT},
        "x509certMulti": {"signing": list(certificates)},
    }
    return OneLogin_Saml2_Settings(whole)
