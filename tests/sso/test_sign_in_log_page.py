"""The page of the sign-in log: for owners and admins, newest first, in words that help to put things right."""

from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Role
from sso.errors import Reason
from sso.models import SignInAttempt
from sso.sign_in_log import words
from tests.accounts.making_history import elements, make_owner, signed_in, text_of
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db

PAGE = "/account/sso/log/"


def make_attempts(account: Account, number: int = 1, **fields: object) -> list[SignInAttempt]:
    """Rows of the log, by default of sign-ins that succeeded."""
    usual: dict[str, object] = {"reference": "7F3K-22XB", "email": "ana@contoso.example", "address": "198.51.100.7"}
    rows = [SignInAttempt(account=account, **(usual | fields)) for _ in range(number)]
    return SignInAttempt.objects.bulk_create(rows)


def rows(client: Client, **filters: str) -> list[str]:
    """The rows of the page, each as one line of text."""
    answer = client.get(PAGE, filters)
    assert answer.status_code == 200
    return [" ".join(row.text_content().split()) for row in elements(answer.content, "//tbody/tr")]


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.MEMBER, 403)])
def test_who_may_read_it(role: Role, status: int) -> None:
    assert signed_in(make_user(make_account(), role=role)).get(PAGE).status_code == status


def test_nobody_reads_another_companys() -> None:
    dana = make_owner()
    make_attempts(make_account("fabrikam"), email="finn@fabrikam.example")
    assert rows(signed_in(dana)) == []
    assert rows(signed_in(dana), email="finn") == []


def test_a_success_in_words() -> None:
    dana = make_owner(time_zone="Europe/Madrid")
    ana = make_user(dana.account)
    make_attempts(dana.account, user=ana)
    SignInAttempt.objects.update(at=datetime(2026, 11, 21, 10, 5, 9, tzinfo=UTC))
    assert rows(signed_in(dana)) == [
        "21 Nov 2026 11:05:09 Ana Lima ana@contoso.example 198.51.100.7 Signed in Reference 7F3K-22XB"
    ]


def test_a_test_that_succeeded_signed_nobody_in_and_says_who_tested() -> None:
    dana = make_owner()
    make_attempts(dana.account, user=dana, is_test=True)
    (row,) = rows(signed_in(dana))
    assert "ana@contoso.example Tested by Dana" in row
    assert "Test succeeded Reference" in row
    assert "Signed in" not in row
    assert not elements(signed_in(dana).get(PAGE).content, "//tbody//*[contains(@class, 'pill-good')]")


def test_a_test_that_failed_says_so_and_who_tested() -> None:
    dana = make_owner()
    make_attempts(dana.account, user=dana, is_test=True, reason=Reason.BAD_SIGNATURE, email="")
    (row,) = rows(signed_in(dana))
    assert "Not known Tested by Dana" in row
    assert "Signature does not fit Test Reference" in row


def test_tests_are_found_apart_from_sign_ins() -> None:
    dana = make_owner()
    make_attempts(dana.account, reference="AAAA-AAAA")
    make_attempts(dana.account, reference="BBBB-BBBB", is_test=True)
    make_attempts(dana.account, reference="CCCC-CCCC", is_test=True, reason=Reason.MALFORMED)
    make_attempts(dana.account, reference="DDDD-DDDD", reason=Reason.MALFORMED)
    client = signed_in(dana)

    def found(outcome: str) -> str:
        return "".join(row.split("Reference ")[1][0] for row in rows(client, outcome=outcome))

    assert [found(each) for each in ("succeeded", "test_succeeded", "tests", "refused")] == ["A", "B", "CB", "DC"]


@pytest.mark.parametrize("typed", ["7f3k22xb", "7F3K 22XB", "7f3k-22xb"])
def test_a_reference_is_found_however_it_was_written_down(typed: str) -> None:
    dana = make_owner()
    make_attempts(dana.account)
    make_attempts(dana.account, reference="AAAA-AAAA")
    assert len(rows(signed_in(dana), reference=typed)) == 1


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_says_what_to_do(reason: Reason) -> None:
    dana = make_owner()
    make_attempts(dana.account, reason=reason)
    (row,) = rows(signed_in(dana))
    title, advice = words.WORDS[reason]
    assert f"{title} Reference 7F3K-22XB {advice}" in row
    assert rows(signed_in(dana), outcome=reason) == [row]


