"""Binding a name id to a user: one of the account whose address is of a proven domain, or a new one.

Apart from provisioning because a confirmation by mail ends here (`confirmed`) and begins there.
"""

from dataclasses import replace

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from accounts import audit, directory
from accounts.models import AuditAction, Domain, Role, User
from accounts.prepared import Prepared
from accounts.tiered_settings import revision
from sso import entry, mapping, placement
from sso.entry import Facts, Kind
from sso.errors import Reason, SamlError
from sso.mapping import Outcome, Person, reading
from sso.models import IdentityConfirmation, IdentityProvider, SamlIdentity, UnknownDomain

NAMED = Prepared(
    lambda account, issuer, name_id: User.objects.filter(
        account=account, saml_identities__issuer=issuer, saml_identities__name_id=name_id
    ),
    User,
    account=-1,
    issuer="an issuer",
    name_id="a name id",
)


def known(provider: IdentityProvider, name_id: str) -> User | None:
    """Whoever the provider in use has named so before: one query."""
    found = NAMED.one(account=provider.account_id, issuer=provider.entity_id, name_id=name_id)
    if found is None:
        return None
    user: User = found[0]
    user.account = provider.account
    return user


def confirmed(
    provider: IdentityProvider, confirmation: IdentityConfirmation, request: HttpRequest | None = None
) -> User:
    """The person whose address has been confirmed by mail: created, bound to their name id, in role and groups.

    Raises SamlError where the confirmation is another provider's, or the address has become somebody's meanwhile.
    """
    if confirmation.account_id != provider.account_id or confirmation.issuer != provider.entity_id:
        raise SamlError(Reason.WRONG_ISSUER, "the identity provider was replaced meanwhile")
    if provider.unknown_domain != UnknownDomain.CONFIRM and not has_proven(provider, confirmation.email):
        raise SamlError(Reason.FOREIGN_DOMAIN, "the account no longer lets people of unknown domains in")
    placed = mapping.placement(confirmation.attributes, reading.rules_of(provider.account))
    person = Person(confirmation.email, confirmation.name)
    outcome = Outcome(placed.role, placed.groups_to_have, placed.groups_governed, person)
    return link_or_create(provider, confirmation.name_id, outcome, request, is_confirmed=True)


def actor_of(provider: IdentityProvider) -> str:
    """Who did it, for the audit log."""
    return f"SSO: {provider.entity_id}"[:200]


def has_proven(provider: IdentityProvider, email: str) -> bool:
    """Whether the account has proven that the address's domain is its own."""
    domain = email.rpartition("@")[2]
    return Domain.objects.filter(account=provider.account_id, name=domain, proven_at__isnull=False).exists()


def refuse_entry(provider: IdentityProvider, user: User) -> None:
    """Raises SamlError for whoever may not come in, as entry.may_not_enter says."""
    reason = entry.may_not_enter(_facts_of_user(provider, user))
    if reason is not None:
        raise SamlError(reason, user.email)


def facts_of(
    provider: IdentityProvider, name_id: str, email: str, *, is_address_confirmed: bool = False
) -> tuple[User | None, Facts]:
    """The user with this name id, else the one with this address, and what entry.decide has to know.

    Without a name id whoever has the address is taken to be known by theirs. At most three queries.
    """
    user = known(provider, name_id) if name_id else None
    if user is not None:
        return user, replace(_facts_of_user(provider, user), is_known=True)
    bound = SamlIdentity.objects.filter(user=OuterRef("pk"), issuer=provider.entity_id)
    people = User.objects.select_related("account").annotate(is_bound=Exists(bound))
    found = people.filter(account=provider.account_id, email=email).first()
    is_bound = found is not None and found.is_bound
    return found, replace(
        _facts_of_user(provider, found),
        is_known=is_bound and not name_id,
        has_other_name_id=is_bound and bool(name_id),
        is_domain_proven=has_proven(provider, email),
        is_address_confirmed=is_address_confirmed,
        may_confirm=provider.unknown_domain == UnknownDomain.CONFIRM,
    )


@transaction.atomic
def link_or_create(
    provider: IdentityProvider,
    name_id: str,
    outcome: Outcome,
    request: HttpRequest | None,
    *,
    is_confirmed: bool = False,
) -> User:
    """The person, bound to the name id, in their mapped role and groups. Raises SamlError; then nothing is written.

    Without a proven domain only a confirmed address is taken, and only for somebody new.
    """
    # First sign-ins of one account happen one after the other, so that two tabs do not make two users.
    revision.lock(provider.account)
    user, facts = facts_of(provider, name_id, outcome.person.email, is_address_confirmed=is_confirmed)
    decision = entry.decide(facts)
    if decision.reason is not None:
        raise SamlError(decision.reason, _detail(decision.reason, outcome.person.email))
    if decision.kind is Kind.CONFIRMS:
        raise SamlError(Reason.FOREIGN_DOMAIN, "the address was not confirmed")
    if user is None:
        user = _create(provider, outcome, request)
    if decision.kind is not Kind.KNOWN:
        _bind(provider, name_id, user, request)
    placement.place(user, outcome, actor=actor_of(provider), request=request)
    return user


def _facts_of_user(provider: IdentityProvider, user: User | None) -> Facts:
    if user is None:
        return Facts(owners_may_use=provider.owners_may_use)
    return Facts(role=user.role, is_active=user.is_active, owners_may_use=provider.owners_may_use)


def _detail(reason: Reason, email: str) -> str:
    """For the log."""
    if reason is Reason.FOREIGN_DOMAIN:
        return email.rpartition("@")[2]
    return f"{email} is bound to another name id" if reason is Reason.OTHER_IDENTITY else email


def _create(provider: IdentityProvider, outcome: Outcome, request: HttpRequest | None) -> User:
    return directory.create_user(
        provider.account,
        outcome.person.email,
        name=outcome.person.name,
        role=Role(outcome.role or Role.MEMBER),
        actor=actor_of(provider),
        request=request,
    )


def _bind(provider: IdentityProvider, name_id: str, user: User, request: HttpRequest | None) -> None:
    SamlIdentity.objects.create(user=user, issuer=provider.entity_id, name_id=name_id)
    audit.record(
        AuditAction.IDENTITY_LINKED,
        account=user.account,
        actor=user,
        target=user,
        after={"issuer": provider.entity_id, "name_id": name_id},
        request=request,
    )
