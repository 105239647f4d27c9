"""A sign-in by single sign-on is in the list of sessions as such."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import SignInSession
from tests.sandbox.running import Sandbox
from tests.sso.making import make_company, sign_in

pytestmark = pytest.mark.django_db


def test_the_list_says_that_it_was_single_sign_on(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    sign_in(client, microsoft)
    session = SignInSession.objects.get()
    assert (session.user.email, session.method) == ("ana@contoso.example", "sso")
    assert session.session_key == client.session.session_key
    assert "by single sign-on" in client.get("/profile/").content.decode()
