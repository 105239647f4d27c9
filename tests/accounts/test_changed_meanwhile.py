"""Whoever lost a right while their request waited has lost it, and a new password brings nothing back."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts import directory
from accounts.forms.sign_in import NewPasswordForm
from accounts.groups import membership
from accounts.models import Role, User
from accounts.tiered_settings.store import Action
from tests.accounts.settings_pages.visiting import Visitor
from tests.accounts.tiered_settings.doors import do, make_group, register_doors
from tests.makers import PASSWORD, make_account, make_user

pytestmark = pytest.mark.django_db


def test_a_new_password_writes_the_password_only() -> None:
    eve = make_user(make_account(), "eve", role=Role.OWNER)
    User.objects.filter(pk=eve.pk).update(role=Role.MEMBER, is_active=False)
    form = NewPasswordForm(eve, {"new_password1": "another horse battery", "new_password2": "another horse battery"})
    assert form.is_valid()
    form.save()
    eve.refresh_from_db()
    assert (eve.role, eve.is_active, eve.check_password("another horse battery")) == (Role.MEMBER, False, True)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.MEMBER}])
def test_an_actor_who_was_stopped_meanwhile_writes_nothing(change: dict[str, object]) -> None:
    register_doors()
    account = make_account()
    eve = make_user(account, "eve", role=Role.OWNER)
    kim, sales = make_user(account, "kim"), make_group(account, "Sales", 1)
    User.objects.filter(pk=eve.pk).update(**change)
    with pytest.raises(PermissionDenied):
        directory.create_user(account, "eve2@evil.example", name="Eve", role=Role.OWNER, actor=eve)
    with pytest.raises(PermissionDenied):
        membership.add(sales, kim, actor=eve)
    with pytest.raises(PermissionDenied):
        do(account, Action.SET, "shut", actor=eve)
    assert not User.objects.filter(email="eve2@evil.example").exists()


def test_an_owner_who_was_never_here_does_not_count_as_one_who_stays() -> None:
    account = make_account()
    dana = make_user(account, "dana", role=Role.OWNER)
    directory.create_user(account, "nobody@typo.example", name="Nobody", role=Role.OWNER, actor=dana)
    with pytest.raises(directory.LastOwnerError):
        directory.deactivate(dana, actor="a test")
    make_user(account, "lee", role=Role.OWNER)
    directory.deactivate(dana, actor="a test")


def test_a_group_admin_takes_no_admin_of_the_account_into_their_group() -> None:
    account = make_account()
    sam, lee = make_user(account, "sam"), make_user(account, "lee", role=Role.ADMIN)
    chess = make_group(account, "Chess club", 1)
    chess.memberships.create(user=sam, is_admin=True)
    answer = Visitor(sam).client.post(f"/groups/{chess.pk}/members/add/", {"email": lee.email})
    assert answer.status_code == 422
    assert "Lee Lima manages the account. Ask an owner or admin to add them." in answer.content.decode()
    assert not chess.memberships.filter(user=lee).exists()


def test_a_group_admin_does_not_switch_passwords_off() -> None:
    account = make_account()
    sam = make_user(account, "sam")
    chess = make_group(account, "Chess club", 1)
    chess.memberships.create(user=sam, is_admin=True)
    visitor, base = Visitor(sam), f"/groups/{chess.pk}/settings/"
    assert (
        'aria-labelledby="security.password_sign_in-title" disabled'
        in visitor.opens(f"{base}security/").content.decode()
    )
    assert visitor.previews(base, "security.password_sign_in", "set", switch="off").status_code == 403
    assert visitor.confirms(base, "security.password_sign_in", "lock", reason="Ours").status_code == 403
    assert visitor.confirms(base, "security.idle_timeout", "set", choice="1-hour").status_code == 302


def test_a_lock_without_a_reason_in_its_form_is_asked_for_one() -> None:
    dana = Visitor(make_user(make_account(), "dana", role=Role.OWNER))
    answer = dana.client.post("/account/settings/change/security.idle_timeout/lock/", {"seen": "0"})
    assert answer.status_code == 422


def test_a_password_is_not_ones_name() -> None:
    ana = make_user(make_account(), "ana", name="Anastasia Limanova")
    form = NewPasswordForm(ana, {"new_password1": "anastasialimanova", "new_password2": "anastasialimanova"})
    assert not form.is_valid()
    assert ana.check_password(PASSWORD)
