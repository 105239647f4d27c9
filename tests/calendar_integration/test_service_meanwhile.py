"""The company's service is changed while somebody is on the last step of connecting: nobody is connected by it."""

import uuid
from typing import Any

import pytest

from calendar_integration.authorization import connecting
from calendar_integration.authorization.connecting import MeanwhileForbiddenError
from calendar_integration.models import CalendarService, Connection
from calendar_integration.tokens import Grant
from calendar_integration.tokens.id_token import Identity
from tests.makers import CONTOSO_TENANT, make_account, make_attempt, make_service, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"tenant_id": uuid.uuid4()}, {"tenant_id": None}])
def test_a_service_that_was_changed_connects_nobody(change: dict[str, Any]) -> None:
    person = make_user(make_account())
    make_service(person.account)
    CalendarService.objects.update(**change)
    with pytest.raises(MeanwhileForbiddenError) as refused:
        connecting.connect(
            make_attempt(person),
            Identity(CONTOSO_TENANT, uuid.uuid4(), person.email),
            Grant({}, "Calendars.Read Contacts.Read User.Read", "a token", "{}"),
        )
    assert "changed or removed your company's calendar service" in refused.value.words
    assert not Connection.objects.filter(connected_at__isnull=False).exists()
