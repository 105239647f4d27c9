"""One decision says who comes in: a sign-in, a test of a draft and the simulator never disagree."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Domain, Role, User
from sso import entry, linking
from sso.configuration import last_test, testing
from sso.configuration.values import of_settings
from sso.entry import Facts, Kind
from sso.errors import Reason, SamlError
from sso.mapping import Outcome, Person
from sso.models import AttributeNames, IdentityProvider, ProviderDraft, UnknownDomain
from sso.saml import Assertion
from sso.simulator.simulation import simulate
from sso.who import Answer
from tests.makers import make_account, make_user
from tests.sso.arriving import user_of
from tests.sso.making import make_assertion, make_provider
from tests.sso.making_mapping import saying

Story = Callable[[IdentityProvider], Assertion]
Said = tuple[Kind, Reason | None]


def a_stranger(_provider: IdentityProvider) -> Assertion:
    return make_assertion()


def somebody_with_a_password(provider: IdentityProvider) -> Assertion:
    make_user(provider.account)
    return make_assertion()


def somebody_known(provider: IdentityProvider) -> Assertion:
    user_of(provider, make_assertion())
    return make_assertion(mail="ana@elsewhere.example")


def somebody_known_without_an_address(provider: IdentityProvider) -> Assertion:
    user_of(provider, make_assertion())
    return make_assertion(mail="")


def somebody_known_with_several_addresses(provider: IdentityProvider) -> Assertion:
    user_of(provider, make_assertion())
    return saying(mail=["ana@contoso.example", "kim@contoso.example"])


def somebody_elses_address(provider: IdentityProvider) -> Assertion:
    user_of(provider, make_assertion())
    return make_assertion("another")


def no_address(_provider: IdentityProvider) -> Assertion:
    return make_assertion(mail="")


def several_addresses(_provider: IdentityProvider) -> Assertion:
    return saying(mail=["a@contoso.example", "b@contoso.example"])


def an_attribute_that_does_not_arrive(provider: IdentityProvider) -> Assertion:
    AttributeNames.objects.create(account=provider.account, email="alias")
    return make_assertion()


def an_unknown_domain(_provider: IdentityProvider) -> Assertion:
    return make_assertion(mail="ana@elsewhere.example")


def an_unknown_domain_that_confirms(provider: IdentityProvider) -> Assertion:
    IdentityProvider.objects.update(unknown_domain=UnknownDomain.CONFIRM)
    return an_unknown_domain(provider)


def a_user_of_an_unknown_domain(provider: IdentityProvider) -> Assertion:
    make_user(provider.account, email="cy@partner.example")
    return make_assertion("cy", mail="cy@partner.example")


def a_user_of_an_unknown_domain_where_people_confirm(provider: IdentityProvider) -> Assertion:
    IdentityProvider.objects.update(unknown_domain=UnknownDomain.CONFIRM)
    return a_user_of_an_unknown_domain(provider)


def a_domain_that_was_removed(provider: IdentityProvider) -> Assertion:
    user_of(provider, make_assertion())
    Domain.objects.all().delete()
    return make_assertion()


def somebody_deactivated(provider: IdentityProvider) -> Assertion:
    make_user(provider.account, is_active=False)
    return make_assertion()


def somebody_known_and_deactivated(provider: IdentityProvider) -> Assertion:
    User.objects.filter(pk=user_of(provider, make_assertion()).pk).update(is_active=False)
    return make_assertion()


def an_owner(provider: IdentityProvider) -> Assertion:
    make_user(provider.account, role=Role.OWNER)
    return make_assertion()


def an_owner_before_an_owner_agreed(provider: IdentityProvider) -> Assertion:
    IdentityProvider.objects.update(owners_may_use=False)
    return an_owner(provider)


def a_known_owner_before_an_owner_agreed(provider: IdentityProvider) -> Assertion:
    User.objects.filter(pk=user_of(provider, make_assertion()).pk).update(role=Role.OWNER)
    IdentityProvider.objects.update(owners_may_use=False)
    return make_assertion()


def another_companys_user(_provider: IdentityProvider) -> Assertion:
    make_user(make_account("fabrikam"), email="ana@contoso.example")
    return make_assertion()


STORIES: list[tuple[Story, Said]] = [
    (a_stranger, (Kind.NEW, None)),
    (somebody_with_a_password, (Kind.LINKED, None)),
    (somebody_known, (Kind.KNOWN, None)),
    (somebody_known_without_an_address, (Kind.KNOWN, None)),
    (somebody_known_with_several_addresses, (Kind.REFUSED, Reason.SEVERAL_EMAILS)),
    (somebody_elses_address, (Kind.REFUSED, Reason.OTHER_IDENTITY)),
    (no_address, (Kind.REFUSED, Reason.NO_EMAIL)),
    (several_addresses, (Kind.REFUSED, Reason.SEVERAL_EMAILS)),
    (an_attribute_that_does_not_arrive, (Kind.REFUSED, Reason.NO_EMAIL)),
    (an_unknown_domain, (Kind.REFUSED, Reason.FOREIGN_DOMAIN)),
    (an_unknown_domain_that_confirms, (Kind.CONFIRMS, None)),
    (a_user_of_an_unknown_domain, (Kind.REFUSED, Reason.FOREIGN_DOMAIN)),
    (a_user_of_an_unknown_domain_where_people_confirm, (Kind.REFUSED, Reason.FOREIGN_DOMAIN)),
    (a_domain_that_was_removed, (Kind.KNOWN, None)),
    (somebody_deactivated, (Kind.REFUSED, Reason.DEACTIVATED)),
    (somebody_known_and_deactivated, (Kind.REFUSED, Reason.DEACTIVATED)),
    (an_owner, (Kind.LINKED, None)),
    (an_owner_before_an_owner_agreed, (Kind.REFUSED, Reason.OWNER_NOT_VOUCHED)),
    (a_known_owner_before_an_owner_agreed, (Kind.REFUSED, Reason.OWNER_NOT_VOUCHED)),
    (another_companys_user, (Kind.NEW, None)),
]


def by_a_sign_in(provider: IdentityProvider, assertion: Assertion) -> Said:
    """What really happens, taken back."""
    known = linking.known(provider, assertion.name_id)
    people = list(User.objects.filter(account=provider.account))
    with transaction.atomic():
        try:
            user = user_of(provider, assertion)
        except SamlError as error:
            is_mailed = error.reason is Reason.CONFIRM_ADDRESS
            return (Kind.CONFIRMS, None) if is_mailed else (Kind.REFUSED, error.reason)
        finally:
            transaction.set_rollback(True)
    return (Kind.KNOWN if known else Kind.LINKED if user in people else Kind.NEW), None


def by_the_simulator(provider: IdentityProvider, assertion: Assertion) -> Said:
    who = simulate(provider, Answer(assertion.attributes, assertion.name_id, assertion.name_id_format)).who
    return who.kind, who.reason


def by_a_test(provider: IdentityProvider, assertion: Assertion) -> Said:
    """A draft of the same settings, which an admin tests where owners may not come in yet."""
    role = Role.OWNER if provider.owners_may_use else Role.ADMIN
    tester = make_user(provider.account, "tess", role=role)
    draft = ProviderDraft.objects.create(account=provider.account, **of_settings(provider))
    testing.arrived(draft, draft.settings_digest(), assertion, tester=tester, request=HttpRequest())
    draft.refresh_from_db()
    test = last_test.of_draft(draft, tester)
    assert test
    if test.prospect is None:
        assert not draft.is_tested
        return Kind.REFUSED, Reason(test.result["reason"])
    assert draft.is_tested
    return test.prospect.who.kind, test.prospect.who.reason


@pytest.mark.django_db
@pytest.mark.parametrize(("story", "said"), STORIES, ids=[story.__name__ for story, _said in STORIES])
def test_all_three_say_the_same(story: Story, said: Said) -> None:
    provider = make_provider(make_account())
    assertion = story(provider)
    provider = IdentityProvider.objects.select_related("account").get()
    assert by_a_sign_in(provider, assertion) == said
    assert by_the_simulator(provider, assertion) == said
    assert by_a_test(provider, assertion) == said


@pytest.mark.django_db
def test_an_address_that_was_confirmed_makes_somebody_new_and_nobody_else() -> None:
    provider = make_provider(make_account(), unknown_domain=UnknownDomain.CONFIRM)
    outcome = Outcome(None, frozenset(), frozenset(), Person("zoe@partner.example", "Zoe"))
    with pytest.raises(SamlError):
        linking.link_or_create(provider, "zoe", outcome, None)
    zoe = linking.link_or_create(provider, "zoe", outcome, None, is_confirmed=True)
    assert zoe.email == "zoe@partner.example"
    make_user(provider.account, email="cy@partner.example")
    theirs = replace(outcome, person=Person("cy@partner.example", "Cy"))
    with pytest.raises(SamlError) as refused:
        linking.link_or_create(provider, "cy", theirs, None, is_confirmed=True)
    assert refused.value.reason is Reason.FOREIGN_DOMAIN


@pytest.mark.django_db
def test_the_facts_take_one_query_for_the_known_and_three_for_others() -> None:
    provider = make_provider(make_account())
    user_of(provider, make_assertion())
    for name_id, email, most in (
        ("id-of-ana", "", 1),
        ("x", "ana@contoso.example", 3),
        ("y", "new@contoso.example", 3),
    ):
        with CaptureQueriesContext(connection) as queries:
            linking.facts_of(provider, name_id, email)
        assert len(queries) == most


any_facts = st.builds(
    Facts,
    role=st.sampled_from(["", *(role.value for role in Role)]),
    is_active=st.booleans(),
    is_known=st.booleans(),
    has_other_name_id=st.booleans(),
    is_domain_proven=st.booleans(),
    is_address_confirmed=st.booleans(),
    may_confirm=st.booleans(),
    owners_may_use=st.booleans(),
)


@given(any_facts)
def test_nobody_comes_in_as_somebody_without_proof(facts: Facts) -> None:
    decision = entry.decide(facts)
    assert (decision.kind is Kind.REFUSED) == (decision.reason is not None)
    if decision.kind is Kind.LINKED:
        assert facts.is_domain_proven
        assert not facts.has_other_name_id
    if decision.kind in (Kind.KNOWN, Kind.LINKED):
        assert facts.is_active
        assert facts.role != Role.OWNER or facts.owners_may_use
    if decision.kind is Kind.NEW and not facts.is_known:
        assert facts.is_domain_proven or facts.is_address_confirmed
        assert not facts.role
