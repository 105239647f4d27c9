"""Who an answer of the identity provider would be, decided as a sign-in decides it."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.models import User
from sso import linking, mapping
from sso.errors import Reason, SamlError
from sso.mapping import EMAIL_NAMES, Attributes, Names
from sso.models import IdentityProvider, UnknownDomain


class Kind(StrEnum):
    """What somebody is to the account."""

    KNOWN = "known"
    LINKED = "linked"
    NEW = "new"
    CONFIRMS = "confirms"
    REFUSED = "refused"


@dataclass(frozen=True)
class Who:
    """Somebody who signs in: a user of the account, or somebody new, or why they are refused."""

    kind: Kind
    email: str = ""
    name: str = ""
    user: User | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class Answer:
    """What the identity provider would say. Without a name id it is taken to be the one that belongs to the e-mail."""

    attributes: Attributes
    name_id: str = ""
    name_id_format: str = ""


def who_is(provider: IdentityProvider, answer: Answer, names: Names) -> Who:
    """Who would come in, or why nobody would."""
    try:
        user = linking.known(provider, answer.name_id) if answer.name_id else None
        if user is None:
            return _by_email(provider, answer, names)
        mapping.refuse_several_emails(answer.attributes, names)
        linking.refuse_entry(provider, user)
    except SamlError as refusal:
        return Who(Kind.REFUSED, reason=refusal.reason)
    return Who(Kind.KNOWN, user.email, user.name, user)


def _by_email(provider: IdentityProvider, answer: Answer, names: Names) -> Who:
    """Raises SamlError."""
    person = mapping.person(answer.attributes, answer.name_id, answer.name_id_format, names)
    user = User.objects.select_related("account").filter(account=provider.account_id, email=person.email).first()
    is_bound = user is not None and user.saml_identities.filter(issuer=provider.entity_id).exists()
    is_proven = (is_bound and not answer.name_id) or linking.has_proven(provider, person.email)
    if user is None:
        if not is_proven and provider.unknown_domain != UnknownDomain.CONFIRM:
            return Who(Kind.REFUSED, person.email, person.name, reason=Reason.FOREIGN_DOMAIN)
        return Who(Kind.NEW if is_proven else Kind.CONFIRMS, person.email, person.name)
    reason = None if is_proven else Reason.FOREIGN_DOMAIN
    if is_bound and answer.name_id and is_proven:
        reason = Reason.OTHER_IDENTITY
    if reason is None and not user.is_active:
        reason = Reason.DEACTIVATED
    if reason is not None:
        return Who(Kind.REFUSED, person.email, user.name, user, reason)
    return Who(Kind.KNOWN if is_bound else Kind.LINKED, user.email, user.name, user)


def with_email(attributes: Attributes, email: str, names: Names) -> Attributes:
    """The attributes of somebody with another e-mail: in the attribute that holds it, or in a usual one."""
    if not email:
        return attributes
    held = [name for name in ([names.email] if names.email else EMAIL_NAMES) if name in attributes]
    return {**attributes, (held or [names.email or "mail"])[0]: [email]}
