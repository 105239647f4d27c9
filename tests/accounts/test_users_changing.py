"""A person's page: name, role, in and out; what is refused, to whom, and why."""

import threading

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import directory, extensions
from accounts.models import AuditEvent, Role, SignInSession, User
from tests.accounts.making_people import make_group, make_owner, signed_in, text
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db

CHANGES = ["name", "role", "deactivate", "reactivate"]


@pytest.fixture
def dana() -> User:
    return make_owner()


@pytest.fixture
def ana(dana: User) -> User:
    return make_user(dana.account, "ana")


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def actions(person: User) -> list[str]:
    """What the audit log says was done to somebody."""
    return list(AuditEvent.objects.filter(target_id=person.pk).order_by("pk").values_list("action", flat=True))


# The page


def test_the_page_says_everything_about_somebody(dana: User, ana: User) -> None:
    sales = make_group(dana.account, "Sales", admin=ana)
    page = signed_in(dana).get(f"/users/{ana.pk}/")
    for words in ("Ana Lima", "ana@contoso.example", "Member", "Active", "Never", "Sales", "Group admin"):
        assert words in text(page)
    for path in (f"/users/{ana.pk}/role/", f"/users/{ana.pk}/deactivate/", f"/groups/{sales.pk}/"):
        assert f'href="{path}"' in page.content.decode()


def test_of_very_many_groups_the_first_are_shown(dana: User, ana: User) -> None:
    for number in range(51):
        make_group(dana.account, f"Group {number}", ana)
    shown = text(signed_in(dana).get(f"/users/{ana.pk}/"))
    assert "These are the 50 that decide first, of 51 groups." in shown
    assert "Group 50" not in shown


@pytest.mark.parametrize("path", ["", *(f"{change}/" for change in CHANGES)])
def test_people_of_another_account_are_not_there(dana: User, path: str) -> None:
    una = make_user(make_account("fabrikam"), "una")
    for number in (una.pk, 10**18, 10**30):
        assert signed_in(dana).get(f"/users/{number}/{path}").status_code == 404
    if path:
        assert signed_in(dana).post(f"/users/{una.pk}/{path}", {"name": "x", "role": "member"}).status_code == 404
    assert fresh(una).is_active
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("change", CHANGES)
def test_admins_leave_owners_alone(dana: User, change: str) -> None:
    adi = signed_in(make_user(dana.account, "adi", role=Role.ADMIN))
    page = adi.get(f"/users/{dana.pk}/")
    assert "Only owners can change owners" in text(page)
    assert f"/users/{dana.pk}/{change}/" not in page.content.decode()
    assert adi.get(f"/users/{dana.pk}/{change}/").status_code == 403
    assert adi.post(f"/users/{dana.pk}/{change}/", {"name": "Dan", "role": "member"}).status_code == 403
    assert (fresh(dana).name, fresh(dana).role, fresh(dana).is_active) == ("Dana Lima", "owner", True)


@pytest.mark.parametrize("change", CHANGES)
def test_the_dialog_alone_or_as_a_page(dana: User, ana: User, change: str) -> None:
    path = f"/users/{ana.pk}/{change}/"
    alone = signed_in(dana).get(path, headers={"HX-Request": "true"}).content.decode()
    assert alone.strip().startswith("<form")
    assert "dialog-title" in alone
    assert "<html" in signed_in(dana).get(path).content.decode()
    assert actions(ana) == []


# Name


def test_a_new_name(dana: User, ana: User) -> None:
    answer = signed_in(dana).post(f"/users/{ana.pk}/name/", {"name": "  Ana\n Perez "})
    assert answer["Location"] == f"/users/{ana.pk}/"
    assert fresh(ana).name == "Ana Perez"
    event = AuditEvent.objects.get(action="user.changed")
    assert (event.actor_id, event.before, event.after) == (dana.pk, {"name": "Ana Lima"}, {"name": "Ana Perez"})


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\0b"])
def test_no_name_at_all_is_refused(dana: User, ana: User, name: str) -> None:
    answer = signed_in(dana).post(f"/users/{ana.pk}/name/", {"name": name})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert fresh(ana).name == "Ana Lima"