def test_a_reason_of_another_day_is_still_readable() -> None:
    dana = make_owner()
    make_attempts(dana.account, reason="gone_meanwhile")
    (row,) = rows(signed_in(dana))
    assert "Refused" in row


def test_what_arrived_unfolds_and_leads_to_the_simulator() -> None:
    dana = make_owner()
    attributes = {"groups": ["Sales", ""], "empty": []}
    (attempt,) = make_attempts(dana.account, attributes=attributes, name_id="id-of-ana", issuer="https://idp.example")
    page = signed_in(dana).get(PAGE).content
    said = [
        " ".join(part.text_content().split()) for part in elements(page, "//tbody//details//*[self::dt or self::dd]")
    ]
    assert said == [
        "Name ID", "id-of-ana", "Issuer", "https://idp.example", "empty", "no value", "groups", "Sales(empty)"
    ]  # fmt: skip
    assert elements(page, f"//details//a[@href='/account/sso/simulator/?attempt={attempt.pk}']")


def test_the_detail_of_an_unverified_answer_says_so() -> None:
    dana = make_owner()
    make_attempts(dana.account, reason=Reason.WRONG_AUDIENCE, detail="https://elsewhere.example", email="")
    assert "Detail of the unverified answer: https://elsewhere.example" in rows(signed_in(dana))[0]


def test_filters_narrow_it_down() -> None:
    dana = make_owner()
    make_attempts(dana.account, email="ana@contoso.example", reference="AAAA-AAAA")
    make_attempts(dana.account, email="bo@contoso.example", reference="BBBB-BBBB", reason=Reason.FOREIGN_DOMAIN)
    SignInAttempt.objects.filter(reference="AAAA-AAAA").update(at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
    client = signed_in(dana)
    by = {"outcome": "succeeded", "email": "ANA@", "reference": "aaaa-aaaa", "to": "2026-11-01"}
    for name, text in by.items():
        assert [row.split("Reference ")[1][:9] for row in rows(client, **{name: text})] == ["AAAA-AAAA"], name
    for name, text in {"outcome": "refused", "from": "2026-11-02"}.items():
        assert [row.split("Reference ")[1][:9] for row in rows(client, **{name: text})] == ["BBBB-BBBB"], name
    assert rows(client, email="%") == []


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"outcome": "invented"}, "Choose one of the outcomes"),
        ({"from": "yesterday"}, "is not a day"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "before the first one"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered(filters: dict[str, str], message: str) -> None:
    answer = signed_in(make_owner()).get(PAGE, filters)
    assert answer.status_code == 422
    assert message in text_of(answer)


def test_hostile_text_stays_text() -> None:
    dana = make_owner()
    evil = "<script>alert(1)</script>"
    make_attempts(dana.account, email=evil, detail=evil, issuer=evil, attributes={evil: [evil]}, reason=evil[:40])
    client = signed_in(dana)
    assert b"<script>alert" not in client.get(PAGE).content
    strange = {"email": evil + "\0", "reference": "\0", "before": "9" * 40, "after": "-1"}
    assert b"<script>alert" not in client.get(PAGE, strange).content


def test_pages_of_fifty_without_gaps() -> None:
    dana = make_owner()
    for number in range(120):
        make_attempts(dana.account, reference=f"{number:04}")
    client, address, seen = signed_in(dana), PAGE, []
    while address:
        page = client.get(address).content
        seen += [row.text_content() for row in elements(page, "//tbody//code")]
        older = elements(page, "//a[@rel='next']")
        address = PAGE + older[0].get("href") if older else ""
    assert seen == [f"{number:04}" for number in reversed(range(120))]


def test_a_thousand_rows_cost_as_many_queries_as_one() -> None:
    dana = make_owner()
    client = signed_in(dana)
    numbers = []
    for more in (1, 999):
        make_attempts(dana.account, more, user=make_user(dana.account, f"ana{more}"))
        with CaptureQueriesContext(database) as queries:
            client.get(PAGE)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
