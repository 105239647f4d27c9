"""A company that does without passwords: who may still use one, what the others are told, and what strangers learn."""

import pytest
from django.core import mail
from django.test import Client

from accounts import extensions
from accounts.models import Account, AuditAction, AuditEvent, Group, Membership, Role, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.tiered_settings import store
from accounts.tiered_settings.kinds import ImpossibleValueError
from accounts.tiered_settings.store import Change
from accounts.tiered_settings.writing import Action
from sso.models import IdentityProvider
from tests.accounts.making_history import text_of
from tests.accounts.making_sessions import is_signed_in, sign_in
from tests.makers import PASSWORD, make_account, make_user

pytestmark = pytest.mark.django_db

REFUSED = "Your company has switched off signing in with a password. Use single sign-on instead."
NO_MATCH = "That e-mail and password do not match."


def make_provider(account: Account, **fields: bool) -> IdentityProvider:
    """Single sign-on for the account."""
    return IdentityProvider.objects.create(
        account=account, entity_id=f"https://idp.example/{account.vanity}", **({"is_enabled": True} | fields)
    )


def switch_off(target: Account | Group) -> None:
    """No passwords any more, for an account that has single sign-on, or for one of its groups."""
    account = target if isinstance(target, Account) else target.account
    if not IdentityProvider.objects.filter(account=account).exists():
        make_provider(account)
    store.set_value(target, PASSWORD_SIGN_IN.key, False, actor="a test")


def enter(user: User, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    """Try to sign in; the status, and the page's text."""
    answer = Client().post("/sign-in/", {"username": user.email, "password": password, **more})
    return answer.status_code, text_of(answer) if answer.content else ""


def test_passwords_work_until_they_are_switched_off() -> None:
    ana = make_user(make_account())
    assert enter(ana)[0] == 302
    switch_off(ana.account)
    status, text = enter(ana)
    assert status == 200
    assert REFUSED in text


def test_a_wrong_password_learns_nothing_about_it() -> None:
    ana = make_user(make_account())
    switch_off(ana.account)
    _, wrong = enter(ana, "wrong horse battery")
    assert NO_MATCH in wrong
    assert "switched off" not in wrong
    ana.email = "nobody@contoso.example"
    assert NO_MATCH in enter(ana)[1]


def test_it_can_be_switched_off_for_a_group() -> None:
    ana = make_user(make_account())
    bo = make_user(ana.account, "bo")
    group = Group.objects.create(account=ana.account, name="Sales", priority=1)
    Membership.objects.create(group=group, user=ana)
    switch_off(group)
    assert (enter(ana)[0], enter(bo)[0]) == (200, 302)


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 302), (Role.ADMIN, 200), (Role.MEMBER, 200)])
def test_only_owners_keep_their_password(role: Role, status: int) -> None:
    user = make_user(make_account(), role=role)
    switch_off(user.account)
    assert enter(user)[0] == status


def test_an_owner_who_breaks_the_glass_is_in_the_audit_log() -> None:
    dana = make_user(make_account(), "dana", role=Role.OWNER)
    sign_in(dana)
    switch_off(dana.account)
    sign_in(dana)
    events = AuditEvent.objects.filter(action=AuditAction.SIGNED_IN).order_by("pk")
    assert [event.after for event in events] == [{"method": "password"}, {"method": "password", "break_glass": True}]


def test_who_is_signed_in_stays_so() -> None:
    ana = make_user(make_account())
    client = sign_in(ana)
    switch_off(ana.account)
    assert is_signed_in(client)


def test_nobody_gets_a_way_to_a_new_password_they_could_not_use() -> None:
    ana = make_user(make_account())
    dana = make_user(ana.account, "dana", role=Role.OWNER)
    switch_off(ana.account)
    answers = []
    for email in (ana.email, dana.email, "nobody@contoso.example"):
        answers.append(Client().post("/password-reset/", {"email": email}, follow=True).content)
    assert [message.to for message in mail.outbox] == [[dana.email]]
    assert len(set(answers)) == 1, "strangers cannot tell one from another"


