"""Which user a verified assertion is: known by issuer and name id, linked by a proven domain, or new."""

from django.db import transaction
from django.http import HttpRequest

from accounts import audit, directory
from accounts.models import Account, AuditAction, Domain, User
from sso import mapping
from sso.errors import Reason, SamlError
from sso.models import IdentityProvider, SamlIdentity
from sso.saml import Assertion


def user_of(provider: IdentityProvider, assertion: Assertion, request: HttpRequest | None = None) -> User:
    """The person, created or linked where that is allowed. Raises SamlError where it is not."""
    user = _known(provider, assertion) or _link_or_create(provider, assertion, request)
    if not user.is_active:
        raise SamlError(Reason.DEACTIVATED, user.email)
    return user


def _known(provider: IdentityProvider, assertion: Assertion) -> User | None:
    identity = (
        SamlIdentity.objects.select_related("user__account")
        .filter(issuer=provider.entity_id, name_id=assertion.name_id, user__account=provider.account)
        .first()
    )
    return identity.user if identity else None


@transaction.atomic
def _link_or_create(provider: IdentityProvider, assertion: Assertion, request: HttpRequest | None) -> User:
    person = mapping.person(assertion.attributes, assertion.name_id, assertion.name_id_format)
    # First sign-ins of one account happen one after the other, so that two tabs do not make two users.
    Account.objects.select_for_update().get(pk=provider.account_id)
    known_by_now = _known(provider, assertion)
    if known_by_now:
        return known_by_now
    _refuse_foreign_domain(provider.account, person.email)
    user = User.objects.select_related("account").filter(account=provider.account, email=person.email).first()
    if user is None:
        user = directory.create_user(
            provider.account,
            person.email,
            name=person.name,
            actor=f"SSO: {provider.entity_id}"[:200],
            request=request,
        )
    elif user.saml_identities.filter(issuer=provider.entity_id).exists():
        raise SamlError(Reason.OTHER_IDENTITY, f"{user.email} is bound to another name id")
    _bind(provider, assertion, user, request)
    return user


def _refuse_foreign_domain(account: Account, email: str) -> None:
    domain = email.rpartition("@")[2]
    if not Domain.objects.filter(account=account, name=domain, proven_at__isnull=False).exists():
        raise SamlError(Reason.FOREIGN_DOMAIN, domain)


def _bind(provider: IdentityProvider, assertion: Assertion, user: User, request: HttpRequest | None) -> None:
    SamlIdentity.objects.create(user=user, issuer=provider.entity_id, name_id=assertion.name_id)
    audit.record(
        AuditAction.IDENTITY_LINKED,
        account=user.account,
        actor=user,
        target=user,
        after={"issuer": provider.entity_id, "name_id": assertion.name_id},
        request=request,
    )