# Role


def test_another_role(dana: User, ana: User) -> None:
    signed_in(dana).post(f"/users/{ana.pk}/role/", {"role": "admin"})
    assert fresh(ana).role == Role.ADMIN
    event = AuditEvent.objects.get(action="user.role_changed")
    assert (event.before, event.after) == ({"role": "member"}, {"role": "admin"})


def test_the_same_role_changes_nothing(dana: User, ana: User) -> None:
    signed_in(dana).post(f"/users/{ana.pk}/role/", {"role": "member"})
    assert actions(ana) == []


@pytest.mark.parametrize("role", ["", "king"])
def test_a_role_that_there_is_not(dana: User, ana: User, role: str) -> None:
    answer = signed_in(dana).post(f"/users/{ana.pk}/role/", {"role": role})
    assert answer.status_code == 422
    assert "Choose a role." in text(answer)


def test_admins_make_admins_and_no_owners(dana: User, ana: User) -> None:
    adi = signed_in(make_user(dana.account, "adi", role=Role.ADMIN))
    assert 'value="owner"' not in adi.get(f"/users/{ana.pk}/role/").content.decode()
    assert adi.post(f"/users/{ana.pk}/role/", {"role": "owner"}).status_code == 403
    assert fresh(ana).role == Role.MEMBER
    adi.post(f"/users/{ana.pk}/role/", {"role": "admin"})
    assert fresh(ana).role == Role.ADMIN


def test_the_last_owner_stays_one(dana: User) -> None:
    client = signed_in(dana)
    assert "You are the only owner" in text(client.get(f"/users/{dana.pk}/role/"))
    answer = client.post(f"/users/{dana.pk}/role/", {"role": "member"})
    assert answer.status_code == 422
    assert "Make somebody else an owner first" in text(answer)
    assert fresh(dana).role == Role.OWNER
    assert actions(dana) == []


@pytest.mark.parametrize("other", [{"is_active": False}, {"invited_at": timezone.now()}])
def test_an_owner_who_is_not_here_does_not_count(dana: User, other: dict[str, object]) -> None:
    make_user(dana.account, "odo", role=Role.OWNER, **other)
    assert signed_in(dana).post(f"/users/{dana.pk}/role/", {"role": "admin"}).status_code == 422
    assert fresh(dana).role == Role.OWNER


def test_an_owner_of_another_account_does_not_count(dana: User) -> None:
    make_owner(make_account("fabrikam"), "una")
    assert directory.is_last_owner(dana)


def test_one_of_two_owners_may_step_down_and_is_told_what_it_means(dana: User) -> None:
    make_owner(dana.account, "odo")
    client = signed_in(dana)
    assert "only somebody else can give it back" in text(client.get(f"/users/{dana.pk}/role/"))
    assert client.post(f"/users/{dana.pk}/role/", {"role": "admin"})["Location"] == f"/users/{dana.pk}/"
    assert client.post(f"/users/{dana.pk}/role/", {"role": "member"})["Location"] == "/"
    assert fresh(dana).role == Role.MEMBER


# Out, and in again


def test_out(dana: User, ana: User) -> None:
    told: list[tuple[User, object]] = []
    extensions.on_deactivation(lambda person, actor: told.append((person, actor)))
    browser = Client()
    browser.force_login(ana)
    key = browser.session.session_key or ""
    SignInSession.objects.get_or_create(session_key=key, defaults={"user": ana})
    answer = signed_in(dana).post(f"/users/{ana.pk}/deactivate/", follow=True)
    extensions._on_deactivation.pop()
    assert "Deactivated" in text(answer)
    assert not fresh(ana).is_active
    assert told == [(ana, dana)]
    assert not Session.objects.filter(session_key=key).exists()
    assert not SignInSession.objects.filter(user=ana).exists()
    assert browser.get("/users/")["Location"].startswith("/sign-in/")
    assert actions(ana)[-1] == "user.deactivated"


