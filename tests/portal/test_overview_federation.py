"""An admin says that the identity provider is federated with Microsoft Entra, and takes it back."""

import pytest
from django.test import Client

from accounts.models import Account, AuditAction, AuditEvent, Role
from calendar_integration.models import CalendarService
from tests.makers import make_account, make_service, make_user
from tests.portal.making_overview import NOW
from tests.sso.making import make_provider

pytestmark = pytest.mark.django_db

ATTEST = "/overview/federation/"
TAKE_BACK = "/overview/federation/take-back/"
PAGE = "/overview/"


def make_dana(account: Account) -> Client:
    client = Client()
    client.force_login(make_user(account, "dana", role=Role.OWNER))
    return client


def rows_of_the_log() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=AuditAction.FEDERATION_ATTESTED).order_by("pk"))


def test_an_admins_word_is_kept_with_name_and_audit_row_after_it_was_confirmed() -> None:
    contoso = make_account()
    make_provider(contoso)
    make_service(contoso)
    dana = make_dana(contoso)
    assert ATTEST in dana.get(PAGE).content.decode()
    assert "contoso.example/idp" in dana.get(ATTEST).content.decode()
    assert CalendarService.objects.get().federation_attested_at is None
    assert dana.post(ATTEST).headers["Location"] == PAGE
    assert CalendarService.objects.get().federation_attested_by == "Dana Lima"
    assert "Dana Lima said so" in dana.get(PAGE).content.decode()
    (row,) = rows_of_the_log()
    assert (row.before, row.after) == ({"attested": False}, {"attested": True})


def test_said_twice_it_is_written_once() -> None:
    contoso = make_account()
    make_service(contoso)
    dana = make_dana(contoso)
    dana.post(ATTEST)
    first = CalendarService.objects.get().federation_attested_at
    dana.post(ATTEST)
    assert CalendarService.objects.get().federation_attested_at == first
    assert len(rows_of_the_log()) == 1


def test_taken_back_it_is_to_do_again_and_what_a_sign_in_has_shown_stays() -> None:
    contoso = make_account()
    make_service(contoso, federation_shown_at=NOW)
    dana = make_dana(contoso)
    dana.post(ATTEST)
    assert dana.get(TAKE_BACK).status_code == 200
    dana.post(TAKE_BACK)
    dana.post(TAKE_BACK)
    service = CalendarService.objects.get()
    assert (service.federation_attested_at, service.federation_attested_by) == (None, "")
    assert service.federation_shown_at == NOW
    assert [row.after for row in rows_of_the_log()] == [{"attested": True}, {"attested": False}]


def test_without_a_calendar_service_there_is_nothing_to_say_it_of() -> None:
    dana = make_dana(make_account())
    for path in (ATTEST, TAKE_BACK):
        for page in (dana.get(path), dana.post(path)):
            assert page.status_code == 409
            assert "First add the calendar service" in page.content.decode()
    assert rows_of_the_log() == []


def test_another_accounts_service_is_never_touched() -> None:
    make_service(make_account("fabrikam"))
    assert make_dana(make_account()).post(ATTEST).status_code == 409
    assert CalendarService.objects.get().federation_attested_at is None


def test_in_the_dialog_the_page_is_shown_anew() -> None:
    contoso = make_account()
    make_service(contoso)
    page = make_dana(contoso).post(ATTEST, headers={"HX-Request": "true"})
    assert page.headers["HX-Redirect"] == PAGE
