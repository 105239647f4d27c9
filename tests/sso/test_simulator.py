"""The simulator says what a sign-in then does, and changes nothing."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Domain, Group, Role, User
from accounts.tiered_settings import registry, store
from accounts.tiered_settings.reading import effective
from calendar_integration.authorization import prompt
from calendar_integration.authorization.prompt import Verdict
from calendar_integration.models import AskMode, CalendarService
from sso.entry import Kind
from sso.errors import Reason, SamlError
from sso.models import IdentityProvider, UnknownDomain
from sso.saml import Assertion
from sso.simulator.simulation import Simulation, simulate
from sso.who import Answer
from tests.accounts.making_groups import lock_integration_off
from tests.accounts.making_people import make_group
from tests.makers import make_account, make_connection, make_service, make_user, set_ask
from tests.sso.arriving import user_of
from tests.sso.making import make_assertion, make_provider
from tests.sso.making_mapping import make_rule, saying

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> IdentityProvider:
    return make_provider(make_account())


def answer_of(assertion: Assertion) -> Answer:
    return Answer(assertion.attributes, assertion.name_id, assertion.name_id_format)


def simulated(
    provider: IdentityProvider, assertion: Assertion | None = None, /, **attributes: Sequence[str]
) -> Simulation:
    """A sign-in by Ana with these attributes."""
    return simulate(provider, answer_of(saying(assertion, **attributes)))


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in apps.get_models()}


def test_nothing_is_written_not_a_row(provider: IdentityProvider) -> None:
    account = provider.account
    make_service(account)
    ana = make_user(account)
    make_connection(ana)
    audited = make_group(account, "Audited")
    lock_integration_off(audited)
    make_group(account, "Sales", ana)
    make_rule(account, "groups", "Audited", audited)
    make_rule(account, "groups", "Audited", Role.ADMIN)
    before = everything()
    with CaptureQueriesContext(connection) as queries:
        result = simulated(provider, groups=["Audited"]).result
    assert result
    assert result.is_disconnected
    assert everything() == before
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_somebody_new_gets_what_the_rules_give(provider: IdentityProvider) -> None:
    sales = make_group(provider.account, "Sales")
    make_rule(provider.account, "groups", "Sales", sales)
    make_rule(provider.account, "groups", "Leads", Role.ADMIN)
    simulation = simulated(provider, groups=["Sales", "Leads"])
    assert (simulation.who.kind, simulation.who.email, simulation.who.name) == (
        Kind.NEW,
        "ana@contoso.example",
        "Ana Lima",
    )
    assert simulation.result
    assert (simulation.result.role.before, simulation.result.role.after) == (None, Role.ADMIN)
    assert [group.name for group in simulation.result.groups.joined] == ["Sales"]


def test_somebody_who_has_signed_in_is_known_with_and_without_a_name_id(provider: IdentityProvider) -> None:
    ana = user_of(provider, make_assertion())
    Domain.objects.all().delete()
    for name_id in ("id-of-ana", ""):
        who = simulated(provider, make_assertion(name_id)).who
        assert (who.kind, who.user) == (Kind.KNOWN, ana)


def test_a_user_with_a_password_would_be_linked(provider: IdentityProvider) -> None:
    ana = make_user(provider.account)
    assert (simulated(provider).who.kind, simulated(provider).who.user) == (Kind.LINKED, ana)


@pytest.mark.parametrize(
    ("unknown_domain", "kind"), [(UnknownDomain.CONFIRM, Kind.CONFIRMS), (UnknownDomain.REFUSE, Kind.REFUSED)]
)
def test_an_unknown_domain_confirms_or_is_refused(
    provider: IdentityProvider, unknown_domain: UnknownDomain, kind: Kind
) -> None:
    provider.unknown_domain = unknown_domain
    assert simulated(provider, make_assertion(mail="ana@partner.example")).who.kind is kind


def refused(provider: IdentityProvider, assertion: Assertion) -> Reason | None:
    """Why, by the simulator; a sign-in says the same."""
    simulation = simulate(provider, answer_of(assertion))
    assert (simulation.who.kind, simulation.result) == (Kind.REFUSED, None)
    with pytest.raises(SamlError) as really:
        user_of(provider, assertion)
    assert simulation.who.reason is really.value.reason
    return simulation.who.reason


def test_refusals_are_those_of_a_sign_in(provider: IdentityProvider) -> None:
    assert refused(provider, make_assertion(mail="")) is Reason.NO_EMAIL
    assert refused(provider, saying(mail=["a@contoso.example", "b@contoso.example"])) is Reason.SEVERAL_EMAILS
    assert refused(provider, make_assertion(mail="ana@elsewhere.example")) is Reason.FOREIGN_DOMAIN
    user_of(provider, make_assertion())
    assert refused(provider, make_assertion("another")) is Reason.OTHER_IDENTITY
    make_user(provider.account, email="cy@partner.example")
    assert refused(provider, make_assertion("cy", mail="cy@partner.example")) is Reason.FOREIGN_DOMAIN
    User.objects.update(is_active=False)
    assert refused(provider, make_assertion()) is Reason.DEACTIVATED


def test_people_of_other_accounts_are_nobody_here(provider: IdentityProvider) -> None:
    make_user(make_account("fabrikam"), email="ana@contoso.example")
    assert simulated(provider).who.kind is Kind.NEW


def test_the_last_owner_stays_owner(provider: IdentityProvider) -> None:
    make_user(provider.account, role=Role.OWNER)
    make_rule(provider.account, "groups", "Staff", Role.MEMBER)
    result = simulated(provider, groups=["Staff"]).result
    assert result
    assert (result.role.after, result.role.kept) == (Role.OWNER, True)


def verdict(provider: IdentityProvider, **attributes: Sequence[str]) -> Verdict:
    result = simulated(provider, **attributes).result
    assert result
    return result.verdict


def test_the_prompt_opens_where_the_new_groups_ask(provider: IdentityProvider) -> None:
    make_service(provider.account, ask=AskMode.OFF)
    sales = make_group(provider.account, "Sales")
    set_ask(sales, AskMode.EVERY)
    make_rule(provider.account, "groups", "Sales", sales)
    assert verdict(provider, groups=["Sales"]) is Verdict.REDIRECT
    assert verdict(provider, groups=["Choir"]) is Verdict.ASK_IS_OFF
    make_connection(make_user(provider.account))
    assert verdict(provider, groups=["Sales"]) is Verdict.CONNECTED
    CalendarService.objects.update(tenant_id=None)
    assert verdict(provider, groups=["Sales"]) is Verdict.NO_TENANT


GROUPS = ("Audited", "Sales", "Berlin")
given_groups = st.sets(st.sampled_from([*GROUPS, "Leads", "Staff"]))


def company() -> tuple[IdentityProvider, dict[str, Group]]:
    """Rules for groups that decide settings, of which one is locked, and for roles."""
    account = make_account()
    provider = make_provider(account)
    make_service(account, ask=AskMode.OFF)
    groups = {name: make_group(account, name) for name in GROUPS}
    lock_integration_off(groups["Audited"])
    set_ask(groups["Sales"], AskMode.EVERY)
    set_ask(groups["Berlin"], AskMode.FIRST)
    for name, group in groups.items():
        make_rule(account, "groups", name, group)
    make_rule(account, "groups", "Leads", Role.ADMIN)
    make_rule(account, "groups", "Staff", Role.MEMBER)
    return provider, groups


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_groups, given_groups, st.booleans(), st.booleans())
def test_what_it_says_is_what_a_sign_in_does(now: set[str], then: set[str], is_known: bool, is_connected: bool) -> None:
    with transaction.atomic():
        provider, _groups = company()
        if is_known:
            ana = user_of(provider, saying(groups=sorted(now)))
            if is_connected and "Audited" not in now:
                make_connection(ana)
        result = simulated(provider, groups=sorted(then)).result
        assert result
        ana = user_of(provider, saying(groups=sorted(then)))
        ana = User.objects.get(pk=ana.pk)
        assert ana.role == result.role.after
        assert set(ana.memberships.values_list("group_id", flat=True)) == set(result.groups.after)
        keys = [definition.key for definition in registry.all_definitions()]
        assert {setting.definition.key: setting.after for setting in result.settings} == effective(ana, keys)
        assert result.verdict is prompt.decide(prompt.gather(ana))
        transaction.set_rollback(True)


def test_it_takes_as_many_queries_for_many_groups_and_rules_as_for_few(provider: IdentityProvider) -> None:
    ana = user_of(provider, make_assertion())
    make_service(provider.account)
    taken = []
    for number in (1, 40):
        for _ in range(number):
            group = make_group(provider.account, f"Group {Group.objects.count()}", ana)
            store.set_value(group, "office365.ask", "every", actor="a test")
            make_rule(provider.account, "groups", group.name, group)
        with CaptureQueriesContext(connection) as queries:
            simulated(provider, groups=["Nothing"])
        taken.append(len(queries))
    assert taken[0] == taken[1] < 20


def test_an_account_without_a_provider_can_be_simulated() -> None:
    provider = IdentityProvider(account=make_account())
    assert simulated(provider).who.kind is Kind.NEW
    assert not IdentityProvider.objects.exists()
