"""Into groups and out of others at once, as a sign-in does it."""

import pytest

from accounts.groups import membership
from accounts.models import Account, AuditEvent, Group, Membership, User
from accounts.tiered_settings import store
from calendar_integration.models import ConnectionState
from calendar_integration.setting_definitions import INTEGRATION
from tests.accounts.making_groups import lock_integration_off, version
from tests.accounts.making_people import make_group
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db

LABEL = "SSO: https://contoso.example/idp"


@pytest.fixture
def ana() -> User:
    return make_user(make_account())


def groups_of(person: User) -> list[str]:
    return list(Group.objects.filter(memberships__user=person).order_by("name").values_list("name", flat=True))


def place(person: User, joins: list[Group], leaves: list[Group]) -> dict[int, str]:
    return membership.place(
        person, joins=[group.pk for group in joins], leaves=[group.pk for group in leaves], actor=LABEL, reason="Mapped"
    )


def test_all_of_it_happens_and_is_audited_under_the_label(ana: User) -> None:
    sales, berlin = make_group(ana.account, "Sales", ana), make_group(ana.account, "Berlin")
    before = version(ana.account)
    place(ana, [berlin], [sales])
    assert groups_of(ana) == ["Berlin"]
    left, joined = AuditEvent.objects.order_by("pk")
    assert (left.action, left.actor_label, left.before) == (
        "group.member_removed",
        LABEL,
        {"groups": ["Sales"], "group_admin": False},
    )
    assert (joined.action, joined.target_id, joined.after) == ("group.member_added", ana.pk, {"groups": ["Berlin"]})
    assert version(ana.account) == before + 1


def test_what_is_so_already_changes_nothing(ana: User) -> None:
    sales, berlin = make_group(ana.account, "Sales", ana), make_group(ana.account, "Berlin")
    assert place(ana, [sales], [berlin]) == {}
    assert (groups_of(ana), version(ana.account), AuditEvent.objects.count()) == (["Sales"], 0, 0)


def test_a_group_admin_who_leaves_is_remembered_as_one(ana: User) -> None:
    sales = make_group(ana.account, "Sales", admin=ana)
    place(ana, [], [sales])
    assert AuditEvent.objects.get().before == {"groups": ["Sales"], "group_admin": True}


def test_foreign_and_deleted_groups_are_passed_over(ana: User) -> None:
    foreign = make_group(make_account("fabrikam"), "Sales")
    gone = make_group(ana.account, "Gone")
    Group.objects.filter(pk=gone.pk).delete()
    assert membership.place(ana, joins=[foreign.pk, gone.pk or 0, 10**9], leaves=[], actor=LABEL, reason="") == {}
    assert not Membership.objects.exists()


def connected(account: Account, *groups: Group) -> User:
    """Somebody of these groups with a mailbox."""
    bo = make_user(account, "bo")
    for group in groups:
        Membership.objects.create(group=group, user=bo)
    make_connection(bo)
    return bo


def test_only_the_groups_at_the_end_count_for_a_mailbox(ana: User) -> None:
    """From the first group to the second: on the way, neither alone would keep the third's lock away."""
    account = ana.account
    first, second, third = (make_group(account, name) for name in ("First", "Second", "Third"))
    for group in (first, second):
        store.set_value(group, INTEGRATION.key, INTEGRATION.default, actor="a test")
    lock_integration_off(third)
    bo = connected(account, first, third)
    assert place(bo, [second], [first]) == {}
    bo.connection.refresh_from_db()
    assert bo.connection.state == ConnectionState.ACTIVE
    assert place(bo, [], [second]) == {bo.pk: "Disconnected from Office 365, and what was synchronised is deleted"}
    bo.connection.refresh_from_db()
    assert bo.connection.state == ConnectionState.DISCONNECTED_BY_POLICY
