"""Whoever comes with a verified answer, as a sign-in finds them out."""

from django.http import HttpRequest

from accounts.models import User
from sso import provisioning
from sso.models import IdentityProvider
from sso.saml import Assertion


def user_of(provider: IdentityProvider, assertion: Assertion, request: HttpRequest | None = None) -> User:
    """The person, known or new, in their mapped role and groups. Raises SamlError where they may not come in."""
    return provisioning.known(provider, assertion, request) or provisioning.newcomer(provider, assertion, request)
