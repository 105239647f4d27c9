"""Which role and groups a person has by rules over their attributes: pure."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso.errors import Reason, SamlError
from sso.mapping import MAPPABLE_ROLES, Attributes, Finding, Names, Rule, outcome, person, placement

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
SALES, BERLIN, INTERNS = 1, 2, 3


def test_the_first_rule_that_matches_gives_the_role() -> None:
    rules = [
        Rule("groups", "Nobody", role="admin"),
        Rule("groups", "Staff", role="member"),
        Rule("groups", "Admins", role="admin"),
    ]
    assert placement({"groups": ["Admins", "Staff"]}, rules).role == "member"
    assert placement({"groups": ["Admins"]}, rules).role == "admin"
    assert placement({"groups": ["Guests"]}, rules).role is None


def test_every_rule_that_matches_gives_its_group() -> None:
    rules = [Rule("groups", "Sales", group=SALES), Rule("city", "Berlin", group=BERLIN)]
    placed = placement({"groups": ["Sales", "Staff"], "city": ["Berlin"]}, rules)
    assert placed.groups_to_have == {SALES, BERLIN}


@pytest.mark.parametrize(
    ("rule", "values", "finding"),
    [
        (Rule("g", "Sales"), ["Sales"], Finding.MATCHES),
        (Rule("g", "Sales"), ["Staff", " Sales "], Finding.MATCHES),
        (Rule("g", "Sales"), ["sales"], Finding.DIFFERS),
        (Rule("g", "Sales"), ["Sales EMEA"], Finding.DIFFERS),
        (Rule("g", "Sales", contains=True), ["EMEA Sales team"], Finding.MATCHES),
        (Rule("g", "Sales", contains=True), ["EMEA sales team"], Finding.DIFFERS),
        (Rule("g", "", contains=True), ["anything"], Finding.DIFFERS),
        (Rule("g", "Sales"), [], Finding.EMPTY),
        (Rule("g", "Sales"), ["", " "], Finding.EMPTY),
        (Rule("other", "Sales"), ["Sales"], Finding.ABSENT),
    ],
)
def test_a_rule_compares_exactly_or_by_a_part(rule: Rule, values: list[str], finding: Finding) -> None:
    assert rule.find({"g": values}) is finding


def test_an_attribute_that_is_absent_leaves_its_groups_alone() -> None:
    rules = [Rule("groups", "Sales", group=SALES), Rule("city", "Berlin", group=BERLIN)]
    placed = placement({"city": ["Paris"]}, rules)
    assert placed.leaves({SALES, BERLIN, INTERNS}) == {BERLIN}
    assert placed.joins({SALES}) == set()


def test_an_attribute_that_is_empty_empties_its_groups() -> None:
    assert placement({"groups": []}, [Rule("groups", "Sales", group=SALES)]).leaves({SALES, INTERNS}) == {SALES}


def test_a_group_with_two_rules_is_decided_by_whichever_attribute_arrives() -> None:
    rules = [Rule("groups", "Sales", group=SALES), Rule("team", "Sales", group=SALES)]
    assert placement({"team": ["Other"]}, rules).leaves({SALES}) == {SALES}
    assert placement({}, rules).leaves({SALES}) == set()


def test_nobody_becomes_owner_by_a_rule() -> None:
    assert placement({"g": ["x"]}, [Rule("g", "x", role="owner")]).role is None
    rules = [Rule("g", "x", role="owner"), Rule("g", "x", role="member")]
    assert placement({"g": ["x"]}, rules).role == "member"


def test_an_outcome_is_the_person_with_role_and_groups() -> None:
    attributes = {"mail": ["Ana@contoso.example"], "displayName": ["Ana Lima"], "g": ["x"]}
    found = outcome(attributes, "opaque", PERSISTENT, Names(), [Rule("g", "x", role="admin"), Rule("g", "x", group=7)])
    assert (found.person.email, found.role) == ("ana@contoso.example", "admin")
    assert found.groups_to_have == found.groups_governed == {7}


def test_a_named_attribute_counts_alone() -> None:
    attributes = {"mail": ["wrong@contoso.example"], "work": ["Ana@contoso.example"], "nick": ["Annie"]}
    found = person(attributes, "opaque", PERSISTENT, Names("work", "nick"))
    assert (found.email, found.name) == ("ana@contoso.example", "Annie")
    named_but_absent = Names("elsewhere", "elsewhere")
    with pytest.raises(SamlError) as refused:
        person(attributes, "ana@contoso.example", EMAIL_FORMAT, named_but_absent)
    assert refused.value.reason is Reason.NO_EMAIL
    assert person({"work": ["ana@contoso.example"]}, "x", PERSISTENT, Names("work", "nick")).name == "ana"


def test_several_addresses_in_a_named_attribute_are_refused() -> None:
    with pytest.raises(SamlError) as refused:
        person({"work": ["a@contoso.example", "b@contoso.example"]}, "x", PERSISTENT, Names("work"))
    assert refused.value.reason is Reason.SEVERAL_EMAILS


names = st.sampled_from(["groups", "city", "team"])
values = st.sampled_from(["Sales", "sales", "Sales EMEA", "", " ", "Berlin"])
attribute_sets = cast("st.SearchStrategy[Attributes]", st.dictionaries(names, st.lists(values, max_size=3)))
a_rule = st.builds(
    Rule,
    names,
    values,
    st.booleans(),
    role=st.just(""),
    group=st.integers(1, 4),
) | st.builds(Rule, names, values, st.booleans(), role=st.sampled_from(["admin", "member", "owner"]))
rule_lists = st.lists(a_rule, max_size=8)
group_sets = st.frozensets(st.integers(1, 6))


@given(attribute_sets, rule_lists, group_sets)
def test_only_groups_that_rules_name_are_ever_touched(
    attributes: Attributes, rules: list[Rule], current: frozenset[int]
) -> None:
    placed = placement(attributes, rules)
    named = {rule.group for rule in rules if rule.group is not None}
    touched = placed.joins(current) | placed.leaves(current)
    assert touched <= placed.groups_governed <= named
    assert placed.groups_to_have <= placed.groups_governed
    after = (current - placed.leaves(current)) | placed.joins(current)
    assert after & placed.groups_governed == placed.groups_to_have
    assert after - placed.groups_governed == current - placed.groups_governed


@given(attribute_sets, rule_lists, group_sets)
def test_a_second_sign_in_with_the_same_attributes_changes_nothing(
    attributes: Attributes, rules: list[Rule], current: frozenset[int]
) -> None:
    placed = placement(attributes, rules)
    after = (current - placed.leaves(current)) | placed.joins(current)
    assert not placed.joins(after)
    assert not placed.leaves(after)


@given(rule_lists, group_sets)
def test_without_any_attribute_nothing_changes(rules: list[Rule], current: frozenset[int]) -> None:
    placed = placement({}, rules)
    assert (placed.role, placed.joins(current), placed.leaves(current)) == (None, frozenset(), frozenset())


@given(attribute_sets, rule_lists, st.data())
def test_the_order_of_rules_decides_roles_only(attributes: Attributes, rules: list[Rule], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rules))
    one, other = placement(attributes, rules), placement(attributes, shuffled)
    assert (one.groups_to_have, one.groups_governed) == (other.groups_to_have, other.groups_governed)
    assert (one.role is None) == (other.role is None)
    assert one.role in (None, *MAPPABLE_ROLES)
