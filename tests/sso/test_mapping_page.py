"""The mapping's page: rules are added, changed, ordered and deleted, audited, and touch nobody before they sign in."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AuditEvent, Group, Membership, Role, User
from sso.mapping import reading, writing
from sso.models import AttributeNames, MappingRule, Match, SignInAttempt
from tests.accounts.making_history import elements
from tests.accounts.making_people import make_group, make_owner, signed_in, text
from tests.makers import make_account, make_user
from tests.pages import Page
from tests.sso.making_mapping import make_rule

pytestmark = pytest.mark.django_db

PAGE = "/account/sso/mapping/"
NEW = f"{PAGE}rules/new/"
SALES_RULE = {"attribute": "groups", "match": "exact", "value": "Sales", "gives": "group", "group": "sales"}


@pytest.fixture
def dana() -> User:
    return make_owner()


@pytest.fixture
def client(dana: User) -> Client:
    return signed_in(dana)


def values(account: Account) -> list[str]:
    """What the rules look for, in their order."""
    return list(MappingRule.objects.filter(account=account).order_by("position").values_list("value", flat=True))


def last_event() -> AuditEvent:
    event = AuditEvent.objects.order_by("pk").last()
    assert event
    return event


def rule_page(rule: MappingRule, step: str = "") -> str:
    return f"{PAGE}rules/{rule.pk}/{step}"


def test_without_rules_the_page_says_what_happens(client: Client) -> None:
    assert "No rules yet New people become members, in no group." in text(client.get(PAGE))


def test_a_rule_for_a_group_is_added_and_audited(dana: User, client: Client) -> None:
    sales = make_group(dana.account, "Sales")
    answer = client.post(NEW, SALES_RULE, follow=True)
    rule = MappingRule.objects.get()
    assert (rule.account, rule.attribute, rule.match, rule.value) == (dana.account, "groups", Match.EXACT, "Sales")
    assert (rule.group, rule.role, rule.position) == (sales, "", 1)
    assert "The rule is saved. It counts from the next sign-in." in text(answer)
    assert "groups is exactly “Sales” in the group Sales" in text(answer)
    event = last_event()
    assert (event.action, event.actor, event.before) == ("sso.mapping_changed", dana, {})
    assert event.after == {"rule": "groups is exactly “Sales”", "group": "Sales", "place": 1}


def test_a_rule_for_a_role_is_added_where_it_shall_stand(dana: User, client: Client) -> None:
    for value in ("one", "two"):
        make_rule(dana.account, "title", value, Role.MEMBER)
    client.post(NEW, {"attribute": "title", "match": "contains", "value": "new", "gives": "admin", "place": "2"})
    assert values(dana.account) == ["one", "new", "two"]
    assert last_event().after == {"rule": "title contains “new”", "role": "admin", "place": 2}


def test_without_rules_there_is_one_thing_to_do(client: Client) -> None:
    (action,) = elements(client.get(PAGE).content, "//main//*[contains(@class, 'btn-primary')]")
    assert action.text_content() == "Add the first rule"


def test_whoever_adds_a_rule_knows_which_owners_it_may_concern(dana: User, client: Client) -> None:
    assert f"{dana} is the only owner and stays one." in text(client.get(NEW))
    make_user(dana.account, "gone", role=Role.OWNER, is_active=False)
    make_user(make_account("fabrikam"), "finn", role=Role.OWNER)
    kim = make_user(dana.account, "kim", role=Role.OWNER)
    assert f"This account has 2 owners: {dana}, {kim}. If this rule is the first that matches" in text(client.get(NEW))
    for name in ("lee", "max"):
        make_user(dana.account, name, role=Role.OWNER)
    rule = make_rule(dana.account, "title", "Boss", Role.ADMIN)
    said = text(client.get(rule_page(rule)))
    assert "This account has 4 owners:" in said
    assert "and others. If" in said


def test_nobody_changes_before_they_sign_in(dana: User, client: Client) -> None:
    kim = make_user(dana.account, "kim")
    sales = make_group(dana.account, "Sales", kim)
    shown = text(client.post(NEW, SALES_RULE, follow=True))
    assert "Rules now decide who is in Sales. The 1 person in it leaves it at the next sign-in" in shown
    assert Membership.objects.filter(group=sales, user=kim).exists()
    again = text(client.post(NEW, {**SALES_RULE, "value": "Verkauf"}, follow=True))
    assert "Rules now decide" not in again, "they did before"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"attribute": ""}, "Name the attribute to look at."),
        ({"value": " "}, "Enter the value to look for."),
        ({"gives": ""}, "Choose what the rule gives."),
        ({"gives": "owner"}, "Select a valid choice"),
        ({"match": "regex"}, "Select a valid choice"),
        ({"group": ""}, "Name the group."),
        ({"group": "Saless"}, "There is no group called “Saless”. Check the spelling, or create it first."),
        ({"group": "Theirs"}, "There is no group called “Theirs”."),
        ({"place": "0"}, "Enter a whole number, 1 or more."),
        ({"place": "x"}, "Enter a whole number, 1 or more."),
        ({"value": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_is_explained_and_nothing_typed_is_lost(
    dana: User, client: Client, changed: dict[str, str], words: str
) -> None:
    make_group(dana.account, "Sales")
    make_group(make_account("fabrikam"), "Theirs")
    answer = client.post(NEW, {**SALES_RULE, "attribute": "memberOf", **changed})
    assert answer.status_code == 422
    assert words in text(answer)
    assert "memberOf" in answer.content.decode() or "attribute" in changed
    assert not MappingRule.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_duplicate_is_refused_with_the_rule_that_is_there(dana: User, client: Client) -> None:
    sales, berlin = make_group(dana.account, "Sales"), make_group(dana.account, "Berlin")
    make_rule(dana.account, "groups", "Other", sales)
    make_rule(dana.account, "groups", "Sales", sales)
    answer = client.post(NEW, SALES_RULE)
    assert answer.status_code == 422
    assert "Rule 2 says exactly this already." in text(answer)
    assert client.post(NEW, {**SALES_RULE, "group": berlin.name}).status_code == 302, "one value may give two groups"
    assert client.post(NEW, {**SALES_RULE, "match": "contains"}).status_code == 302


def test_a_second_role_for_the_same_value_is_refused(dana: User, client: Client) -> None:
    make_rule(dana.account, "groups", "Sales", Role.MEMBER)
    answer = client.post(NEW, {**SALES_RULE, "gives": "admin"})
    assert "Rule 1 already gives a role for this value. Change that one instead." in text(answer)


def test_a_rule_is_changed_and_audited_before_and_after(dana: User, client: Client) -> None:
    make_group(dana.account, "Sales")
    rule = make_rule(dana.account, "groups", "Admins", Role.ADMIN)
    shown = client.get(rule_page(rule)).content.decode()
    assert 'value="Admins"' in shown
    answer = client.post(rule_page(rule), SALES_RULE)
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}#rule-{rule.pk}")
    event = last_event()
    assert event.before == {"rule": "groups is exactly “Admins”", "role": "admin", "place": 1}
    assert event.after == {"rule": "groups is exactly “Sales”", "group": "Sales", "place": 1}


def test_saving_what_is_so_already_is_not_audited(dana: User, client: Client) -> None:
    rule = make_rule(dana.account, "groups", "Sales", make_group(dana.account, "Sales"))
    assert client.post(rule_page(rule), {**SALES_RULE, "place": "1"}).status_code == 302
    assert not AuditEvent.objects.exists()


def test_rules_move_by_arrows_and_stop_at_the_ends(dana: User, client: Client) -> None:
    first, _second, third = [make_rule(dana.account, "g", value, Role.MEMBER) for value in ("one", "two", "three")]
    answer = client.post(rule_page(third, "move/"), {"to": "up"})
    assert answer["Location"] == f"{PAGE}#rule-{third.pk}"
    assert values(dana.account) == ["one", "three", "two"]
    event = last_event()
    assert (event.before["place"], event.after["place"]) == (3, 2)
    client.post(rule_page(first, "move/"), {"to": "down"})
    assert values(dana.account) == ["three", "one", "two"]
    written = AuditEvent.objects.count()
    client.post(rule_page(third, "move/"), {"to": "up"})
    client.post(rule_page(third, "move/"), {"to": "sideways"})
    assert values(dana.account) == ["three", "one", "two"]
    assert AuditEvent.objects.count() == written


def test_a_rule_is_deleted_after_asking_and_the_others_move_up(dana: User, client: Client) -> None:
    first, second = (make_rule(dana.account, "g", value, Role.MEMBER) for value in ("one", "two"))
    asked = client.get(rule_page(first, "delete/"))
    assert "Delete this rule?" in text(asked)
    assert MappingRule.objects.count() == 2
    client.post(rule_page(first, "delete/"))
    second.refresh_from_db()
    assert (values(dana.account), second.position) == (["two"], 1)
    assert last_event().before == {"rule": "g is exactly “one”", "role": "member", "place": 1}
    assert client.post(rule_page(first, "delete/")).status_code == 404


def test_the_names_of_attributes_are_saved_and_audited(dana: User, client: Client) -> None:
    answer = client.post(f"{PAGE}names/", {"email": " workMail ", "name": ""}, follow=True)
    assert "Saved. It counts from the next sign-in." in text(answer)
    assert 'value="workMail"' in answer.content.decode()
    assert reading.names_of(Account.objects.get()).email == "workMail"
    event = last_event()
    assert (event.before, event.after) == ({"email": "", "name": ""}, {"email": "workMail", "name": ""})
    client.post(f"{PAGE}names/", {"email": "workMail", "name": ""})
    assert AuditEvent.objects.count() == 1


def test_a_name_that_is_too_long_is_refused(client: Client) -> None:
    answer = client.post(f"{PAGE}names/", {"email": "x" * 301, "name": "nick"})
    assert answer.status_code == 422
    assert 'value="nick"' in answer.content.decode()
    assert not AttributeNames.objects.exists()


def test_fields_suggest_what_arrived_and_the_groups_there_are(dana: User, client: Client) -> None:
    make_group(dana.account, "Sales")
    make_group(make_account("fabrikam"), "Theirs")
    SignInAttempt.objects.create(account=dana.account, reference="A", attributes={"memberOf": ["x"], "City": []})
    SignInAttempt.objects.create(
        account=Account.objects.get(vanity="fabrikam"), reference="B", attributes={"theirs": ["x"]}
    )
    shown = client.get(NEW)
    assert (shown.context["attributes"], shown.context["groups"]) == (["City", "memberOf"], ["Sales"])


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_admins_map_and_members_do_not(dana: User, role: Role) -> None:
    make_group(dana.account, "Sales")
    answer = signed_in(make_user(dana.account, "kim", role=role)).post(NEW, SALES_RULE)
    assert answer.status_code == (302 if role == Role.ADMIN else 403)
    assert MappingRule.objects.exists() == (role == Role.ADMIN)


def test_another_accounts_rules_do_not_exist(client: Client) -> None:
    fabrikam = make_account("fabrikam")
    theirs = make_rule(fabrikam, "groups", "secret-group-id", Role.ADMIN)
    assert "secret-group-id" not in client.get(PAGE).content.decode()
    for step, method in (("", "GET"), ("", "POST"), ("delete/", "GET"), ("delete/", "POST"), ("move/", "POST")):
        assert client.generic(method, rule_page(theirs, step)).status_code == 404
    assert MappingRule.objects.filter(pk=theirs.pk).exists()


def opened(client: Client, path: str = PAGE) -> tuple[int, Page]:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    return len(queries), page


def test_a_thousand_rules_take_as_many_queries_as_one_and_fifty_are_shown(dana: User, client: Client) -> None:
    groups = Group.objects.bulk_create(
        Group(account=dana.account, name=f"Group {place}", priority=place) for place in range(1, 1001)
    )
    make_rule(dana.account, "groups", "0", groups[0])
    client.get(PAGE)  # the session's own housekeeping
    first, _page = opened(client)
    MappingRule.objects.bulk_create(
        MappingRule(account=dana.account, position=place, attribute="groups", value=str(place), group=group)
        for place, group in enumerate(groups, start=2)
    )
    many, page = opened(client)
    assert first == many
    assert len(page.context["lines"]) == 50
    last = MappingRule.objects.get(position=1001)
    answer = client.post(rule_page(last, "move/"), {"to": "up"})
    assert answer["Location"] == f"{PAGE}?page=20#rule-{last.pk}"
    line = client.get(f"{PAGE}?page=20").context["lines"][-1]
    assert line.place == 1000


def test_there_is_a_largest_number_of_rules(dana: User, client: Client) -> None:
    MappingRule.objects.bulk_create(
        MappingRule(account=dana.account, position=place, attribute="g", value=str(place), role="member")
        for place in range(1, writing.MOST_RULES + 1)
    )
    make_group(dana.account, "Sales")
    answer = client.post(NEW, SALES_RULE)
    assert answer.status_code == 422
    assert "An account can have 2000 rules." in text(answer)


def test_a_group_that_is_deleted_takes_its_rules_along(dana: User, client: Client) -> None:
    sales = make_group(dana.account, "Sales")
    make_rule(dana.account, "groups", "Sales", sales)
    second = make_rule(dana.account, "groups", "Staff", Role.MEMBER)
    client.post(f"/groups/{sales.pk}/delete/", {"seen": "0"})
    shown = client.get(PAGE)
    assert [(line.place, line.rule.pk) for line in shown.context["lines"]] == [(1, second.pk)]
    assert 'value="1"' in client.get(rule_page(second)).content.decode()
