"""A group is deleted: the mapping rules that place people in it go too, as its confirmation and the audit log say."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.groups import writing
from accounts.models import AuditAction, AuditEvent, Group, Role, User
from sso.models import MappingRule
from tests.accounts.making_people import make_group, make_owner, signed_in, text
from tests.makers import make_account
from tests.sso.making_mapping import make_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> User:
    return make_owner()


def confirmation(dana: User, group: Group) -> str:
    """What is said before it is deleted."""
    answer = signed_in(dana).get(f"/groups/{group.pk}/delete/")
    assert answer.status_code == 200
    return text(answer)


def test_the_confirmation_says_how_many_go(dana: User) -> None:
    sales, berlin = make_group(dana.account, "Sales"), make_group(dana.account, "Berlin")
    assert "mapping rule" not in confirmation(dana, sales)
    make_rule(dana.account, "groups", "Sales", sales)
    assert "1 mapping rule that places people here at single sign-on goes too." in confirmation(dana, sales)
    make_rule(dana.account, "groups", "Verkauf", sales)
    assert "2 mapping rules that place people here at single sign-on go too." in confirmation(dana, sales)
    assert "mapping rule" not in confirmation(dana, berlin)
    assert MappingRule.objects.count() == 2, "asking changes nothing"
    assert not AuditEvent.objects.exists()


def test_they_go_are_audited_and_the_others_move_up(dana: User) -> None:
    sales = make_group(dana.account, "Sales")
    theirs = make_rule(make_account("fabrikam"), "title", "Boss", Role.ADMIN)
    make_rule(dana.account, "groups", "Sales", sales)
    kept = make_rule(dana.account, "title", "Boss", Role.ADMIN)
    make_rule(dana.account, "groups", "Verkauf", sales)
    writing.delete(sales, actor=dana)
    assert list(MappingRule.objects.filter(account=dana.account).values_list("pk", "position")) == [(kept.pk, 1)]
    assert MappingRule.objects.filter(pk=theirs.pk).exists()
    events = AuditEvent.objects.filter(action=AuditAction.MAPPING_CHANGED).order_by("pk")
    assert [event.before for event in events] == [
        {"rule": "groups is exactly “Sales”", "group": "Sales", "place": 1},
        {"rule": "groups is exactly “Verkauf”", "group": "Sales", "place": 3},
    ]
    assert {(event.actor, event.reason, event.account) for event in events} == {
        (dana, "Sales was deleted", dana.account)
    }


def test_two_hundred_rules_take_no_more_statements_than_two(dana: User) -> None:
    numbers = []
    for rules in (2, 200):
        group = make_group(dana.account, f"Group {rules}")
        for number in range(rules):
            make_rule(dana.account, "groups", f"{number}", group)
        with CaptureQueriesContext(connection) as queries:
            writing.delete(group, actor=dana)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
