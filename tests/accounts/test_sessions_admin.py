"""Admins see where people of their account are signed in, and sign them out."""

import pytest

from accounts import extensions
from accounts.models import AuditAction, AuditEvent, Group, Membership, Role, SignInSession
from tests.accounts.making_history import text_of
from tests.accounts.making_sessions import SAFARI, is_signed_in, listed, session_of, sign_in
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


def test_an_admin_sees_where_somebody_is_signed_in_and_signs_them_out() -> None:
    ana = make_user(make_account())
    admin = make_user(ana.account, "omar", role=Role.ADMIN)
    phone, here = sign_in(ana, SAFARI, "203.0.113.5"), sign_in(admin)
    page = f"/users/{ana.pk}/sessions/"

    (row,) = listed(here, page)
    assert row.startswith("Safari on iPhone 203.0.113.5")
    assert "Sign Ana Lima out of Safari on iPhone?" in text_of(here.get(f"{page}{session_of(phone).pk}/sign-out/"))
    answer = here.post(f"{page}{session_of(phone).pk}/sign-out/", follow=True)

    assert answer.redirect_chain == [(page, 302)]
    assert "Ana Lima has no open session." in text_of(answer)
    assert (is_signed_in(phone), is_signed_in(here)) == (False, True)
    event = AuditEvent.objects.get(action=AuditAction.SESSION_REVOKED)
    assert (event.actor, event.target_id) == (admin, ana.pk)


def test_everywhere_at_once() -> None:
    ana = make_user(make_account())
    phone, laptop = sign_in(ana, SAFARI), sign_in(ana)
    here = sign_in(make_user(ana.account, "dana", role=Role.OWNER))
    here.post(f"/users/{ana.pk}/sessions/sign-out/")
    assert [is_signed_in(client) for client in (phone, laptop, here)] == [False, False, True]


def test_oneself_stays_signed_in_here() -> None:
    dana = make_user(make_account(), "dana", role=Role.OWNER)
    here, phone = sign_in(dana), sign_in(dana, SAFARI)
    here.post(f"/users/{dana.pk}/sessions/sign-out/")
    assert (is_signed_in(here), is_signed_in(phone)) == (True, False)


def test_an_owners_sessions_are_for_owners_to_end() -> None:
    dana = make_user(make_account(), "dana", role=Role.OWNER)
    owner = sign_in(dana)
    admin = sign_in(make_user(dana.account, "omar", role=Role.ADMIN))
    page = f"/users/{dana.pk}/sessions/"
    shown = text_of(admin.get(page))
    assert "Only an owner can sign an owner out." in shown
    assert "Sign out everywhere" not in shown
    for address in (f"{page}sign-out/", f"{page}{session_of(owner).pk}/sign-out/"):
        assert admin.get(address).status_code == 403
        assert admin.post(address).status_code == 403
    assert is_signed_in(owner)


@pytest.mark.parametrize("rest", ["", "sign-out/", "{session}/sign-out/"])
def test_members_and_group_admins_may_not(rest: str) -> None:
    ana = make_user(make_account())
    bo = make_user(ana.account, "bo")
    group = Group.objects.create(account=ana.account, name="Sales", priority=1)
    Membership.objects.create(group=group, user=bo, is_admin=True)
    phone, here = sign_in(ana), sign_in(bo)
    address = f"/users/{ana.pk}/sessions/" + rest.format(session=session_of(phone).pk)
    assert here.get(address).status_code == 403
    if rest:
        assert here.post(address).status_code == 403
    assert is_signed_in(phone)


@pytest.mark.parametrize("rest", ["", "sign-out/", "{session}/sign-out/"])
def test_people_of_another_company_are_not_found(rest: str) -> None:
    kim = make_user(make_account("fabrikam"), "kim")
    theirs = sign_in(kim)
    here = sign_in(make_user(make_account(), "dana", role=Role.OWNER))
    address = f"/users/{kim.pk}/sessions/" + rest.format(session=session_of(theirs).pk)
    assert here.get(address).status_code == 404
    if rest:
        assert here.post(address).status_code == 404
    assert is_signed_in(theirs)


def test_a_session_of_somebody_else_is_not_found_under_this_person() -> None:
    ana = make_user(make_account())
    bo = sign_in(make_user(ana.account, "bo"))
    here = sign_in(make_user(ana.account, "dana", role=Role.OWNER))
    assert here.post(f"/users/{ana.pk}/sessions/{session_of(bo).pk}/sign-out/").status_code == 404
    assert is_signed_in(bo)


def test_whoever_is_deactivated_is_signed_out() -> None:
    ana = make_user(make_account())
    phone = sign_in(ana)
    extensions.person_deactivated(ana, "Operator command")
    assert not is_signed_in(phone)
    assert not SignInSession.objects.exists()
