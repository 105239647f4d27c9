"""Every address, as owner, admin, group admin, member, and another account's owner."""

from dataclasses import dataclass

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client

from accounts.models import Membership, PendingImport, Role, SignInSession, User
from tests.accounts.access import PRIVATE, Access, Address, has_object
from tests.accounts.tiered_settings.doors import make_group
from tests.calendar_integration.making_consent import make_consent_link
from tests.makers import make_account, make_attempt, make_connection, make_meeting, make_user
from tests.sso.making_keys import make_key
from tests.sso.making_mapping import make_rule

pytestmark = pytest.mark.django_db

PEOPLE = ["dana", "lee", "sam", "kim", "finn"]


@dataclass
class Company:
    """Contoso: Dana owns it, Lee is admin, Sam runs Sales, Kim is a member of Sales. Finn owns Fabrikam."""

    people: dict[str, User]
    parameters: dict[str, str]

    def address(self, route: str) -> str:
        """An address on this route, about Kim and Sales."""
        for parameter, value in self.parameters.items():
            route = route.replace(parameter, value)
        target = "user_id" if route.startswith("users/") else "group_id"
        return "/" + route.replace("<int:target_id>", self.parameters[f"<int:{target}>"])


@pytest.fixture
def company() -> Company:
    contoso, fabrikam = make_account(), make_account("fabrikam")
    people = {
        "dana": make_user(contoso, "dana", role=Role.OWNER),
        "lee": make_user(contoso, "lee", role=Role.ADMIN),
        "sam": make_user(contoso, "sam"),
        "kim": make_user(contoso, "kim"),
        "finn": make_user(fabrikam, "finn", role=Role.OWNER),
    }
    sales = make_group(contoso, "Sales", 1, people["kim"])
    Membership.objects.create(group=sales, user=people["sam"], is_admin=True)
    kim = people["kim"]
    browser = SessionStore()
    browser.create()
    session = SignInSession.objects.create(user=kim, session_key=str(browser.session_key))
    waiting = PendingImport.objects.create(account=contoso, created_by=people["dana"], file_name="people.csv", rows=[])
    parameters = {
        "<int:user_id>": kim.pk,
        "<int:person_id>": kim.pk,
        "<int:group_id>": sales.pk,
        "<int:session_id>": session.pk,
        "<int:import_id>": waiting.pk,
        "<int:domain_id>": contoso.domains.get().pk,
        "<int:meeting_id>": make_meeting(make_connection(kim)).pk,
        "<int:key_id>": make_key(contoso).pk,
        "<int:link_id>": make_consent_link(contoso).pk,
        "<slug:change>": "generate",
        "<slug:reference>": make_attempt(kim, "error").reference,
        "<int:rule_id>": make_rule(contoso, "groups", "Sales", sales).pk,
        "<slug:tab>": "meetings",
        "<slug:slug>": "okta-federation",
        "<str:key>": "office365.integration",
        "<slug:action>": "set",
    }
    return Company(people, {name: str(value) for name, value in parameters.items()})


WHO_MAY = {
    Access.SIGNED_IN: PEOPLE,
    Access.OWN: ["kim"],
    Access.ADMINS: ["dana", "lee"],
    Access.OWNERS: ["dana", "finn"],
    Access.GROUP: ["dana", "lee", "sam"],
    Access.GROUPS: ["dana", "lee", "sam", "finn"],
    Access.UPLOADER: ["dana"],
}


def expected(route: str, address: Address, name: str, allowed: int) -> set[int]:
    """What this person gets. A method that nobody may use says so to everyone."""
    if name in WHO_MAY[address.access]:
        return {allowed}
    if allowed == 405:
        return {405, 403, 404}
    if name == "finn":
        return {404} if has_object(route) or address.access is Access.OWN else {allowed}
    if address.access is Access.OWN or (address.access is Access.UPLOADER and name == "lee"):
        return {404}
    return {403}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_gets_what_is_theirs_and_nothing_else(company: Company, name: str, method: str) -> None:
    surprises = {}
    for route, address in PRIVATE.items():
        client = Client()
        client.force_login(company.people[name])
        with transaction.atomic():
            status = client.generic(method, company.address(route)).status_code
            transaction.set_rollback(True)
        allowed = address.get if method == "GET" else address.post
        if status not in expected(route, address, name, allowed):
            surprises[route] = (status, expected(route, address, name, allowed))
    assert surprises == {}