def test_a_link_sent_before_is_of_no_use_after() -> None:
    ana = make_user(make_account())
    client = Client()
    client.post("/password-reset/", {"email": ana.email})
    link = next(line for line in str(mail.outbox[0].body).splitlines() if "/password-reset/" in line)
    switch_off(ana.account)
    answer = client.get(link.removeprefix("http://localhost:8000"), follow=True)
    assert "This link no longer works" in text_of(answer)


def make_consultant() -> tuple[User, User]:
    """Kim in two companies, the first of which does without passwords."""
    kims = [make_user(make_account(name), "kim", email="kim@consult.example") for name in ("contoso", "fabrikam")]
    switch_off(kims[0].account)
    return kims[0], kims[1]


def test_somebody_in_two_companies_gets_into_the_one_that_has_passwords() -> None:
    kim, _ = make_consultant()
    client = sign_in(kim)
    assert client.get("/api/v1/me").json()["account"]["vanity"] == "fabrikam"


def test_and_not_into_the_other_by_naming_it() -> None:
    kim, _ = make_consultant()
    status, text = enter(kim, vanity="contoso")
    assert status == 200
    assert REFUSED in text
    answer = Client().post("/sign-in/contoso/", {"username": kim.email, "password": PASSWORD})
    assert REFUSED in text_of(answer)


OBSTACLE = "Set up single sign-on first: otherwise nobody but owners could sign in."


def test_it_cannot_be_switched_off_without_single_sign_on() -> None:
    account = make_account()
    assert extensions.obstacle_to(account, PASSWORD_SIGN_IN.key, False) == OBSTACLE
    provider = make_provider(account, is_enabled=False)
    make_provider(make_account("fabrikam"))
    assert extensions.obstacle_to(account, PASSWORD_SIGN_IN.key, False) == OBSTACLE
    provider.is_enabled = True
    provider.save()
    assert extensions.obstacle_to(account, PASSWORD_SIGN_IN.key, False) == ""


def test_switching_it_on_and_other_settings_have_no_such_obstacle() -> None:
    account = make_account()
    assert extensions.obstacle_to(account, PASSWORD_SIGN_IN.key, True) == ""
    assert extensions.obstacle_to(account, "office365.ask", False) == ""


def test_the_store_refuses_with_that_sentence() -> None:
    account = make_account()
    with pytest.raises(ImpossibleValueError, match="Set up single sign-on first"):
        store.set_value(account, PASSWORD_SIGN_IN.key, False, actor="a test")


def enforce(account: Account) -> None:
    """Single sign-on only, for the whole account."""
    switch_off(account)
    store.apply(Change(account, PASSWORD_SIGN_IN.key, Action.LOCK), actor="a test")


def emergency_page(account: Account) -> str:
    """What an owner finds who follows the link on the sign-in page."""
    return text_of(Client().get(f"/sign-in/{account.vanity}/?emergency=1"))


def test_the_emergency_page_says_what_it_is_for_and_that_its_use_is_told() -> None:
    account = make_account()
    enforce(account)
    text = emergency_page(account)
    assert "Emergency sign-in for owners" in text
    assert "It stands in the audit log, and all owners of Contoso get a mail" in text
    assert "Only owners come in here." in text
    assert "Emergency" not in text_of(Client().get("/sign-in/contoso/"))


def test_where_passwords_are_used_there_is_no_emergency_page() -> None:
    account = make_account()
    make_provider(account)
    assert "Emergency" not in emergency_page(account)


def test_an_emergency_sign_in_that_fails_stays_on_its_page() -> None:
    ana = make_user(make_account())
    enforce(ana.account)
    typed = {"username": ana.email, "password": PASSWORD}
    text = text_of(Client().post("/sign-in/contoso/?emergency=1", typed))
    assert "Emergency sign-in for owners" in text
    assert REFUSED in text
