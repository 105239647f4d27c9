"""What would become of the person of a test if they signed in now, in words, with what puts it right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Role, User
from sso.configuration import drafts
from sso.configuration.values import of_settings
from sso.entry import Kind
from sso.errors import Reason
from sso.mapping import Person
from sso.models import IdentityProvider, ProviderDraft, UnknownDomain
from sso.who import Who, who_has


@dataclass(frozen=True)
class Prospect:
    """Who they are, what becomes of them, and what to do about it; `fix` and `path` are a link, where one helps."""

    who: Who
    words: str
    advice: str = ""
    fix: str = ""
    path: str = ""

    @property
    def comes_in(self) -> bool:
        """Whether they would be signed in, without anything else to do first."""
        return self.who.kind not in (Kind.REFUSED, Kind.CONFIRMS)


def provider_to_be(draft: ProviderDraft, actor: User) -> IdentityProvider:
    """The provider as this person would put the draft into use, not saved: owners come in where an owner does it."""
    current = drafts.provider_of(draft.account)
    return IdentityProvider(
        account=draft.account,
        **of_settings(draft),
        is_enabled=True,
        owners_may_use=actor.role == Role.OWNER,
        unknown_domain=current.unknown_domain if current else UnknownDomain.REFUSE,
    )


def prospect_of(result: Mapping[str, Any], provider: IdentityProvider) -> Prospect | None:
    """As it stands now, which may be other than at the test; None where the answer did not say who it is about."""
    if not result.get("email"):
        return None
    person = Person(str(result["email"]), str(result.get("name", "")))
    return in_words(who_has(provider, str(result.get("name_id", "")), person), is_in_use=provider.pk is not None)


def in_words(who: Who, *, is_in_use: bool) -> Prospect:
    """For an administrator, about the provider in use or one that is to be."""
    domain = who.email.rpartition("@")[2]
    if who.kind is Kind.KNOWN:
        return Prospect(who, f"Signs in as {who.user}, who is known by this name ID.")
    if who.kind is Kind.LINKED:
        return Prospect(who, f"Signs in as {who.user}, who has this address.")
    if who.kind is Kind.NEW:
        return Prospect(who, f"Becomes a new user, since nobody here has the address {who.email}.")
    if who.kind is Kind.CONFIRMS:
        return Prospect(
            who,
            f"Would first have to confirm {who.email} by mail: {domain} is not one of your proven domains.",
            "Prove the domain if it is your own; then nobody of it has to confirm anything.",
            f"Prove {domain}",
            reverse("sso_domains"),
        )
    return _refused(who, domain, is_in_use=is_in_use)


def _refused(who: Who, domain: str, *, is_in_use: bool) -> Prospect:
    person = str(who.user) if who.user else who.email
    if who.reason is Reason.FOREIGN_DOMAIN:
        return Prospect(
            who,
            f"{person} would be refused: {domain} is not one of your proven domains.",
            "Prove the domain. Anybody can claim an address at their own identity provider; only the domain's owner "
            "can publish the proof.",
            f"Prove {domain}",
            reverse("sso_domains"),
        )
    if who.reason is Reason.OWNER_NOT_VOUCHED:
        return Prospect(
            who,
            f"{person} would be refused: they are an owner, and no owner has agreed to this identity provider.",
            "What an admin alone puts into use signs in no owner. Once it is in use, an owner agrees on the Setup "
            "page, with “Let owners use it”. Until then owners sign in with their passwords.",
            "Let owners use it" if is_in_use else "",
            f"{reverse('sso_setup')}#in-use" if is_in_use else "",
        )
    if who.reason is Reason.OTHER_IDENTITY:
        return Prospect(
            who,
            f"{person} would be refused: this address is known by another name ID here.",
            "Let your identity provider send the name ID that it sent before, or check that both are the same person.",
            "See their sign-ins",
            f"{reverse('sso_log')}?{urlencode({'email': who.email})}",
        )
    return Prospect(
        who,
        f"{person} would be refused: they are deactivated here.",
        "Reactivate them if they should come in, or test with somebody else.",
        "Open the user",
        reverse("user", args=[who.user.pk]) if who.user else "",
    )
