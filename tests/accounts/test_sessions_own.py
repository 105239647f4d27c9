"""Where one is signed in: every browser is listed, and can be signed out from another."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditAction, AuditEvent, SignInSession
from accounts.signing_in import sessions
from portal.tasks import forget_sessions
from tests.accounts.making_history import text_of
from tests.accounts.making_sessions import FIREFOX, SAFARI, is_signed_in, listed, session_of, sign_in
from tests.makers import PASSWORD, make_account, make_user

pytestmark = pytest.mark.django_db


def test_signing_in_is_noted_with_browser_and_address() -> None:
    ana = make_user(make_account())
    session = session_of(sign_in(ana))
    assert (session.user, session.method, session.user_agent) == (ana, "password", FIREFOX)
    assert session.address == "198.51.100.7"


def test_signing_in_is_the_persons_last_sign_in() -> None:
    ana, bo = make_user(make_account()), make_user(make_account("fabrikam"), "bo")
    before = timezone.now()
    sign_in(ana)
    ana.refresh_from_db()
    bo.refresh_from_db()
    assert ana.last_login is not None
    assert before <= ana.last_login <= timezone.now()
    assert bo.last_login is None


def test_signing_out_forgets_it() -> None:
    client = sign_in(make_user(make_account()))
    client.post("/sign-out/")
    assert not SignInSession.objects.exists()


def test_somebody_else_in_the_same_browser_has_a_session_of_their_own() -> None:
    account = make_account()
    ana, bo = make_user(account), make_user(account, "bo")
    client = sign_in(ana)
    client.force_login(bo)
    assert session_of(client).user == bo
    assert not sessions.of_person(ana).exists()
    assert sessions.of_person(bo).count() == 1


def test_the_profile_lists_this_browser_first_and_the_others() -> None:
    ana = make_user(make_account())
    here = sign_in(ana)
    sign_in(ana, SAFARI, "203.0.113.5")
    sign_in(make_user(ana.account, "bo"), SAFARI, "203.0.113.9")
    first, second = listed(here)
    assert first.startswith("Firefox on Windows This browser 198.51.100.7 Signed in")
    assert first.endswith("by password Active now")
    assert second.startswith("Safari on iPhone 203.0.113.5 Signed in")
    assert second.endswith("Sign out")
    assert "This browser" not in second


def test_a_browser_is_signed_out_from_another() -> None:
    ana = make_user(make_account())
    here, phone = sign_in(ana), sign_in(ana, SAFARI)
    address = f"/profile/sessions/{session_of(phone).pk}/sign-out/"

    assert "Sign yourself out of Safari on iPhone?" in text_of(here.get(address))
    assert is_signed_in(phone), "asking changes nothing"
    answer = here.post(address, follow=True)

    assert answer.redirect_chain == [("/profile/", 302)]
    assert "1 browser was signed out." in text_of(answer)
    assert (is_signed_in(here), is_signed_in(phone)) == (True, False)
    assert SignInSession.objects.count() == Session.objects.count() == 1
    event = AuditEvent.objects.get(action=AuditAction.SESSION_REVOKED)
    assert (event.actor, event.target_id) == (ana, ana.pk)
    assert event.before == {"sessions": ["Safari on iPhone, 198.51.100.7"], "number": 1}


def test_the_browser_that_was_signed_out_is_told_calmly() -> None:
    ana = make_user(make_account())
    here, phone = sign_in(ana), sign_in(ana, SAFARI)
    here.post(f"/profile/sessions/{session_of(phone).pk}/sign-out/")
    answer = phone.get("/contacts/?q=pia", follow=True)
    assert answer.redirect_chain == [("/sign-in/?next=/contacts/%3Fq%3Dpia", 302)]
    assert "You were signed out: this session was ended or has expired." in text_of(answer)
    assert "You were signed out" not in text_of(phone.get("/contacts/", follow=True)), "once is enough"


def test_strangers_are_told_nothing_of_a_session() -> None:
    assert "You were signed out" not in text_of(Client().get("/contacts/", follow=True))


def test_a_fragment_of_an_ended_session_leads_the_whole_page_to_the_sign_in() -> None:
    ana = make_user(make_account())
    phone = sign_in(ana, SAFARI)
    SignInSession.objects.all().delete()
    Session.objects.all().delete()
    answer = phone.get(
        "/meetings/status/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/meetings/?q=x"},
    )
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/sign-in/?next=/meetings/%3Fq%3Dx"


def test_everywhere_else() -> None:
    ana = make_user(make_account())
    bo = sign_in(make_user(ana.account, "bo"))
    here, phone, tablet = sign_in(ana), sign_in(ana, SAFARI), sign_in(ana)
    assert "Sign yourself out of 2 browsers?" in text_of(here.get("/profile/sessions/sign-out/"))
    answer = here.post("/profile/sessions/sign-out/", follow=True)
    assert "2 browsers were signed out." in text_of(answer)
    assert [is_signed_in(client) for client in (here, phone, tablet, bo)] == [True, False, False, True]
    assert "Sign out everywhere else" not in text_of(here.get("/profile/"))


def test_signing_out_twice_is_said_and_is_no_second_event() -> None:
    ana = make_user(make_account())
    here = sign_in(ana)
    sign_in(ana)
    for _ in range(2):
        answer = here.post("/profile/sessions/sign-out/", follow=True)
    assert "There was nothing left to sign out." in text_of(answer)
    assert AuditEvent.objects.filter(action=AuditAction.SESSION_REVOKED).count() == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_somebody_elses_session_is_not_found(method: str) -> None:
    ana = make_user(make_account())
    others = [sign_in(make_user(ana.account, "bo")), sign_in(make_user(make_account("fabrikam"), "kim"))]
    here = sign_in(ana)
    for other in others:
        assert here.generic(method, f"/profile/sessions/{session_of(other).pk}/sign-out/").status_code == 404
        assert is_signed_in(other)


def test_this_browser_is_not_signed_out_here() -> None:
    here = sign_in(make_user(make_account()))
    address = f"/profile/sessions/{session_of(here).pk}/sign-out/"
    assert "There is nothing to sign out" in text_of(here.get(address))
    here.post(address)
    assert is_signed_in(here)


def test_with_javascript_the_dialog_asks_and_the_page_reloads() -> None:
    ana = make_user(make_account())
    here = sign_in(ana)
    address = f"/profile/sessions/{session_of(sign_in(ana)).pk}/sign-out/"
    dialog = here.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in dialog
    assert 'id="dialog-title"' in dialog
    assert here.post(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_last_seen_is_written_every_five_minutes_at_most() -> None:
    ana = make_user(make_account())
    with time_machine.travel("2026-11-22 10:00:00Z", tick=False) as clock:
        here = sign_in(ana)
        for minutes, seen in ((4, "10:00"), (2, "10:06"), (4, "10:06"), (1, "10:11")):
            clock.shift(timedelta(minutes=minutes))
            here.get("/profile/")
            assert f"{session_of(here).last_seen_at:%H:%M}" == seen


def test_a_page_costs_no_query_more_between_those_times() -> None:
    ana = make_user(make_account())
    here = sign_in(ana)
    with CaptureQueriesContext(database) as captured:
        here.get("/api/v1/me")
    assert [query["sql"].split()[0] for query in captured] == ["SELECT", "SELECT"], "the session and the person"


def test_a_session_from_before_there_was_a_list_joins_it() -> None:
    ana = make_user(make_account())
    with time_machine.travel("2026-11-22 10:00:00Z", tick=False) as clock:
        here = sign_in(ana)
        SignInSession.objects.all().delete()
        clock.shift(timedelta(minutes=6))
        here.get("/profile/")
        assert session_of(here).user == ana


def test_expired_sessions_are_not_listed_and_their_rows_go() -> None:
    ana = make_user(make_account())
    sign_in(ana, SAFARI)
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        here = sign_in(ana)
        assert len(listed(here)) == 1
        assert SignInSession.objects.count() == 2
        forget_sessions()
        assert SignInSession.objects.get() == session_of(here)


def test_a_new_password_ends_every_session_also_in_this_browser(mailoutbox: list[object]) -> None:
    ana = make_user(make_account())
    here, phone = sign_in(ana), sign_in(ana, SAFARI)
    here.post("/password-reset/", {"email": ana.email})
    (mail,) = mailoutbox
    link = next(line for line in str(getattr(mail, "body", "")).splitlines() if "/password-reset/" in line)
    form = here.get(link.removeprefix("http://localhost:8000"), follow=True)
    answer = here.post(
        form.request["PATH_INFO"],
        {"new_password1": "quite another horse", "new_password2": "quite another horse"},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert (is_signed_in(here), is_signed_in(phone)) == (False, False)
    assert not SignInSession.objects.exists()


def test_more_sessions_than_fit_are_said_to_be_more() -> None:
    ana = make_user(make_account())
    here = sign_in(ana)
    for _ in range(sessions.SHOWN_AT_MOST):
        Client().force_login(ana)
    assert len(listed(here)) == sessions.SHOWN_AT_MOST
    assert "Only the 50 used last are listed." in text_of(here.get("/profile/"))


def test_the_password_is_never_in_the_row_nor_the_key_on_the_page() -> None:
    ana = make_user(make_account())
    here = sign_in(ana)
    page = here.get("/profile/").content.decode()
    assert PASSWORD not in page
    assert str(here.session.session_key) not in page


def test_odd_user_agents_are_kept_short() -> None:
    ana = make_user(make_account())
    session = session_of(sign_in(ana, "x" * 5000))
    assert session.user_agent == "x" * 300
