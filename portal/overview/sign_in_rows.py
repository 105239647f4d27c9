"""The rows about who people are: the role, domains, single sign-on, and its federation with Microsoft Entra."""

from portal.overview.facts import Facts
from portal.overview.rows import OFFICE_365_ADMIN, Link, Row, State, guide
from sso.models import ProviderDraft

SHOWN_DOMAINS = 3
CHECK_NOW = Link("Check now", "office365_authorize", query="silent=1&next=/overview/")
ATTEST = Link("It is federated already", "federation_attest", opens_dialog=True)
TAKE_BACK = Link("Take this back", "federation_take_back", opens_dialog=True)
FEDERATION_GUIDES = (guide("Okta, step by step", "okta-federation"), guide("Ping, step by step", "ping-federation"))
FEDERATED = "Identity provider federated with Microsoft Entra"


def rows(facts: Facts) -> tuple[Row, ...]:
    """In the order in which they are done."""
    return role(facts), domain(facts), sign_on(facts), federation(facts)


def role(facts: Facts) -> Row:
    """Always done, since nobody else sees the page; it says what else is needed."""
    why = (
        f"You are {facts.role.lower()} of {facts.company} here. Steps marked “{OFFICE_365_ADMIN}” need a role at "
        "Microsoft as well, such as Cloud Application Administrator. That can be a colleague without a user here."
    )
    return Row("role", "The right role", State.DONE, why)


def domain(facts: Facts) -> Row:
    """A domain that the account has proven."""
    title = "A domain proven"
    if facts.proven_domains:
        return Row("domain", title, State.DONE, f"{_named(facts.proven_domains)}. People are recognised by it.")
    if facts.has_unproven_domains:
        why = "A domain is entered, and its proof was not found yet. It takes a TXT record or a file."
        return Row("domain", title, State.TO_DO, why, Link("Prove it", "sso_domains"))
    why = "It shows that people with these addresses are yours, and which Microsoft tenant is."
    return Row("domain", title, State.TO_DO, why, Link("Add a domain", "sso_domains"))


def sign_on(facts: Facts) -> Row:
    """Single sign-on: details exchanged, tested, and in use."""
    title = "Single sign-on set up, tested and in use"
    if facts.provider is not None and facts.provider.is_enabled:
        why = f"People sign in with {facts.provider.entity_id}."
        return Row("sso", title, State.DONE, why)
    if facts.provider is not None:
        why = "Single sign-on is switched off: people use their passwords."
        return Row("sso", title, State.PROBLEM, why, Link("Switch it on", "sso_setup"), note="Switched off")
    if facts.draft is None:
        why = (
            "People sign in with their passwords, which is enough to connect a calendar in the profile. With single "
            "sign-on they use your own identity provider, and can be asked for Office 365 as they come in."
        )
        return Row("sso", title, State.TO_DO, why, Link("Set it up", "sso_setup"), is_optional=True)
    if _is_refused(facts.draft):
        why = "The last test of the draft was refused. Its page says what was expected and what arrived."
        return Row("sso", title, State.PROBLEM, why, Link("See the test", "sso_test_result"), note="Test refused")
    if facts.draft.is_tested:
        why = "The draft passed its test. Nobody signs in with it until it is used."
        return Row("sso", title, State.TO_DO, why, Link("Use it", "sso_setup"))
    why = "There is a draft that was not tested as it stands now."
    return Row("sso", title, State.TO_DO, why, Link("Test it", "sso_setup"))


def federation(facts: Facts) -> Row:
    """Whether whoever is signed in at the identity provider is signed in at Microsoft too."""
    if not facts.wants_single_sign_on:
        why = "It is about single sign-on: whoever came by it is then not asked to sign in again at Microsoft."
        return Row("federation", FEDERATED, State.TO_DO, why, more=FEDERATION_GUIDES, is_optional=True)
    if not facts.signs_on:
        return _todo("First put single sign-on into use.")
    if facts.entra_tenant:
        return _of_entra(facts)
    if facts.service is None:
        return _todo("First add the calendar service.")
    service = facts.service
    check = CHECK_NOW if facts.may_check_silently else None
    if service.federation_shown_at:
        why = "Shown: somebody was authorized at Microsoft without being asked anything."
        return Row("federation", FEDERATED, State.DONE, why, since=service.federation_shown_at)
    if service.federation_attested_at:
        why = f"{service.federation_attested_by} said so. The first authorization that asks nothing will show it."
        at = service.federation_attested_at
        return Row("federation", FEDERATED, State.DONE, why, check, (TAKE_BACK,), note="Attested", since=at)
    why = "Then nobody who came by single sign-on is asked to sign in again at Microsoft."
    if check is None:
        return _todo(f"{why} It can be checked once consent is given; until then your word will do.", None, ATTEST)
    return _todo(
        f"{why} Check it with your own mailbox while you are signed in at your identity provider.", check, ATTEST
    )


def _todo(why: str, fix: Link | None = None, *more: Link) -> Row:
    return Row("federation", FEDERATED, State.TO_DO, why, fix, (*more, *FEDERATION_GUIDES), who=OFFICE_365_ADMIN)


def _of_entra(facts: Facts) -> Row:
    """Entra ID is the identity provider itself: done, unless it is another company's."""
    tenant = str(facts.service.tenant_id) if facts.service and facts.service.tenant_id else ""
    if tenant and tenant != facts.entra_tenant:
        why = (
            f"People sign in at the Entra tenant {facts.entra_tenant}, and the calendar service is of {tenant}. "
            "Microsoft asks them to sign in once more there."
        )
        fix = Link("Look at the service", "calendar_integration")
        return Row("federation", FEDERATED, State.PROBLEM, why, fix, note="Two tenants")
    return Row("federation", FEDERATED, State.DONE, "Your identity provider is Microsoft Entra ID itself.")


def _is_refused(draft: ProviderDraft) -> bool:
    """Whether the last test was refused, and of exactly these settings."""
    result = draft.test_result
    return bool(result.get("reason")) and result.get("digest") == draft.settings_digest()


def _named(domains: tuple[str, ...]) -> str:
    rest = len(domains) - SHOWN_DOMAINS
    shown = ", ".join(domains[:SHOWN_DOMAINS])
    return f"{shown} and {rest} more" if rest > 0 else shown
