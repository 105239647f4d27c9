"""Attacks that take more than one message: replays, other browsers, other companies, other people, and odd posts."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone
from lxml import etree

from accounts.models import AuditEvent, User
from sso.errors import Reason
from sso.models import AuthnRequest, IdentityProvider, KeyState, ProviderDraft, SamlIdentity
from sso.sign_in import REQUEST_LIVES
from tests.makers import make_user
from tests.pages import Page
from tests.sso.attacks.catalogue import STORIES, story
from tests.sso.attacks.forging import (
    ISSUER,
    NAME_ID,
    Scene,
    assertion_of,
    encoded,
    forged,
    make_company,
    make_scene,
    the,
)
from tests.sso.attacks.sealing import CBC, Seal, change_cipher, keep_key, make_key_pair, seal_assertion
from tests.sso.attacks.signing import make_signer, sign
from tests.sso.making import FORM, assert_nobody, assert_refused, deliver, is_signed_in, post

pytestmark = pytest.mark.django_db


def said(scene: Scene, **texts: str) -> Any:
    """A signed answer with other texts for some elements: NameID="dana"."""
    root = scene.unsigned()
    for name, text in texts.items():
        the(root, name).text = text
    return scene.sign(root)


def refused_after(person: Client, scene: Scene, message: Any) -> Page:
    """The page that the person sees in the end."""
    page = post(scene.answer(message))
    return person.get(page["Location"]) if page.status_code == 302 else page


@story("replay of the whole answer")
def test_the_same_answer_again(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    answer = scene.answer(scene.honest())
    deliver(client, answer)
    assert is_signed_in(client)
    assert_refused(post(answer), Reason.REPLAYED)


@story("replay in another session of the same person")
def test_the_same_answer_for_a_new_request(client: Client) -> None:
    """The response's InResponseTo is not signed: it is changed to the new request's, the assertion's is."""
    make_company()
    first = make_scene(client)
    root = first.honest()
    deliver(client, first.answer(root))
    thief = Client()
    second = make_scene(thief)
    root.set("InResponseTo", second.request_id)
    assert_refused(post(second.answer(root)), Reason.WRONG_RECIPIENT)
    assert not is_signed_in(thief)


@story("an assertion id used before")
def test_a_used_assertion_id(client: Client) -> None:
    make_company()
    first = make_scene(client)
    root = first.honest()
    deliver(client, first.answer(root))
    second = make_scene(client)
    again = second.unsigned()
    assertion_of(again).set("ID", assertion_of(root).get("ID"))
    assert_refused(post(second.answer(second.sign(again))), Reason.REPLAYED)


