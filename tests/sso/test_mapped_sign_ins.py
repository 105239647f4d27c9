"""What each sign-in does to somebody's role and groups: all of what is mapped, and nothing else."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Group, Role, User
from calendar_integration.models import AskMode, ConnectionState
from sso.errors import Reason, SamlError
from sso.models import AttributeNames, IdentityProvider, SamlIdentity
from tests.accounts.making_groups import lock_integration_off, version
from tests.accounts.making_people import make_group
from tests.makers import make_account, make_connection, make_service, make_user, set_ask
from tests.sandbox.running import Sandbox
from tests.sso.arriving import user_of
from tests.sso.making import make_assertion, make_company, make_provider, sign_in
from tests.sso.making_mapping import make_rule, saying

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> IdentityProvider:
    return make_provider(make_account())


def groups_of(person: User) -> list[str]:
    return list(Group.objects.filter(memberships__user=person).order_by("name").values_list("name", flat=True))


def events(*actions: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__in=actions).order_by("pk"))


def test_somebody_new_comes_with_role_and_groups(provider: IdentityProvider) -> None:
    sales = make_group(provider.account, "Sales")
    make_rule(provider.account, "title", "Lead", Role.ADMIN)
    make_rule(provider.account, "groups", "Sales", sales)
    ana = user_of(provider, saying(title=["Lead"], groups=["Sales"]))
    assert (ana.role, groups_of(ana)) == (Role.ADMIN, ["Sales"])
    created, _linked, joined = AuditEvent.objects.order_by("pk")
    assert created.after["role"] == "admin"
    assert (joined.action, joined.after) == ("group.member_added", {"groups": ["Sales"]})
    assert joined.actor_label == f"SSO: {provider.entity_id}"


def test_role_and_groups_follow_at_each_sign_in_but_not_the_name(provider: IdentityProvider) -> None:
    sales, berlin = make_group(provider.account, "Sales"), make_group(provider.account, "Berlin")
    make_rule(provider.account, "groups", "Sales", sales)
    make_rule(provider.account, "groups", "Berlin", berlin)
    make_rule(provider.account, "groups", "Admins", Role.ADMIN)
    make_rule(provider.account, "groups", "Staff", Role.MEMBER)
    ana = user_of(provider, saying(groups=["Sales", "Staff"]))
    assert (ana.role, groups_of(ana)) == (Role.MEMBER, ["Sales"])

    user_of(provider, saying(make_assertion(name="Ana Costa"), groups=["Berlin", "Admins"]))

    ana.refresh_from_db()
    assert (ana.name, ana.role, groups_of(ana)) == ("Ana Lima", Role.ADMIN, ["Berlin"])
    (changed,) = events("user.role_changed")
    assert (changed.before, changed.after) == ({"role": "member"}, {"role": "admin"})
    assert changed.actor_label == f"SSO: {provider.entity_id}"


def test_groups_that_no_rule_names_stay(provider: IdentityProvider) -> None:
    ana = user_of(provider, make_assertion())
    make_group(provider.account, "Choir", ana)
    make_rule(provider.account, "groups", "Sales", make_group(provider.account, "Sales", ana))
    user_of(provider, saying(groups=["Nothing"]))
    assert groups_of(ana) == ["Choir"]


def test_absent_changes_nothing_and_empty_leaves(provider: IdentityProvider) -> None:
    ana = user_of(provider, make_assertion())
    make_rule(provider.account, "groups", "Sales", make_group(provider.account, "Sales", ana))
    user_of(provider, make_assertion())
    assert groups_of(ana) == ["Sales"]
    user_of(provider, saying(groups=[]))
    assert groups_of(ana) == []


def test_a_mapped_role_wins_and_no_match_leaves_it(provider: IdentityProvider) -> None:
    ana = make_user(provider.account, role=Role.ADMIN)
    make_rule(provider.account, "title", "Intern", Role.MEMBER)
    user_of(provider, saying(title=["Lead"]))
    ana.refresh_from_db()
    assert ana.role == Role.ADMIN
    user_of(provider, saying(title=["Intern"]))
    ana.refresh_from_db()
    assert ana.role == Role.MEMBER


def test_the_last_owner_is_never_demoted_but_another_is(provider: IdentityProvider) -> None:
    ana = make_user(provider.account, role=Role.OWNER)
    sales = make_group(provider.account, "Sales")
    make_rule(provider.account, "groups", "Sales", Role.MEMBER)
    make_rule(provider.account, "groups", "Sales", sales)
    user_of(provider, saying(groups=["Sales"]))
    ana.refresh_from_db()
    assert (ana.role, groups_of(ana)) == (Role.OWNER, ["Sales"]), "the groups are theirs nevertheless"
    make_user(provider.account, "dana", role=Role.OWNER)
    user_of(provider, saying(groups=["Sales"]))
    ana.refresh_from_db()
    assert ana.role == Role.MEMBER


def test_a_group_whose_lock_differs_disconnects_without_asking(provider: IdentityProvider) -> None:
    ana = user_of(provider, make_assertion())
    make_connection(ana)
    audited = make_group(provider.account, "Audited")
    lock_integration_off(audited)
    make_rule(provider.account, "groups", "Audited", audited)
    before = version(provider.account)
    user_of(provider, saying(groups=["Audited"]))
    ana.connection.refresh_from_db()
    assert ana.connection.state == ConnectionState.DISCONNECTED_BY_POLICY
    assert version(provider.account) == before + 1
    (disconnected,) = events("calendar.disconnected")
    assert disconnected.actor_label == f"SSO: {provider.entity_id}"


def test_somebody_deactivated_is_not_changed_either(provider: IdentityProvider) -> None:
    ana = user_of(provider, make_assertion())
    User.objects.update(is_active=False)
    make_rule(provider.account, "groups", "Sales", make_group(provider.account, "Sales"))
    with pytest.raises(SamlError) as refused:
        user_of(provider, saying(groups=["Sales"]))
    assert refused.value.reason is Reason.DEACTIVATED
    assert groups_of(ana) == []


def test_a_refused_first_sign_in_leaves_nothing(provider: IdentityProvider) -> None:
    make_user(provider.account, is_active=False)
    with pytest.raises(SamlError):
        user_of(provider, make_assertion())
    assert not SamlIdentity.objects.exists()
    assert not AuditEvent.objects.exists()


def test_several_addresses_are_refused_of_somebody_known_too(provider: IdentityProvider) -> None:
    user_of(provider, make_assertion())
    with pytest.raises(SamlError) as refused:
        user_of(provider, saying(mail=["ana@contoso.example", "dana@contoso.example"]))
    assert refused.value.reason is Reason.SEVERAL_EMAILS


def test_other_accounts_rules_do_not_count(provider: IdentityProvider) -> None:
    fabrikam = make_account("fabrikam")
    make_rule(fabrikam, "groups", "Sales", make_group(fabrikam, "Sales"))
    make_rule(fabrikam, "groups", "Sales", Role.ADMIN)
    ana = user_of(provider, saying(groups=["Sales"]))
    assert (ana.role, groups_of(ana)) == (Role.MEMBER, [])


def test_named_attributes_say_who_it_is(provider: IdentityProvider) -> None:
    AttributeNames.objects.create(account=provider.account, email="work", name="nick")
    ana = user_of(provider, saying(work=["annie@contoso.example"], nick=["Annie"]))
    assert (ana.email, ana.name) == ("annie@contoso.example", "Annie")


def repeated(provider: IdentityProvider, **attributes: list[str]) -> CaptureQueriesContext:
    """What the database is asked when somebody signs in again just as before."""
    user_of(provider, saying(**attributes))
    with CaptureQueriesContext(connection) as queries:
        user_of(provider, saying(**attributes))
    return queries


@pytest.mark.parametrize("has_names", [True, False])
def test_a_repeated_sign_in_without_rules_takes_two_queries(provider: IdentityProvider, *, has_names: bool) -> None:
    if has_names:
        AttributeNames.objects.create(account=provider.account)
    assert len(repeated(provider)) == 2


def test_a_repeated_sign_in_with_many_rules_takes_three_and_writes_nothing(provider: IdentityProvider) -> None:
    for number in range(30):
        group = make_group(provider.account, f"Group {number}")
        make_rule(provider.account, "groups", f"Group {number}", group)
    make_rule(provider.account, "groups", "Group 3", Role.ADMIN)
    queries = repeated(provider, groups=[f"Group {number}" for number in range(20)])
    assert len(queries) == 3
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_sign_ins_with_one_change_and_with_many_take_the_same_queries(provider: IdentityProvider) -> None:
    taken = []
    for number in range(20):
        make_rule(provider.account, "groups", f"Group {number}", make_group(provider.account, f"Group {number}"))
    user_of(provider, make_assertion())
    for joined in (["Group 1"], [f"Group {number}" for number in range(2, 20)]):
        user_of(provider, saying(groups=[]))
        with CaptureQueriesContext(connection) as queries:
            user_of(provider, saying(groups=joined))
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_a_real_sign_in_is_mapped_before_it_goes_on(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    account = make_company(microsoft, tmp_path)
    make_service(account, ask=AskMode.OFF)
    limas = make_group(account, "Limas")
    set_ask(limas, AskMode.EVERY)
    make_rule(account, "surname", "Lima", limas)
    finished = sign_in(client, microsoft)
    assert finished["Location"].startswith(microsoft.http), "the setting of the group they have just joined counts"
    assert groups_of(User.objects.get()) == ["Limas"]
