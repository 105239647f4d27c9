"""Who an answer of the identity provider is about, read and decided as a sign-in reads and decides it."""

from dataclasses import dataclass

from accounts.models import User
from sso import entry, linking, mapping
from sso.entry import Kind
from sso.errors import Reason, SamlError
from sso.mapping import Attributes, Names, Person
from sso.models import IdentityProvider


@dataclass(frozen=True)
class Who:
    """Somebody who signs in: a user of the account, or somebody new, or why they are refused (`detail` for logs)."""

    kind: Kind
    email: str = ""
    name: str = ""
    user: User | None = None
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True)
class Answer:
    """What the identity provider would say. Without a name id it is taken to be the one that belongs to the e-mail."""

    attributes: Attributes
    name_id: str = ""
    name_id_format: str = ""


def who_is(provider: IdentityProvider, answer: Answer, names: Names) -> Who:
    """Who would come in, or why nobody would."""
    user = linking.known(provider, answer.name_id) if answer.name_id else None
    try:
        if user is None:
            person = mapping.person(answer.attributes, answer.name_id, answer.name_id_format, names)
            return who_has(provider, answer.name_id, person)
        linking.refuse_entry(provider, user)
        mapping.refuse_several_emails(answer.attributes, names)
    except SamlError as refusal:
        shown = user or User()
        return Who(Kind.REFUSED, shown.email, shown.name, user, refusal.reason, refusal.detail)
    return Who(Kind.KNOWN, user.email, user.name, user)


def who_has(provider: IdentityProvider, name_id: str, person: Person) -> Who:
    """The same, where it is known already whom the answer describes; without a name id as above."""
    user, facts = linking.facts_of(provider, name_id, person.email)
    decision = entry.decide(facts)
    shown = user or person
    return Who(decision.kind, person.email if user is None else user.email, shown.name, user, decision.reason)
