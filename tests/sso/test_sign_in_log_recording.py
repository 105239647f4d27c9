"""What the log of sign-ins keeps: enough to help, redacted, and never what strangers made up."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import RequestFactory
from django.utils import timezone

from sso import sign_in_log
from sso.errors import Reason
from sso.models import SignInAttempt
from sso.sign_in_log.recording import MOST_ATTRIBUTES, MOST_VALUES, REFUSED_PER_MINUTE
from sso.tasks import forget_old
from tests.makers import make_account, make_user
from tests.sso.making import make_assertion

pytestmark = pytest.mark.django_db


def test_a_success_keeps_who_it_was_and_what_arrived() -> None:
    ana = make_user(make_account())
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7")
    assertion = make_assertion(name_id=uuid.uuid4().hex)
    sign_in_log.record(ana.account, reference="7F3K-22XB", user=ana, assertion=assertion, request=request)
    row = SignInAttempt.objects.get()
    assert (row.user, row.email, row.reference, row.reason) == (ana, "ana@contoso.example", "7F3K-22XB", "")
    assert (row.issuer, row.address) == (assertion.issuer, "198.51.100.7")
    assert row.attributes == assertion.attributes


def test_of_the_name_id_only_the_beginning_is_kept() -> None:
    name_id = "A" * 11 + "-and-the-rest-of-it"
    sign_in_log.record(make_account(), reference="7F3K-22XB", assertion=make_assertion(name_id=name_id))
    assert SignInAttempt.objects.get().name_id == "A" * 11 + "…"


def test_attributes_are_shortened() -> None:
    many = {f"name {number}": ["x" * 1000, *["y"] * 1000] for number in range(MOST_ATTRIBUTES + 10)}
    assertion = replace(make_assertion(), attributes=many)
    sign_in_log.record(make_account(), reference="7F3K-22XB", assertion=assertion)
    kept = SignInAttempt.objects.get().attributes
    assert len(kept) == MOST_ATTRIBUTES
    assert all(len(values) == MOST_VALUES and len(values[0]) == 200 for values in kept.values())


def test_a_refusal_of_an_unverified_message_keeps_the_reason_and_nothing_of_its_person() -> None:
    sign_in_log.record(
        make_account(), reference="7F3K-22XB", reason=Reason.BAD_SIGNATURE, detail="no\0\ncertificate " + "x" * 900
    )
    row = SignInAttempt.objects.get()
    assert (row.reason, row.email, row.name_id, row.issuer, row.attributes) == ("bad_signature", "", "", "", {})
    assert row.detail.startswith("no certificate xxx")
    assert len(row.detail) == 300


def test_a_verified_refusal_says_whom_it_was_about() -> None:
    assertion = make_assertion(mail="Bo@Elsewhere.example")
    sign_in_log.record(
        make_account(), reference="7F3K-22XB", reason=Reason.FOREIGN_DOMAIN, assertion=assertion, is_test=True
    )
    row = SignInAttempt.objects.get()
    assert (row.email, row.user, row.is_test) == ("bo@elsewhere.example", None, True)


def test_a_test_keeps_who_tested_apart_from_whom_it_was_about() -> None:
    dana = make_user(make_account(), "dana")
    sign_in_log.record(dana.account, reference="7F3K-22XB", user=dana, assertion=make_assertion(), is_test=True)
    row = SignInAttempt.objects.get()
    assert (row.user, row.email) == (dana, "ana@contoso.example")


def test_strangers_cannot_fill_it() -> None:
    contoso, fabrikam = make_account(), make_account("fabrikam")
    for _ in range(REFUSED_PER_MINUTE + 5):
        sign_in_log.record(contoso, reference="7F3K-22XB", reason=Reason.MALFORMED)
    assert SignInAttempt.objects.count() == REFUSED_PER_MINUTE
    sign_in_log.record(contoso, reference="7F3K-22XC", assertion=make_assertion())
    sign_in_log.record(fabrikam, reference="7F3K-22XD", reason=Reason.MALFORMED)
    assert SignInAttempt.objects.count() == REFUSED_PER_MINUTE + 2
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        sign_in_log.record(contoso, reference="7F3K-22XE", reason=Reason.MALFORMED)
    assert SignInAttempt.objects.count() == REFUSED_PER_MINUTE + 3


def test_rows_are_kept_for_thirty_days() -> None:
    account = make_account()
    for age in (timedelta(days=31), timedelta(days=29)):
        sign_in_log.record(account, reference=str(age.days), reason=Reason.MALFORMED)
        SignInAttempt.objects.filter(reference=str(age.days)).update(at=timezone.now() - age)
    forget_old()
    assert [row.reference for row in SignInAttempt.objects.all()] == ["29"]
