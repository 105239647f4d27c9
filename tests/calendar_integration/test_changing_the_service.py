"""The page of the calendar service: what it says, changing it, switching it off, and removing it."""

import uuid
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, Domain, Role, User
from calendar_integration.company_consent import consent_links
from calendar_integration.ending import forgetting
from calendar_integration.models import CalendarService, Connection, ConnectionState, ConsentState, Contact, Meeting
from tests.accounts.making_history import elements, signed_in, text_of
from tests.calendar_integration.making import EWS, lock, make_connected_person, set_integration
from tests.calendar_integration.making_company import OFF, ON, PAGE, PERMISSIONS, REMOVE, TENANT, Admin, make_admin
from tests.makers import CONTOSO_TENANT, make_connection, make_service, make_user
from tests.sandbox.running import FABRIKAM, Sandbox

pytestmark = pytest.mark.django_db


def make_served(**fields: Any) -> tuple[Admin, CalendarService]:
    """Dana, whose company has a service."""
    admin = make_admin()
    return admin, make_service(admin.account, **fields)


def configured() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="calendar.service_configured").order_by("pk"))


def test_the_page_says_what_there_is() -> None:
    admin, _service = make_served(added_by="Operator command", contact_access="none")
    make_connected_person(admin.account)
    page = admin.open()
    for words in (
        "contoso.example",
        str(CONTOSO_TENANT),
        "confirmed by the first person who connects",
        "OAuth 2.0 (Microsoft Graph)",
        "Contacts: none",
        "1 person",
        "Added Operator command, ",
        "People can connect",
    ):
        assert words in page
    CalendarService.objects.update(tenant_confirmed_at=timezone.now())
    assert "Confirmed by a sign-in at Microsoft on" in admin.open()


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"is_enabled": False}, "Switched off"), ({"tenant_id": None, "tenant_domain": ""}, "No tenant yet")],
)
def test_the_page_says_why_nobody_can_connect(fields: dict[str, Any], words: str) -> None:
    admin, _service = make_served(**fields)
    assert words in admin.open()
    assert "People can connect" not in admin.text


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"on": False}, "The setting is off"),
        ({"contacts": "none"}, "People are asked for less than the service says"),
        ({"calendars": "readwrite"}, "People are asked for more than the service says"),
        (EWS, "People are asked for EWS"),
    ],
)
def test_where_the_setting_differs_the_page_says_so(parts: dict[str, Any], words: str) -> None:
    admin, _service = make_served()
    assert "Open the setting" not in admin.open()
    set_integration(admin.account, **parts)
    assert words in admin.open()
    assert admin.seen
    links = [link.get("href") for link in elements(admin.seen.content, "//section[@id='setting']//a")]
    assert "/account/settings/meetings/#office365.integration" in links


def test_the_services_permissions_are_taken_over_by_the_settings_own_confirmation() -> None:
    admin, _service = make_served(calendar_access="readwrite")
    admin.open()
    assert admin.seen
    address = elements(admin.seen.content, "//a[text()='Use in the setting too']")[0].get("href")
    confirmation = admin.client.get(address)
    assert "calendars read and write, contacts read" in text_of(confirmation)
    seen = confirmation.context["impact"].revision
    assert admin.client.post(address, {"seen": seen, "method": "graph", "calendars": "readwrite", "contacts": "read"})
    assert "Open the setting" not in admin.open()


def test_a_locked_setting_is_said_beside_the_difference() -> None:
    admin, _service = make_served(contact_access="none")
    set_integration(admin.account)
    lock(admin.account, "Agreed")
    assert "The setting is locked" in admin.open()


def change(admin: Admin, **chosen: str) -> None:
    """Through both steps of changing permissions."""
    admin.open(PERMISSIONS)
    assert admin.press(PERMISSIONS).status_code == 200
    assert admin.press(PERMISSIONS, **chosen)["Location"] == PAGE


