"""The simulator's page: paste attributes or take a real attempt, and read what would happen."""

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import Account, Role, SignInSession, User
from calendar_integration.models import AskMode
from sso.models import SignInAttempt
from tests.accounts.making_people import make_group, make_owner, signed_in, text
from tests.makers import make_account, make_service, make_user, set_ask
from tests.sso.making import make_provider
from tests.sso.making_mapping import make_rule

pytestmark = pytest.mark.django_db

PAGE = "/account/sso/simulator/"
ANA = "mail: ana@contoso.example\ndisplayName: Ana Lima\n"


@pytest.fixture
def dana() -> User:
    return make_owner()


@pytest.fixture
def client(dana: User) -> Client:
    return signed_in(dana)


def counts() -> dict[str, int]:
    """How many rows there are, but for those of the browser that looks."""
    models = [model for model in apps.get_models() if model is not SignInSession]
    return {model._meta.label: model._base_manager.count() for model in models}


def attempt(account: Account, reference: str, **attributes: list[str]) -> SignInAttempt:
    return SignInAttempt.objects.create(account=account, reference=reference, attributes=attributes)


def test_it_shows_who_role_groups_settings_and_the_prompt(dana: User, client: Client) -> None:
    make_provider(dana.account)
    make_service(dana.account, ask=AskMode.OFF)
    sales, interns = make_group(dana.account, "Sales"), make_group(dana.account, "Interns")
    interns.members.add(make_user(dana.account))
    set_ask(sales, AskMode.EVERY)
    make_rule(dana.account, "groups", "Sales", sales)
    make_rule(dana.account, "groups", "Interns", interns)
    make_rule(dana.account, "groups", "Sales", Role.ADMIN)
    before = counts()
    shown = text(client.post(PAGE, {"attributes": f"{ANA}groups: Sales"}))
    for words in (
        "Ana Lima ana@contoso.example A user who signs in this way for the first time",
        "Role Member → Admin",
        "Joins Sales Leaves Interns",
        "Office 365 prompt They are asked to, and have no working connection yet. Opens",
        "Every time they sign in, until they integrate There is no own choice, so the group that comes first",
        "Calendar and contacts integration",
        "Sign in with e-mail and password",
        "role Admin Matches",
        "group Interns Other value",
    ):
        assert words in shown
    assert counts() == before
    assert "groups: Sales" in shown, "nothing typed is lost"


def test_a_refusal_is_explained(client: Client) -> None:
    shown = text(client.post(PAGE, {"attributes": "mail: ana@elsewhere.example"}))
    assert "The sign-in would be refused ana@elsewhere.example The domain of the e-mail is not one" in shown
    assert "Settings that would count" not in shown


def test_an_entered_e_mail_takes_the_place_of_the_one_that_arrived(dana: User, client: Client) -> None:
    make_user(dana.account, "kim")
    shown = text(client.post(PAGE, {"attributes": ANA, "email": "Kim@contoso.example"}))
    assert "Kim Lima kim@contoso.example" in shown
    shown = text(client.post(PAGE, {"attributes": "groups: Sales", "email": "zoe@contoso.example"}))
    assert "zoe zoe@contoso.example Somebody new" in shown


def test_a_name_id_can_be_the_e_mail(client: Client) -> None:
    fields = {"name_id": "Zoe@contoso.example"}
    assert "No attribute holds an e-mail address" in text(client.post(PAGE, fields))
    email_format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    assert "zoe@contoso.example Somebody new" in text(client.post(PAGE, {**fields, "name_id_format": email_format}))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"attributes": "nonsense"}, "Line 1 has no “name: value”."),
        ({"attributes": '{"a": '}, "This begins like JSON, but is none"),
        ({"attributes": ANA, "email": "nobody"}, "Enter a valid email address."),
        ({"attributes": "mail: a\0b@contoso.example"}, "Null characters are not allowed."),
        ({"attributes": "x" * 50_001}, "at most 50000 characters"),
    ],
)
def test_what_cannot_be_read_is_explained_and_stays(client: Client, fields: dict[str, str], words: str) -> None:
    answer = client.post(PAGE, fields)
    assert answer.status_code == 422
    assert words in text(answer)
    assert fields["attributes"][:8].split("\0")[0].replace('"', "&quot;") in answer.content.decode()


