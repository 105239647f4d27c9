"""Every bad row is named with its line and its reason; good rows become exactly what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.csv_import.checking import check
from accounts.csv_import.known import is_email
from accounts.csv_import.plan import ChangedPerson, Directory, GroupRef, Known, NewPerson, Plan
from accounts.csv_import.rows import FileRow

SALES, INTERNS = GroupRef(1, "Sales"), GroupRef(2, "Interns")
DANA = Known(1, "dana@x.example", "Dana Reyes", "owner", True, False, frozenset())
ANA = Known(2, "ana@x.example", "Ana Lima", "member", True, False, frozenset({1}))
GONE = Known(3, "gone@x.example", "Gone Lima", "member", False, False, frozenset())
INVITED = Known(4, "inga@x.example", "Inga", "member", True, True, frozenset())
DIRECTORY = Directory(
    people={known.email: known for known in (DANA, ANA, GONE, INVITED)},
    groups={"Sales": SALES, "sales": SALES, "Interns": INTERNS, "interns": INTERNS},
    owners=frozenset({1}),
)


def row(email: str, name: str = "", role: str = "", *groups: str, line: int = 2) -> FileRow:
    return FileRow(line, email, name, role, groups)


def checked(*rows: FileRow, by_owner: bool = True) -> Plan:
    return check(rows, DIRECTORY, by_owner=by_owner, is_email=is_email)


def reasons(*rows: FileRow, by_owner: bool = True) -> list[tuple[int, str]]:
    return [(problem.line, problem.text) for problem in checked(*rows, by_owner=by_owner).problems]


def test_new_people_are_members_unless_the_file_says_otherwise() -> None:
    plan = checked(row("new@x.example", "New Person", "", "SALES", "Interns"), row("other@x.example", role="admin"))
    assert plan.created == (
        NewPerson("new@x.example", "New Person", "member", (SALES, INTERNS)),
        NewPerson("other@x.example", "other@x.example", "admin", ()),
    )


def test_known_people_get_what_differs_and_lose_no_group() -> None:
    plan = checked(row(ANA.email, "Ana Costa", "admin", "Sales", "interns"), row(DANA.email))
    assert plan.changed == (ChangedPerson(ANA, "Ana Costa", "admin", (INTERNS,)),)
    assert plan.unchanged == 1
    assert plan.concerned == [ANA.id]


def test_what_is_known_already_changes_nothing() -> None:
    plan = checked(row(ANA.email, "Ana Lima", "member", "Sales"), row(DANA.email, role="owner"), by_owner=False)
    assert (plan.created, plan.changed, plan.unchanged, plan.problems) == ((), (), 2, ())


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (row(""), "The e-mail is missing."),
        (row("nobody"), "“nobody” is not an e-mail address."),
        (row("a" * 250 + "@x.example"), "is not an e-mail address."),
        (row("n@x.example", "n" * 201), "The name is longer than 200 characters."),
        (row("n@x.example", "bell\x07"), "cannot be shown"),
        (row("n@x.example", "", "boss"), "“boss” is not a role."),
        (row("n@x.example", "", "", "Board"), "There is no group “Board”."),
        (row(GONE.email), "gone@x.example is deactivated."),
        (row(DANA.email, role="admin"), "The account needs an owner"),
    ],
)
def test_a_bad_row_has_its_reason(bad: FileRow, words: str) -> None:
    found = reasons(row("good@x.example"), bad)
    assert len(found) == 1
    assert words in found[0][1]


def test_every_bad_row_is_listed_by_line() -> None:
    found = reasons(
        row("x", line=4), row("n@x.example", "", "boss", "Board", line=3), row(GONE.email, line=2), row("ok@x.example")
    )
    assert [line for line, _text in found] == [2, 3, 3, 4]


def test_an_e_mail_twice_names_both_lines() -> None:
    assert reasons(row("n@x.example", line=2), row("n@x.example", line=9)) == [(9, "n@x.example is in line 2 already.")]


def test_only_owners_make_and_change_owners() -> None:
    for bad in (row("n@x.example", role="owner"), row(ANA.email, role="owner")):
        assert reasons(bad) == []
        assert reasons(bad, by_owner=False) == [(2, "Only an owner can make somebody an owner.")]
    renamed = row(DANA.email, "Another Name")
    assert reasons(renamed) == []
    assert "only an owner can change" in reasons(renamed, by_owner=False)[0][1]
    assert reasons(row(DANA.email, "", "", "Sales"), by_owner=False) == []


def test_the_last_owner_goes_only_when_another_is_made_who_takes_part() -> None:
    demoted = row(DANA.email, role="member", line=5)
    assert reasons(demoted, row(ANA.email, role="owner")) == []
    for other in (row("n@x.example", role="owner"), row(INVITED.email, role="owner")):
        assert [line for line, _text in reasons(demoted, other)] == [5]


def test_a_plan_of_other_people_has_another_digest() -> None:
    plan = checked(row(ANA.email, "Ana Costa"))
    assert plan.digest == checked(row(ANA.email, "Ana Costa", line=7)).digest
    assert plan.digest != checked(row(ANA.email, "Ana Costa", "admin")).digest
    assert plan.digest != checked(row(DANA.email, "Ana Costa")).digest
    assert plan.digest != checked().digest


CELL = st.sampled_from(["", "x", "sales", "Interns", "admin", "member", "owner", "Ana Lima", "ş\x00"])
EMAIL = st.sampled_from([*DIRECTORY.people, "new@x.example", "other@x.example", "", "bad", "İ@x.example"])
ROW = st.builds(FileRow, st.integers(2, 30), EMAIL, CELL, CELL, st.lists(CELL, max_size=3).map(tuple))


@given(st.lists(ROW, max_size=8), st.booleans())
def test_whatever_the_rows_are_they_are_refused_or_counted_once(rows: list[FileRow], by_owner: bool) -> None:
    numbered = [FileRow(line, r.email, r.name, r.role, r.groups) for line, r in enumerate(rows, start=2)]
    plan = check(numbered, DIRECTORY, by_owner=by_owner, is_email=is_email)
    total = len(plan.created) + len(plan.changed) + plan.unchanged
    assert total == (0 if plan.problems else len(rows))
    assert {problem.line for problem in plan.problems} <= {r.line for r in numbered}
    emails = [new.email for new in plan.created] + [changed.known.email for changed in plan.changed]
    assert len(emails) == len(set(emails))
    owners = {1} - {c.known.id for c in plan.changed if c.role != "owner"} | {
        c.known.id for c in plan.changed if c.role == "owner"
    }
    assert owners