@pytest.mark.parametrize(
    ("state", "chosen", "after", "missing"),
    [
        (ConsentState.CONFIRMED, {"calendars": "readwrite"}, ConsentState.PARTIAL, "Calendars.ReadWrite"),
        (ConsentState.CONFIRMED, {"contacts": "none"}, ConsentState.CONFIRMED, ""),
        (ConsentState.REPORTED, {"calendars": "readwrite"}, ConsentState.UNKNOWN, ""),
        (ConsentState.REPORTED, {"contacts": "none"}, ConsentState.REPORTED, ""),
        (ConsentState.UNKNOWN, {"calendars": "readwrite"}, ConsentState.UNKNOWN, ""),
    ],
)
def test_other_permissions_disconnect_nobody_and_keep_what_is_known_of_consent(
    state: ConsentState, chosen: dict[str, str], after: ConsentState, missing: str
) -> None:
    admin, _service = make_served(consent_state=state)
    ana = make_connected_person(admin.account)
    change(admin, **chosen)
    service = CalendarService.objects.get()
    assert (service.consent_state, service.missing_scopes) == (after, missing)
    assert (service.consent_changed_at is not None) == (after != state)
    ana.refresh_from_db()
    assert ana.is_active
    (event,) = configured()
    assert event.before["permissions"] == "Microsoft Graph, calendars read, contacts read"


def test_saving_the_same_permissions_changes_and_audits_nothing() -> None:
    admin, _service = make_served()
    change(admin)
    assert configured() == []


def test_permissions_that_somebody_else_changed_meanwhile_are_not_overwritten() -> None:
    admin, service = make_served()
    admin.open(PERMISSIONS)
    admin.press(PERMISSIONS)
    CalendarService.objects.filter(pk=service.pk).update(contact_access="none")
    assert admin.press(PERMISSIONS, calendars="readwrite").status_code == 302
    assert "Somebody changed the calendar service meanwhile" in admin.open()
    assert CalendarService.objects.get().calendar_access == "read"


def test_another_tenant_disconnects_nobody_and_forgets_what_was_known_of_the_one_before(microsoft: Sandbox) -> None:
    now = timezone.now()
    known = {"consent_state": ConsentState.CONFIRMED, "consent_reported_at": now, "tenant_confirmed_at": now}
    admin, _service = make_served(**known, federation_shown_at=now)
    ana = make_connected_person(admin.account)
    Domain.objects.create(account=admin.account, name="fabrikam.example", proven_at=now)
    admin.open(TENANT)
    admin.press(TENANT, domain="fabrikam.example")
    assert "Nobody is disconnected" in admin.text
    assert "1 connected mailbox is read as before" in admin.text
    assert admin.press(TENANT)["Location"] == PAGE
    service = CalendarService.objects.get()
    assert (str(service.tenant_id), service.tenant_domain) == (FABRIKAM, "fabrikam.example")
    assert service.consent_state == ConsentState.UNKNOWN
    assert (service.consent_reported_at, service.tenant_confirmed_at, service.federation_shown_at) == (None, None, None)
    ana.refresh_from_db()
    assert (ana.is_active, ana.tenant_id) == (True, CONTOSO_TENANT)
    (event,) = configured()
    assert event.before["tenant_id"] == str(CONTOSO_TENANT)


def test_the_same_tenant_by_another_domain_keeps_what_is_known(microsoft: Sandbox) -> None:
    admin, _service = make_served(consent_state=ConsentState.CONFIRMED, tenant_domain="old.example")
    admin.open(TENANT)
    admin.press(TENANT)
    assert "It is the same tenant" in admin.text
    admin.press(TENANT)
    service = CalendarService.objects.get()
    assert (service.tenant_domain, service.consent_state) == ("contoso.example", ConsentState.CONFIRMED)


def test_switched_off_nobody_is_sent_to_microsoft_and_whoever_is_connected_stays_so(microsoft: Sandbox) -> None:
    admin, _service = make_served()
    ana = make_connected_person(admin.account)
    assert "1 connected person stays connected" in admin.open(OFF)
    admin.press(OFF)
    assert "Switched off" in admin.open()
    bo = signed_in(make_user(admin.account, "bo"))
    assert "has not set up Office 365" in bo.get("/office365/authorize/", follow=True).content.decode()
    ana.refresh_from_db()
    assert ana.is_active
    admin.confirm(ON)
    assert "People can connect" in admin.open()
    assert bo.get("/office365/authorize/")["Location"].startswith(microsoft.http)
    assert [event.after for event in configured()] == [{"people_can_connect": False}, {"people_can_connect": True}]


