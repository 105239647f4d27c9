"""Which user a verified assertion is: known by issuer and name id, linked by a proven domain, or new.

Name and e-mail are taken at the first sign-in; role and groups, as far as they are mapped, at every one.
"""

from django.http import HttpRequest

from accounts.models import User
from sso import confirmation, entry, linking, mapping, placement
from sso.entry import Kind
from sso.errors import Reason, SamlError
from sso.linking import confirmed
from sso.mapping import reading
from sso.models import IdentityProvider
from sso.saml import Assertion

__all__ = ["confirmed", "known", "newcomer"]


def known(provider: IdentityProvider, assertion: Assertion, request: HttpRequest | None = None) -> User | None:
    """The person whom the identity provider has named so before, in their mapped role and groups; None for others.

    Raises SamlError where they may not come in.
    """
    user = linking.known(provider, assertion.name_id)
    if user is None:
        return None
    linking.refuse_entry(provider, user)
    if mapping.holds_several(assertion.attributes):  # else one query less
        mapping.refuse_several_emails(assertion.attributes, reading.names_of(user.account))
    placed = mapping.placement(assertion.attributes, reading.rules_of(user.account))
    placement.place(user, placed, actor=linking.actor_of(provider), request=request)
    return user


def newcomer(provider: IdentityProvider, assertion: Assertion, request: HttpRequest | None = None) -> User:
    """Somebody who is not known by the name id yet: linked or created. Raises SamlError where that is not allowed.

    With CONFIRM_ADDRESS a mail is on its way then: do not call this in a transaction.
    """
    outcome = reading.outcome_of(provider.account, assertion.attributes, assertion.name_id, assertion.name_id_format)
    _user, facts = linking.facts_of(provider, assertion.name_id, outcome.person.email)
    if entry.decide(facts).kind is Kind.CONFIRMS:
        confirmation.begin(provider, assertion, outcome.person)
        raise SamlError(Reason.CONFIRM_ADDRESS, outcome.person.email.rpartition("@")[2])
    return linking.link_or_create(provider, assertion.name_id, outcome, request)