def test_the_last_real_attempt_can_be_taken(dana: User, client: Client) -> None:
    attempt(dana.account, "OLD", mail=["old@contoso.example"])
    attempt(dana.account, "LAST", mail=["ana@contoso.example"], groups=["Sales", "Berlin"], city=[])
    attempt(dana.account, "SAYS-NOTHING")
    filled = client.get(f"{PAGE}?attempt=last").content.decode()
    for words in ("mail: ana@contoso.example", "groups: Sales\ngroups: Berlin", "\ncity:"):
        assert words in filled.replace('">\r\n', "\n").replace('">', "\n")
    assert "mail: old@contoso.example</textarea>" in client.get(f"{PAGE}?attempt=OLD").content.decode()
    assert "SAYS-NOTHING" not in filled


def test_the_name_id_comes_along_where_it_is_whole_and_of_this_provider(dana: User, client: Client) -> None:
    provider = make_provider(dana.account)
    taken = attempt(dana.account, "KNOWN", mail=["ana@contoso.example"])
    for issuer, name_id, shown in (
        (provider.entity_id, "id-of-ana", "id-of-ana"),
        (provider.entity_id, "id-of-a…", ""),
        ("https://old.example/idp", "id-of-ana", ""),
    ):
        SignInAttempt.objects.update(issuer=issuer, name_id=name_id)
        form = client.get(f"{PAGE}?attempt={taken.pk}").context["form"]
        assert form["name_id"].value() == (shown or None)


def test_where_the_name_id_is_cut_the_person_is_known_by_their_e_mail(dana: User, client: Client) -> None:
    kim = make_user(dana.account, "kim")
    taken = attempt(dana.account, "CUT", mail=["kim.renamed@contoso.example"])
    for name_id, email, user, shown in (
        ("id-of-kim-0…", "kim.renamed@contoso.example", kim, "kim@contoso.example"),
        ("id-of-kim-0…", "kim.renamed@contoso.example", None, None),
        ("zoe@contoso…", "zoe@contoso.example", None, "zoe@contoso.example"),
    ):
        SignInAttempt.objects.update(name_id=name_id, email=email, user=user)
        assert client.get(f"{PAGE}?attempt={taken.pk}").context["form"]["email"].value() == shown


def test_a_log_that_holds_only_a_part_says_so(dana: User, client: Client) -> None:
    attempt(dana.account, "WHOLE", mail=["ana@contoso.example"])
    attempt(dana.account, "PART", groups=["A very long na…"])
    note = "The log keeps long values only in part"
    assert note not in text(client.get(f"{PAGE}?attempt=WHOLE"))
    assert note in text(client.get(f"{PAGE}?attempt=PART"))


def test_attempts_of_other_accounts_are_not_there(client: Client) -> None:
    theirs = attempt(make_account("fabrikam"), "THEIRS", mail=["finn@fabrikam.example"])
    for query in (
        "",
        "?attempt=last",
        "?attempt=THEIRS",
        "?attempt=%00",
        f"?attempt={theirs.pk}",
        "?attempt=" + "9" * 20,
    ):
        assert "finn@fabrikam" not in client.get(PAGE + query).content.decode()


def test_groups_of_other_accounts_are_not_named(dana: User, client: Client) -> None:
    fabrikam = make_account("fabrikam")
    make_rule(fabrikam, "groups", "Sales", make_group(fabrikam, "Secret circle"))
    assert "Secret circle" not in text(client.post(PAGE, {"attributes": f"{ANA}groups: Sales"}))


@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.MEMBER, 403)])
def test_it_is_for_owners_and_admins(dana: User, role: Role, status: int) -> None:
    person = signed_in(make_user(dana.account, "kim", role=role))
    assert person.get(PAGE).status_code == person.post(PAGE, {"attributes": ANA}).status_code == status