@story("a second answer to an answered request")
def test_another_answer_to_the_same_request(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    post(scene.answer(scene.honest()))
    assert_refused(post(scene.answer(said(scene, NameID="dana"))), Reason.REPLAYED)
    assert_nobody(client)


@story("the same answer twice at the same moment")
@pytest.mark.django_db(transaction=True)
def test_a_race(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    answer = scene.answer(scene.honest())

    def posted(_number: int) -> int:
        try:
            return post(answer).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as runners:
        statuses = sorted(runners.map(posted, range(4)))
    assert statuses == [302, 403, 403, 403]


@story("a finish begun by somebody else: their account in my browser")
def test_somebody_elses_finish(client: Client) -> None:
    make_company()
    attacker = Client()
    scene = make_scene(attacker)
    hop = post(scene.answer(scene.honest()))["Location"]
    make_scene(client)
    assert_refused(client.get(hop), Reason.WRONG_BROWSER)
    assert_nobody(client)
    attacker.get(hop)
    assert is_signed_in(attacker)


@story("a finish with a cookie that is empty")
def test_an_empty_cookie(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    hop = post(scene.answer(scene.honest()))["Location"]
    stranger = Client()
    stranger.cookies["atrium_sso"] = ""
    assert_refused(stranger.get(hop), Reason.WRONG_BROWSER)
    assert_nobody(stranger)


@story("a finish twice")
def test_finishing_twice(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    hop = post(scene.answer(scene.honest()))["Location"]
    client.get(hop)
    assert_refused(client.get(hop), Reason.REPLAYED)


@story("a request that is too old")
def test_an_old_request(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    AuthnRequest.objects.update(created_at=timezone.now() - REQUEST_LIVES - timedelta(seconds=1))
    assert_refused(post(scene.answer(scene.honest())), Reason.EXPIRED)
    assert_nobody(client)


@story("an answer that arrives too late")
def test_a_late_answer(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    answer = scene.answer(scene.honest())
    with time_machine.travel(timezone.now() + timedelta(minutes=9), tick=False):
        assert_refused(post(answer), Reason.NOT_IN_TIME)
    assert_nobody(client)


@story("an answer to a request of another company")
def test_a_request_of_another_company(client: Client) -> None:
    """Both companies use the same identity provider, as with a service for many."""
    make_company()
    make_company("fabrikam")
    scene = make_scene(client, "fabrikam")
    elsewhere = Scene(scene.request_id)
    assert_refused(post(elsewhere.answer(elsewhere.honest())), Reason.UNKNOWN_REQUEST)
    assert_nobody(client)
    deliver(client, scene.answer(said(scene, AttributeValue="ana@fabrikam.example")))
    assert is_signed_in(client)


@story("an assertion for another company at the same identity provider")
def test_an_assertion_for_another_company(client: Client) -> None:
    make_company()
    make_company("fabrikam")
    scene = make_scene(client)
    assertion = Scene(scene.request_id, "fabrikam").honest()
    assertion.set("Destination", scene.acs)
    assert_refused(post(scene.answer(assertion)), Reason.WRONG_AUDIENCE)
    assert_nobody(client)


@story("another company's identity provider vouching for our people")
def test_the_provider_of_another_company(client: Client) -> None:
    make_company()
    make_company("fabrikam", make_signer("fabrikam"))
    scene = make_scene(client, signer=make_signer("fabrikam"))
    assert_refused(post(scene.answer(scene.honest())), Reason.BAD_SIGNATURE)
    assert_nobody(client)


@story("a person of another company by the same name id")
def test_the_same_name_id_at_another_company(client: Client) -> None:
    """Two companies share an issuer: a name id of the one is nobody at the other."""
    make_company()
    fabrikam = make_company("fabrikam")
    victim = make_user(fabrikam)
    SamlIdentity.objects.create(user=victim, issuer=ISSUER, name_id=NAME_ID)
    scene = make_scene(client)
    deliver(client, scene.answer(scene.honest()))
    assert client.get("/api/v1/me").json()["account"]["vanity"] == "contoso"
    assert client.get("/api/v1/me").json()["id"] != victim.pk


@story("a name id in other letters for an e-mail address that is taken")
def test_other_letters(client: Client) -> None:
    ana = make_user(make_company())
    SamlIdentity.objects.create(user=ana, issuer=ISSUER, name_id=NAME_ID)
    scene = make_scene(client)
    assert_refused(refused_after(client, scene, said(scene, NameID=NAME_ID.upper())), Reason.OTHER_IDENTITY)
    assert not is_signed_in(client)


@story("a name id with a space more for an e-mail address that is taken")
def test_a_space_more(client: Client) -> None:
    ana = make_user(make_company())
    SamlIdentity.objects.create(user=ana, issuer=ISSUER, name_id=NAME_ID)
    scene = make_scene(client)
    assert_refused(refused_after(client, scene, said(scene, NameID=f"{NAME_ID} ")), Reason.OTHER_IDENTITY)
    assert not is_signed_in(client)


@story("a name id in other letters than a person's makes nobody of them")
def test_letters_that_fold(client: Client) -> None:
    ana = make_user(make_company())
    SamlIdentity.objects.create(user=ana, issuer=ISSUER, name_id="straße")
    scene = make_scene(client)
    deliver(client, scene.answer(said(scene, NameID="STRASSE", AttributeValue="eve@contoso.example")))
    assert User.objects.get(email="eve@contoso.example") != ana
    assert client.get("/api/v1/me").json()["email"] == "eve@contoso.example"


@story("a person who was deactivated")
def test_a_deactivated_person(client: Client) -> None:
    make_user(make_company(), is_active=False)
    scene = make_scene(client)
    assert_refused(refused_after(client, scene, scene.honest()), Reason.DEACTIVATED)
    assert not is_signed_in(client)


@story("a certificate that was taken out of use")
def test_a_certificate_of_yesterday(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    IdentityProvider.objects.update(certificate=make_signer("tomorrow").certificate)
    assert_refused(post(scene.answer(scene.honest())), Reason.BAD_SIGNATURE)
    assert_nobody(client)


@story("the key of a draft that is not in use")
def test_the_key_of_a_draft(client: Client) -> None:
    account = make_company()
    ProviderDraft.objects.create(account=account, entity_id=ISSUER, certificate=make_signer("a draft").certificate)
    scene = make_scene(client, signer=make_signer("a draft"))
    assert_refused(post(scene.answer(scene.honest())), Reason.BAD_SIGNATURE)
    assert_nobody(client)


@story("an identity provider that was switched off")
def test_a_provider_that_is_off(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    IdentityProvider.objects.update(is_enabled=False)
    assert_refused(post(scene.answer(scene.honest())), Reason.NOT_CONFIGURED)
    assert_nobody(client)


@story("an identity provider that was replaced between answer and finish")
def test_a_provider_that_was_replaced(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    hop = post(scene.answer(scene.honest()))["Location"]
    IdentityProvider.objects.update(entity_id="https://new.example/")
    assert_refused(client.get(hop), Reason.WRONG_ISSUER)
    assert_nobody(client)


@story("a sign-in that nobody asked for")
def test_an_unsolicited_answer(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    root = scene.unsigned()
    for node in (root, the(root, "SubjectConfirmationData")):
        del node.attrib["InResponseTo"]
    assert_refused(post(scene.answer(scene.sign(root))), Reason.UNSOLICITED)
    assert_nobody(client)


@pytest.mark.parametrize(
    "relay_state",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "\\\\evil.example",
        "https:evil.example", "/%09/evil.example", "http://localhost:8000@evil.example/", "\x00/x", "/" * 3000,
    ],
)  # fmt: skip
@story("RelayState to another site")
def test_a_relay_state(client: Client, relay_state: str) -> None:
    make_company()
    scene = make_scene(client)
    fields = {"SAMLResponse": encoded(scene.honest()), "RelayState": relay_state}
    posted = Client().post("/sso/contoso/acs/", urlencode(fields), content_type=FORM)
    assert client.get(posted["Location"])["Location"] == "/"
    assert is_signed_in(client)


@story("an answer in the address instead of the body")
def test_an_answer_in_the_query(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    address = f"/sso/contoso/acs/?{urlencode({'SAMLResponse': encoded(scene.honest())})}"
    assert Client().get(address).status_code == 405
    assert_refused(Client().post(address), Reason.MALFORMED)
    assert_nobody(client)


@story("two answers in one post, the forged one first or last")
@pytest.mark.parametrize("forged_first", [True, False])
def test_two_answers_in_one_post(client: Client, forged_first: bool) -> None:
    """Whichever of them is read is verified: the forged one never signs anybody in."""
    make_company()
    scene = make_scene(client)
    good, bad = encoded(scene.honest()), encoded(sign_by_a_stranger(scene))
    fields = [("SAMLResponse", text) for text in ([bad, good] if forged_first else [good, bad])]
    posted = Client().post("/sso/contoso/acs/", urlencode(fields), content_type=FORM)
    if posted.status_code == 302:
        client.get(posted["Location"])
    assert not User.objects.filter(saml_identities__name_id="dana").exists()
    assert posted.status_code in (302, 403)


def sign_by_a_stranger(scene: Scene) -> Any:
    """About somebody else, by somebody else."""
    root = scene.unsigned()
    the(root, "NameID").text = "dana"
    sign(assertion_of(root), make_signer("a stranger"))
    return root


@story("an answer as another kind of body")
@pytest.mark.parametrize("kind", ["json", "file", "request"])
def test_another_kind_of_body(client: Client, kind: str) -> None:
    make_company()
    text = encoded(make_scene(client).honest())
    bodies: dict[str, tuple[Any, str]] = {
        "json": (json.dumps({"SAMLResponse": text}), "application/json"),
        "file": (
            {"SAMLResponse": SimpleUploadedFile("a.txt", text.encode())},
            "multipart/form-data; boundary=BoUnDaRyStRiNg",
        ),
        "request": (urlencode({"SAMLRequest": text}), FORM),
    }
    body, content_type = bodies[kind]
    assert_refused(Client().post("/sso/contoso/acs/", body, content_type=content_type), Reason.MALFORMED)
    assert_nobody(client)


@story("an oracle: every failure to decrypt looks the same")
def test_failures_to_decrypt_look_the_same(client: Client) -> None:
    """One status, one reason and one text, wherever it failed; only the reference differs."""
    keep_key(make_company(), make_key_pair(), KeyState.NEXT)
    scene = make_scene(client)
    seen = set()
    for number, at in ((0, -17), (0, 0), (0, 40), (1, 0), (1, -1)):
        root = seal_assertion(scene.honest(), Seal(make_key_pair(), cipher=CBC))
        change_cipher(root, number, at)
        page = post(scene.answer(root))
        event = AuditEvent.objects.latest("pk")
        text = page.content.decode().replace(event.reference, "")
        seen.add((page.status_code, event.after["reason"], event.reason, text))
    assert [row[:2] for row in seen] == [(403, Reason.UNDECRYPTABLE)]
    deliver(client, scene.answer(seal_assertion(scene.honest(), Seal(make_key_pair(), cipher=CBC))))
    assert is_signed_in(client)


@story("a message from a browser with cookies of somebody else's session")
def test_a_session_is_not_taken_over(client: Client) -> None:
    """The answer is posted by a browser in which somebody else is signed in: they stay who they are."""
    account = make_company()
    dana = make_user(account, "dana")
    other = Client()
    other.force_login(dana)
    scene = make_scene(client)
    posted = other.post("/sso/contoso/acs/", urlencode({"SAMLResponse": encoded(scene.honest())}), content_type=FORM)
    assert_refused(other.get(posted["Location"]), Reason.WRONG_BROWSER)
    assert other.get("/api/v1/me").json()["name"] == dana.name


@story("an assertion beside the one that was accepted before")
def test_a_good_answer_with_a_forged_one_later(client: Client) -> None:
    make_company()
    scene = make_scene(client)
    good = scene.honest()
    root = etree.fromstring(base64.b64decode(encoded(good)))
    root.append(forged(assertion_of(root)))
    assert_refused(post(scene.answer(root)), Reason.MALFORMED)
    deliver(client, scene.answer(good))
    assert is_signed_in(client)


def test_stories_count() -> None:
    assert len({mechanism for _name, mechanism in STORIES}) >= 25
