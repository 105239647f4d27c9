"""People of unknown domains confirm their address by mail; the link works once, within a day, and signs nobody in."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, AuditAction, AuditEvent, User
from sso import confirmation
from sso.confirmation import MAILS_PER_HOUR
from sso.errors import Reason, SamlError
from sso.mapping import Person
from sso.models import IdentityConfirmation, IdentityProvider, SamlIdentity, UnknownDomain
from sso.tasks import forget_old
from sso.views.refusal import refuse
from tests.accounts.making_history import elements, text_of
from tests.makers import make_account, make_user
from tests.sandbox.running import Sandbox
from tests.sso.arriving import user_of
from tests.sso.making import (
    REFERENCE,
    assert_refused,
    is_signed_in,
    make_assertion,
    make_company,
    make_provider,
    sign_in,
)

pytestmark = pytest.mark.django_db

KIM = Person("kim@elsewhere.example", "Kim Berg")


def make_confirming(vanity: str = "contoso") -> IdentityProvider:
    """A provider that lets people of unknown domains confirm their address."""
    return make_provider(make_account(vanity), unknown_domain=UnknownDomain.CONFIRM)


def begin(provider: IdentityProvider, person: Person = KIM, name_id: str = "id-of-kim") -> str:
    """Kim signs in at the identity provider; the path of the link that is mailed."""
    assertion = make_assertion(name_id, person.email, person.name)
    assert confirmation.begin(provider, assertion, person)
    return link()


def link() -> str:
    """The path of the link in the last mail."""
    found = re.search(r"http://localhost:8000(/sso/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_the_button_makes_the_user_and_signs_nobody_in() -> None:
    provider = make_confirming()
    path = begin(provider)
    assert mail.outbox[0].to == ["kim@elsewhere.example"]
    assert "do nothing" in str(mail.outbox[0].body)
    browser = Client(enforce_csrf_checks=True)
    asked = browser.get(path)
    assert "Is this you?" in text_of(asked)
    # With no-referrer a browser's POST has no origin, and the button would be refused as another site's.
    assert asked["Referrer-Policy"] == "same-origin"
    assert b"no-referrer" not in asked.content
    assert not User.objects.exists(), "mail programs open links by themselves"
    done = browser.post(path, {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value})
    assert "Your address is confirmed" in text_of(done)
    kim = User.objects.get()
    assert (kim.email, kim.name, kim.account) == ("kim@elsewhere.example", "Kim Berg", provider.account)
    assert SamlIdentity.objects.get().name_id == "id-of-kim"
    event = AuditEvent.objects.get(action=AuditAction.ADDRESS_CONFIRMED)
    assert (event.target_id, event.after) == (kim.pk, {"email": "kim@elsewhere.example"})
    assert not is_signed_in(browser)
    assert "sessionid" not in browser.cookies


def test_somebody_elses_session_stays_theirs(client: Client) -> None:
    provider = make_confirming()
    path = begin(provider)
    ana = make_user(provider.account)
    client.force_login(ana)
    assert client.post(path).status_code == 200
    assert client.get("/api/v1/me").json()["email"] == ana.email


def test_the_link_works_once(client: Client) -> None:
    path = begin(make_confirming())
    assert client.post(path).status_code == 200
    for again in (client.get(path), client.post(path)):
        assert again.status_code == 404
        assert "This link no longer works" in text_of(again)
    assert User.objects.count() == 1


def test_an_older_link_of_the_same_person_is_used_up_with_it(client: Client) -> None:
    provider = make_confirming()
    first, second = begin(provider), begin(provider)
    assert client.post(second).status_code == 200
    assert client.post(first).status_code == 404


def test_the_link_works_for_a_day(client: Client) -> None:
    path = begin(make_confirming())
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert not User.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert client.get(path).status_code == 200


def test_only_its_digest_is_kept() -> None:
    token = begin(make_confirming()).split("/")[-2]
    row = IdentityConfirmation.objects.get()
    assert token not in str(row.__dict__)
    assert row.token_digest == confirmation.digest(token)


@pytest.mark.parametrize("token", ["x", "made-up" * 50, "%00", "..", "<b>"])
def test_made_up_links(client: Client, token: str) -> None:
    make_confirming()
    assert client.get(f"/sso/contoso/confirm/{token}/").status_code == 404
    assert client.post(f"/sso/contoso/confirm/{token}/").status_code == 404


def test_at_another_companys_address_it_does_nothing(client: Client) -> None:
    path = begin(make_confirming())
    make_confirming("fabrikam")
    assert client.post(path.replace("contoso", "fabrikam")).status_code == 404
    assert not User.objects.exists()


def test_the_provider_was_replaced_meanwhile(client: Client) -> None:
    provider = make_confirming()
    path = begin(provider)
    IdentityProvider.objects.update(entity_id="https://another.example/idp")
    answer = client.post(path)
    assert answer.status_code == 403
    assert "another identity provider by now" in text_of(answer)
    assert not User.objects.exists()


def test_single_sign_on_was_switched_off_meanwhile(client: Client) -> None:
    path = begin(make_confirming())
    IdentityProvider.objects.update(is_enabled=False)
    assert client.post(path).status_code == 404
    assert not User.objects.exists()


def test_the_address_became_somebodys_meanwhile(client: Client) -> None:
    provider = make_confirming()
    path = begin(provider)
    make_user(provider.account, "kim", email="kim@elsewhere.example")
    assert client.post(path).status_code == 403
    assert not SamlIdentity.objects.exists()
    assert IdentityConfirmation.objects.get().confirmed_at is None


def test_nobodys_mailbox_is_filled() -> None:
    provider, other = make_confirming(), make_confirming("fabrikam")
    for _ in range(MAILS_PER_HOUR):
        begin(provider)
    for full in (provider, other):
        assert confirmation.begin(full, make_assertion("id-of-kim"), KIM) is None
    assert len(mail.outbox) == MAILS_PER_HOUR
    begin(provider, Person("bo@elsewhere.example", "Bo"))
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        begin(provider)


def test_a_mail_is_one_line_and_plain_text_whatever_the_name_is() -> None:
    begin(make_confirming(), Person("kim@elsewhere.example", "Kim\r\nBcc: all@contoso.example <b>"))
    message = mail.outbox[-1]
    assert message.recipients() == ["kim@elsewhere.example"]
    assert "\n" not in message.subject


def test_old_ones_are_forgotten() -> None:
    begin(make_confirming())
    IdentityConfirmation.objects.update(created_at=timezone.now() - timedelta(days=8))
    forget_old()
    assert not IdentityConfirmation.objects.exists()


def begin_sign_in(person: Person = KIM) -> HttpResponse:
    """Kim signs in at the identity provider; the page that their browser ends at."""
    provider = IdentityProvider.objects.get()
    request = RequestFactory().get("/sso/contoso/finish/")
    request.user = AnonymousUser()
    assertion = make_assertion("id-of-kim", person.email, person.name)
    with pytest.raises(SamlError) as asked:
        user_of(provider, assertion)
    return refuse(request, provider.account.vanity, asked.value, assertion=assertion)


def ticket(page: HttpResponse) -> str:
    """Where the button of the page sends."""
    (form,) = elements(page.content, "//form")
    return str(form.get("action"))


def test_the_page_names_the_address_and_how_long_the_link_works() -> None:
    provider = make_confirming()
    Account.objects.update(time_zone="Europe/Madrid")
    with time_machine.travel(datetime(2026, 11, 22, 10, 30, tzinfo=UTC), tick=False):
        page = begin_sign_in()
    assert page.status_code == 403
    text = text_of(page)
    assert "We have sent a mail to kim@elsewhere.example." in text
    assert "just now" in text
    assert "once, until 23 November 2026, 11:30 (Europe/Madrid)" in text
    assert "look among the spam. It comes from atrium@localhost" in text
    assert "Start again" not in text
    assert f"/sso/{provider.account.vanity}/login/" not in page.content.decode()


def test_the_mail_is_sent_again_and_either_link_works(client: Client) -> None:
    make_confirming()
    page = begin_sign_in()
    first = link()
    again = client.post(ticket(page), follow=True)
    assert again.status_code == 200
    assert "The mail is sent again." in text_of(again)
    assert "We have sent a mail to kim@elsewhere.example." in text_of(again)
    assert [message.to for message in mail.outbox] == [["kim@elsewhere.example"]] * 2
    assert link() != first
    assert client.get(first).status_code == 200
    assert client.post(link()).status_code == 200
    assert client.post(first).status_code == 404
    assert "Your address is confirmed" in text_of(client.get(str(again.request["PATH_INFO"])))


def test_not_more_mails_than_to_anybody(client: Client) -> None:
    make_confirming()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = begin_sign_in()
        address = ticket(page)
        for _ in range(MAILS_PER_HOUR - 1):
            assert client.post(address).status_code == 302
        refused = client.post(address)
        assert refused.status_code == 429
        assert "The next one can be sent in 1\xa0hour" in text_of(refused).replace("1 hour", "1\xa0hour")
        assert b"Send the mail again" not in refused.content
        assert len(mail.outbox) == MAILS_PER_HOUR
        assert "We have sent a mail to" in text_of(begin_sign_in()), "of the mail that was sent before"
        clock.shift(timedelta(minutes=61))
        assert client.post(address).status_code == 302


def test_the_button_of_another_site_sends_nothing() -> None:
    make_confirming()
    address = ticket(begin_sign_in())
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("made_up", ["1", "1:x:y", "%00", "<b>"])
def test_made_up_tickets(client: Client, made_up: str) -> None:
    make_confirming()
    begin_sign_in()
    for answer in (client.get(f"/sso/contoso/waiting/{made_up}/"), client.post(f"/sso/contoso/waiting/{made_up}/")):
        assert answer.status_code == 404
    assert len(mail.outbox) == 1


def test_a_ticket_is_of_no_use_elsewhere_later_or_where_nobody_confirms_any_more(client: Client) -> None:
    make_confirming()
    address = ticket(begin_sign_in())
    make_account("fabrikam")
    assert client.post(address.replace("contoso", "fabrikam")).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert client.post(address).status_code == 404
    for changes in ({"unknown_domain": UnknownDomain.REFUSE}, {"is_enabled": False}, {"entity_id": "https://new"}):
        kept = IdentityProvider.objects.values(*changes).get()
        IdentityProvider.objects.update(**changes)
        assert client.post(address).status_code == 404
        IdentityProvider.objects.update(**kept)
    assert len(mail.outbox) == 1
    assert client.post(address).status_code == 302


def test_a_ticket_confirms_nothing(client: Client) -> None:
    make_confirming()
    address = ticket(begin_sign_in())
    assert client.get(address.replace("/waiting/", "/confirm/")).status_code == 404
    assert not User.objects.exists()


def test_a_mail_that_could_not_be_sent_is_not_called_sent(client: Client, settings: Settings) -> None:
    make_confirming()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    page = begin_sign_in()
    assert "The mail to kim@elsewhere.example could not be sent just now." in text_of(page)
    assert "We have sent" not in text_of(page)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert "We have sent a mail to kim@elsewhere.example." in text_of(client.post(ticket(page), follow=True))
    assert client.post(link()).status_code == 200


def test_where_the_company_has_had_too_many_mails_it_says_so() -> None:
    account = make_confirming().account
    others = [
        IdentityConfirmation(account=account, email=f"{each}@elsewhere.example", token_digest=str(each))
        for each in range(confirmation.MAILS_PER_HOUR_OF_ACCOUNT)
    ]
    IdentityConfirmation.objects.bulk_create(others)
    page = begin_sign_in()
    assert "sign in again in an hour" in text_of(page)
    assert mail.outbox == []


def test_the_whole_journey(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    company = make_company(microsoft, tmp_path, proven=False)
    IdentityProvider.objects.update(unknown_domain=UnknownDomain.CONFIRM)
    refused = sign_in(client, microsoft)
    assert_refused(refused, Reason.CONFIRM_ADDRESS)
    assert "mail" in text_of(refused).lower()
    assert REFERENCE.search(refused.content.decode())
    assert not is_signed_in(client)
    assert Client().post(link()).status_code == 200
    sign_in(client, microsoft)
    assert is_signed_in(client)
    assert User.objects.get().account == company
