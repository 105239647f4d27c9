"""Strangers cannot fill the audit log, which nobody can empty: past sixty a minute the process's log alone counts."""

import logging

import pytest
from django.test import Client

from accounts.models import AuditEvent
from sso.views.refusal import MOST_PER_MINUTE
from tests.makers import make_account
from tests.sso.making import make_provider

pytestmark = pytest.mark.django_db


def test_refusals_past_sixty_a_minute_are_logged_only(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    make_provider(make_account())
    make_provider(make_account("fabrikam"))
    caplog.set_level(logging.WARNING)
    for _ in range(MOST_PER_MINUTE + 5):
        assert client.get("/sso/contoso/finish/?handle=invented").status_code == 403
    assert AuditEvent.objects.count() == MOST_PER_MINUTE
    assert caplog.text.count("sign-in at contoso refused") == MOST_PER_MINUTE + 5
    client.get("/sso/fabrikam/finish/?handle=invented")
    assert AuditEvent.objects.filter(account__vanity="fabrikam").count() == 1
