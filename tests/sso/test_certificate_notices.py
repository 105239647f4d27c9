"""Certificates that run out: a mail at each of the days, once, and a banner for those who can do something."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import Role
from sso.expiry import AFTER, BEFORE, due
from sso.models import CertificateNotice, KeyState
from sso.tasks import send_certificate_notices
from tests.accounts.making_history import elements, make_owner, signed_in
from tests.makers import make_account, make_user
from tests.sso.making import make_provider
from tests.sso.making_keys import make_certificate, make_key

pytestmark = pytest.mark.django_db

END = datetime(2027, 6, 1, 12, tzinfo=UTC)


def on_day(days_before: float) -> int:
    """What the daily task mails so many days before the end."""
    mail.outbox.clear()
    with time_machine.travel(END - timedelta(days=days_before), tick=False):
        send_certificate_notices()
    return len(mail.outbox)


def test_a_mail_on_each_of_the_days_and_on_no_other() -> None:
    dana = make_owner()
    make_provider(dana.account, certificate=make_certificate(END))
    told = [days for days in range(70, -10, -1) if on_day(days - 0.5)]
    assert told == [60, 30, 14, 7, 1, 0]
    assert sorted(CertificateNotice.objects.values_list("days", flat=True)) == sorted([*BEFORE, AFTER])


def test_a_worker_that_slept_tells_the_latest_only_and_once() -> None:
    dana = make_owner()
    make_provider(dana.account, certificate=make_certificate(END))
    assert [on_day(5), on_day(5), on_day(4)] == [1, 0, 0]
    assert CertificateNotice.objects.get().days == 7


def test_owners_and_admins_each_get_their_own() -> None:
    dana = make_owner()
    make_user(dana.account, "lee", role=Role.ADMIN)
    make_user(dana.account, "kim")
    make_user(dana.account, "old", role=Role.OWNER, is_active=False)
    make_user(make_account("fabrikam"), "finn", role=Role.OWNER)
    make_provider(dana.account, certificate=make_certificate(END))
    assert on_day(30) == 2
    assert sorted(message.to for message in mail.outbox) == [["dana@contoso.example"], ["lee@contoso.example"]]
    message = mail.outbox[0]
    assert message.subject == "Your identity provider's certificate runs out in 30 days: single sign-on of Contoso"
    assert "1 June 2027, 12:00 UTC" in str(message.body)
    assert "http://localhost:8000/account/sso/" in str(message.body)


def test_all_kinds_of_certificates_count() -> None:
    dana = make_owner()
    make_provider(dana.account, certificate=make_certificate(END), next_certificate=make_certificate(END))
    for state in KeyState:
        make_key(dana.account, state, END)
    assert on_day(7) == 4, "the previous one of ours does not matter any more"
    assert on_day(-1) == 4
    assert all("has run out" in message.subject for message in mail.outbox)


@pytest.mark.parametrize("fields", [{"is_enabled": False}, {"certificate": "nonsense"}])
def test_what_is_not_in_use_or_no_certificate_is_left_alone(fields: dict[str, object]) -> None:
    dana = make_owner()
    make_provider(dana.account, **({"certificate": make_certificate(END)} | fields))
    assert on_day(7) == 0


class Down(BaseEmailBackend):
    """A mail server that is not there."""

    def send_messages(self, _email_messages: object) -> int:
        """Never."""
        raise ConnectionRefusedError


def test_what_the_mail_server_did_not_take_is_tried_again(settings: Settings) -> None:
    dana = make_owner()
    make_provider(dana.account, certificate=make_certificate(END))
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    assert on_day(7) == 0
    assert not CertificateNotice.objects.exists()
    settings.EMAIL_BACKEND = works
    assert on_day(6) == 1


def test_many_accounts_cost_few_queries() -> None:
    body = make_certificate(END)
    numbers = []
    for count in (1, 30):
        for number in range(count):
            make_provider(make_account(f"c{count}-{number}"), certificate=body)
        with CaptureQueriesContext(database) as queries, time_machine.travel(END - timedelta(days=100), tick=False):
            send_certificate_notices()
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


@given(st.integers(-100, 400), st.sets(st.sampled_from([*BEFORE, AFTER])))
def test_nothing_is_told_twice_or_too_early(days: int, told: set[int]) -> None:
    threshold = due(days, told)
    if threshold is None:
        assert days > max(BEFORE) or told
    else:
        assert threshold not in told
        assert due(days, told | {threshold}) is None
        assert threshold == AFTER if days <= 0 else days <= threshold


def banners(role: Role, address: str, days: int) -> list[str]:
    """The banners that somebody sees so many days before the end."""
    user = make_user(make_account(), role=role)
    make_provider(user.account, certificate=make_certificate(END))
    with time_machine.travel(END - timedelta(days=days), tick=False):
        page = signed_in(user).get(address).content
    found = elements(page, "//div[contains(@class, 'certificate-banner')]")
    return [" ".join(banner.text_content().split()) for banner in found]


@pytest.mark.parametrize("address", ["/account/sso/certificates/", "/account/sso/log/", "/account/settings/"])
def test_the_banner_is_where_administrators_are(address: str) -> None:
    assert banners(Role.ADMIN, address, 12) == [
        "Your identity provider's certificate runs out in 12 days, on 1 June 2027. Add the new one under Setup"
    ]


def test_the_banner_goes_on_afterwards() -> None:
    (banner,) = banners(Role.OWNER, "/account/sso/domains/", -3)
    assert "ran out on 1 June 2027" in banner


def test_there_is_none_while_all_is_well() -> None:
    assert banners(Role.OWNER, "/account/sso/domains/", 61) == []


def test_members_have_none_and_pay_no_query_for_it() -> None:
    user = make_user(make_account())
    client = signed_in(user)
    client.get("/settings/")
    numbers = []
    for _ in range(2):
        with CaptureQueriesContext(database) as queries:
            assert b"certificate-banner" not in client.get("/settings/").content
        numbers.append(len(queries))
        assert not any("sso_" in query["sql"] for query in queries.captured_queries)
        if len(numbers) == 1:
            make_provider(user.account, certificate=make_certificate(datetime.now(UTC) + timedelta(days=3)))
    assert numbers[0] == numbers[1]