def test_the_dialog_says_what_happens(dana: User, ana: User) -> None:
    shown = text(signed_in(dana).get(f"/users/{ana.pk}/deactivate/"))
    for words in ("signed out everywhere", "Office 365 connection ends", "does not connect Office 365 again"):
        assert words in shown


def test_somebody_elses_sessions_stay(dana: User, ana: User) -> None:
    client = signed_in(dana)
    client.post(f"/users/{ana.pk}/deactivate/")
    assert client.get("/users/").status_code == 200


def test_twice_out_is_once_audited(dana: User, ana: User) -> None:
    for _ in range(2):
        signed_in(dana).post(f"/users/{ana.pk}/deactivate/")
    assert actions(ana) == ["user.deactivated"]


def test_nobody_puts_themselves_out(dana: User) -> None:
    odo = make_owner(dana.account, "odo")
    page = signed_in(odo).get(f"/users/{odo.pk}/")
    assert f"/users/{odo.pk}/deactivate/" not in page.content.decode()
    answer = signed_in(odo).post(f"/users/{odo.pk}/deactivate/")
    assert answer.status_code == 422
    assert "You cannot deactivate yourself" in text(answer)
    assert fresh(odo).is_active


def test_the_last_owner_is_not_put_out(dana: User) -> None:
    with pytest.raises(directory.LastOwnerError):
        directory.deactivate(dana, actor="a command")
    assert fresh(dana).is_active


def test_in_again(dana: User, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_active=False)
    client = signed_in(dana)
    assert "Reactivate" in text(client.get(f"/users/{ana.pk}/"))
    for _ in range(2):
        assert client.post(f"/users/{ana.pk}/reactivate/").status_code == 302
    assert fresh(ana).is_active
    assert actions(ana) == ["user.reactivated"]


def test_in_the_dialog_the_page_is_loaded_anew(dana: User, ana: User) -> None:
    answer = signed_in(dana).post(f"/users/{ana.pk}/deactivate/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/users/{ana.pk}/"


# Two at once


def demote_at_once(pairs: list[tuple[User, User]]) -> list[int]:
    """Each of the first ones demotes the second, when everyone is ready; the answers' statuses."""
    start, statuses = threading.Barrier(len(pairs)), []

    def demote(client: Client, person: User) -> None:
        start.wait()
        statuses.append(client.post(f"/users/{person.pk}/role/", {"role": "member"}).status_code)
        connection.close()

    threads = [threading.Thread(target=demote, args=(signed_in(actor), person)) for actor, person in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("themselves", [True, False])
def test_two_owners_demoted_at_once_leave_one(themselves: bool) -> None:
    dana = make_owner()
    odo = make_owner(dana.account, "odo")
    pairs = [(dana, dana), (odo, odo)] if themselves else [(dana, odo), (odo, dana)]
    assert demote_at_once(pairs) == ([302, 422] if themselves else [302, 403])
    assert User.objects.filter(role=Role.OWNER, is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_demotion_waits_for_another_and_sees_it() -> None:
    """The same, held still: while one demotion is not committed, the other one waits for the account's row."""
    dana = make_owner()
    odo = make_owner(dana.account, "odo")
    outcomes: list[str] = []

    def demote_odo() -> None:
        try:
            directory.change_role(odo, Role.MEMBER, actor=dana)
            outcomes.append("demoted")
        except directory.LastOwnerError:
            outcomes.append("refused")
        finally:
            connection.close()

    with transaction.atomic():
        directory.change_role(dana, Role.MEMBER, actor=odo)
        other = threading.Thread(target=demote_odo)
        other.start()
        other.join(timeout=0.5)
        assert outcomes == []
    other.join()

    assert outcomes == ["refused"]
