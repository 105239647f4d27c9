"""Sessions are Django's, except that one which begins is written once."""

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import SignInSession
from accounts.signing_in import sessions
from accounts.signing_in.session_store import SessionStore
from tests.makers import PASSWORD, make_account, make_user

pytestmark = pytest.mark.django_db


def test_a_sign_in_writes_its_session_once(client: Client) -> None:
    ana = make_user(make_account())
    client.get("/sign-in/")
    with CaptureQueriesContext(connection) as queries:
        client.post("/sign-in/", {"username": ana.email, "password": PASSWORD})
    about_sessions = [query["sql"] for query in queries if '"django_session"' in query["sql"]]
    assert [sql.split()[0] for sql in about_sessions] == ["INSERT"]
    assert Session.objects.get().pk == client.cookies["sessionid"].value
    assert SignInSession.objects.get().session_key == Session.objects.get().pk


def test_a_new_session_has_its_key_at_once_and_its_row_when_saved() -> None:
    store = SessionStore()
    store["colour"] = "green"
    store.create()
    key = store.session_key
    assert key
    assert not store.exists(key)
    store.save()
    assert SessionStore(key)["colour"] == "green"


def test_what_was_changed_later_is_kept() -> None:
    store = SessionStore()
    store.save()
    store["colour"] = "blue"
    store.save()
    assert SessionStore(store.session_key)["colour"] == "blue"


def test_another_key_keeps_what_the_session_held() -> None:
    store = SessionStore()
    store["colour"] = "red"
    store.save()
    before = str(store.session_key)
    store.cycle_key()
    store.save()
    assert store.session_key != before
    assert not store.exists(before)
    assert SessionStore(store.session_key)["colour"] == "red"


def test_a_key_that_is_taken_is_refused() -> None:
    first, second = SessionStore(), SessionStore()
    first.save()
    second.create()
    second._session_key = first.session_key
    with pytest.raises(IntegrityError):
        second.save()


def test_a_sign_in_whose_session_is_not_written_yet_is_not_swept_away() -> None:
    ana = make_user(make_account())
    SignInSession.objects.create(user=ana, session_key="soon-there", last_seen_at=timezone.now())
    sessions.forget_gone()
    assert SignInSession.objects.exists()
