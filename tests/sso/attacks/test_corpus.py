"""Every attack of the list is refused for its reason, with no session and no error of ours.

The same message without the change is accepted in the same test.
"""

import importlib
import time
from typing import Any

import pytest
from django.test import Client

from sso.errors import Reason
from sso.models import AuthnRequest
from tests.sso.attacks.catalogue import ATTACKS, Attack
from tests.sso.attacks.forging import Scene, make_company, make_scene
from tests.sso.attacks.sealing import Seal, keep_key, make_key_pair, seal_assertion
from tests.sso.attacks.signing import make_signer
from tests.sso.making import assert_nobody, assert_refused, deliver, is_signed_in, post

pytestmark = pytest.mark.django_db

MODULES = ("wrapping", "references", "strength", "documents", "statements", "identities", "encryption")
for _module in MODULES:
    importlib.import_module(f"tests.sso.attacks.{_module}")

LONGEST_SECONDS = 5  # for one answer, on a slow machine


def honest(scene: Scene, *, encrypted: bool) -> Any:
    """The message that the attack was made from."""
    if not encrypted:
        return scene.honest()
    if scene.signed == ("Response",):
        return scene.sign(seal_assertion(scene.unsigned(), Seal(make_key_pair())))
    return seal_assertion(scene.honest(), Seal(make_key_pair()))


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_it_is_refused(client: Client, attack: Attack) -> None:
    signer = attack.signer or make_signer("contoso")
    account = make_company(signer=signer, **dict(attack.provider))
    if attack.encrypted:
        keep_key(account, make_key_pair())
    scene = make_scene(client, signer=signer, signed=attack.signed)
    message = scene.answer(attack.build(scene))

    began = time.monotonic()
    page = post(message)
    if page.status_code == 302:
        page = client.get(page["Location"])

    assert_refused(page, attack.reason)
    assert time.monotonic() - began < LONGEST_SECONDS
    assert_nobody(client)
    again = scene if AuthnRequest.objects.get().answered_at is None else make_scene(client, signer=signer)
    deliver(client, again.answer(honest(again, encrypted=attack.encrypted)))
    assert is_signed_in(client), "without the change, the same message is good"


def test_the_corpus_is_large_and_not_padded() -> None:
    assert len(ATTACKS) >= 250
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert len({attack.mechanism for attack in ATTACKS}) >= 200


def test_every_reason_of_the_verifier_is_met() -> None:
    """The others are met by stories, which take more than one message."""
    stories = {
        Reason.NOT_CONFIGURED, Reason.REPLAYED, Reason.WRONG_BROWSER, Reason.EXPIRED, Reason.OTHER_IDENTITY,
        Reason.DEACTIVATED, Reason.CONFIRM_ADDRESS, Reason.OWNER_NOT_VOUCHED,
    }  # fmt: skip
    assert {attack.reason for attack in ATTACKS} == set(Reason) - stories
