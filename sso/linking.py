"""Binding a name id to a user: one of the account whose address is of a proven domain, or a new one.

Apart from provisioning because a confirmation by mail ends here (`confirmed`) and begins there.
"""

from django.db import transaction
from django.http import HttpRequest

from accounts import audit, directory
from accounts.models import AuditAction, Domain, Role, User
from accounts.tiered_settings import revision
from sso import mapping, placement
from sso.errors import Reason, SamlError
from sso.mapping import Outcome, Person, reading
from sso.models import IdentityConfirmation, IdentityProvider, SamlIdentity, UnknownDomain


def known(provider: IdentityProvider, name_id: str) -> User | None:
    """Whoever the provider in use has named so before, with the account and its attribute names: one query."""
    identity = (
        SamlIdentity.objects.select_related("user__account__attribute_names")
        .filter(issuer=provider.entity_id, name_id=name_id, user__account=provider.account_id)
        .first()
    )
    return identity.user if identity else None


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
    """Raises SamlError for whoever may not come in: the deactivated, and owners where no owner vouches for it.

    Otherwise an admin could put a provider of their own into use, and be an owner with its help.
    """
    if not user.is_active:
        raise SamlError(Reason.DEACTIVATED, user.email)
    if user.role == Role.OWNER and not provider.owners_may_use:
        raise SamlError(Reason.OWNER_NOT_VOUCHED, user.email)


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
    user = known(provider, name_id)
    if user is None:
        user = _by_email(provider, outcome.person.email, is_confirmed=is_confirmed)
        user = user or _create(provider, outcome, request)
        _bind(provider, name_id, user, request)
    refuse_entry(provider, user)
    placement.place(user, outcome, actor=actor_of(provider), request=request)
    return user


def _by_email(provider: IdentityProvider, email: str, *, is_confirmed: bool) -> User | None:
    """Whoever has the address and may be linked; a confirmed address makes a new user only. Raises SamlError."""
    user = User.objects.select_related("account").filter(account=provider.account, email=email).first()
    if not has_proven(provider, email) and (user or not is_confirmed):
        raise SamlError(Reason.FOREIGN_DOMAIN, email.rpartition("@")[2])
    if user and user.saml_identities.filter(issuer=provider.entity_id).exists():
        raise SamlError(Reason.OTHER_IDENTITY, f"{user.email} is bound to another name id")
    return user


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