def test_removing_disconnects_everybody_and_leaves_nothing() -> None:
    admin, _service = make_served()
    ana = make_connected_person(admin.account)
    lost = make_connection(
        make_user(admin.account, "bo"), ConnectionState.NEEDS_REAUTHORIZATION, connected_at=timezone.now()
    )
    make_connection(make_user(admin.account, "cy"), ConnectionState.NONE)
    link = consent_links.create(admin.account, admin.user)
    page = admin.open(REMOVE)
    for words in ("2 people are disconnected", "1 consent link that was sent to Office 365 admins stops working"):
        assert words in page
    admin.press(REMOVE)
    assert not CalendarService.objects.exists()
    assert "2 people are disconnected" in admin.open()
    assert "No calendar service yet" in admin.text
    for held in (ana, lost):
        forgetting.forget(held.pk)
        held.refresh_from_db()
        assert (held.state, held.token_cache) == (ConnectionState.DISCONNECTED_BY_POLICY, "")
        assert held.disconnected_because == "Dana Lima removed your company's calendar service from Atrium."
    assert not Meeting.objects.exists()
    assert not Contact.objects.exists()
    link.refresh_from_db()
    assert link.revoked_at
    event = AuditEvent.objects.get(action="calendar.service_removed")
    assert (event.actor, event.after) == (admin.user, {"people_disconnected": 2})
    assert event.before["tenant_domain"] == "contoso.example"
    assert AuditEvent.objects.filter(action="calendar.disconnected").count() == 2


def test_another_companys_people_stay_connected() -> None:
    admin, _service = make_served()
    fabrikam = make_admin("fabrikam")
    make_service(fabrikam.account, tenant_id=uuid.UUID(FABRIKAM))
    mia = make_connected_person(fabrikam.account, "mia")
    admin.confirm(REMOVE)
    mia.refresh_from_db()
    assert mia.is_active
    assert CalendarService.objects.get().account == fabrikam.account


def test_removing_what_somebody_changed_meanwhile_is_asked_anew() -> None:
    admin, service = make_served()
    admin.open(REMOVE)
    CalendarService.objects.filter(pk=service.pk).update(contact_access="none")
    assert admin.press(REMOVE).status_code == 409
    assert "Somebody changed it meanwhile" in admin.text
    assert admin.press(REMOVE).status_code == 302
    assert not CalendarService.objects.exists()


@pytest.mark.parametrize("path", [PERMISSIONS, TENANT, OFF, ON, REMOVE])
def test_without_a_service_there_is_nothing_to_change(path: str) -> None:
    admin = make_admin()
    assert admin.client.get(path)["Location"] == PAGE
    assert admin.client.post(path)["Location"] == PAGE


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}add/", PERMISSIONS, TENANT, OFF, ON, REMOVE])
def test_members_get_nothing_of_it(path: str) -> None:
    admin, _service = make_served()
    client: Client = signed_in(make_user(admin.account, "kim", role=Role.MEMBER))
    assert client.get(path).status_code == 403
    assert client.post(path).status_code in (403, 405)


def test_two_hundred_connections_cost_as_many_queries_as_one() -> None:
    admin, _service = make_served()
    admin.open()
    numbers = []
    for more in (1, 200):
        people = User.objects.bulk_create(
            User(account=admin.account, username=f"{more}-{at}", email=f"p{more}-{at}@contoso.example", name="P")
            for at in range(more)
        )
        Connection.objects.bulk_create(
            Connection(user=person, account=admin.account, state="active", connected_at=timezone.now())
            for person in people
        )
        for path in (PAGE, REMOVE):
            with CaptureQueriesContext(database) as queries:
                admin.open(path)
            numbers.append(len(queries))
    assert numbers[:2] == numbers[2:]
    assert "201 people" in admin.open()
