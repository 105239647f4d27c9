"""Single sign-on: identity providers, pending requests, used assertions, and who is who."""

from sso.models.mapping import AttributeNames, MappingRule, Match
from sso.models.people import DomainProof, IdentityConfirmation, SignInAttempt
from sso.models.provider import (
    Binding,
    IdentityProvider,
    NameIdFormat,
    ProviderDraft,
    ProviderSettings,
    ProviderTest,
    SamlIdentity,
    UnknownDomain,
)
from sso.models.requests import AuthnRequest, LogoutRequest, SamlSession, UsedAssertion
from sso.models.service_provider import CertificateNotice, KeyState, ServiceProviderKey

__all__ = [
    "AttributeNames",
    "AuthnRequest",
    "Binding",
    "CertificateNotice",
    "DomainProof",
    "IdentityConfirmation",
    "IdentityProvider",
    "KeyState",
    "LogoutRequest",
    "MappingRule",
    "Match",
    "NameIdFormat",
    "ProviderDraft",
    "ProviderSettings",
    "ProviderTest",
    "SamlIdentity",
    "SamlSession",
    "ServiceProviderKey",
    "SignInAttempt",
    "UnknownDomain",
    "UsedAssertion",
]
