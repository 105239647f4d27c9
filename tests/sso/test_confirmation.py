"""People of unknown domains confirm their address by mail; the link works once, within a day, and signs nobody in."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import AuditAction, AuditEvent, User
from sso import confirmation
from sso.confirmation import MAILS_PER_HOUR
from sso.errors import Reason
from sso.mapping import Person
from sso.models import IdentityConfirmation, IdentityProvider, SamlIdentity, UnknownDomain
from sso.tasks import forget_old
from tests.accounts.making_history import text_of
from tests.makers import make_account, make_user
from tests.sandbox.running import Sandbox
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
