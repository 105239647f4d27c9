"""The portal and an identity provider talk: signed requests, encrypted answers, single logout from either side.

The sandbox is the other side: it verifies with signxml and encrypts with cryptography, and knows nothing of ours.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from sso import saml
from sso.errors import Reason, SamlError
from sso.models import Binding, IdentityProvider
from sso.saml import KeyPair, Party
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox
from tests.sso.attacks.sealing import make_key_pair

EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


@pytest.fixture
def visitor(microsoft: Sandbox) -> Iterator[Browser]:
    """Somebody's browser, signed in nowhere."""
    with Browser(microsoft.http) as opened:
        yield opened


def make_party(
    microsoft: Sandbox, *, key: KeyPair | None = None, others: tuple[KeyPair, ...] = (), **fields: object
) -> Party:
    """An account whose identity provider is the sandbox's, known by its metadata."""
    xml = microsoft.client.get(f"{microsoft.http}/saml/contoso.example/metadata").content
    known = saml.parse_idp_metadata(xml)
    settings = IdentityProvider(
        entity_id=known.entity_id,
        sso_url=known.sso_url,
        slo_url=known.slo_url,
        certificate=known.certificates[0],
    )
    for name, value in fields.items():
        setattr(settings, name, value)
    return Party("contoso", settings, key or make_key_pair(), others)


def configure(microsoft: Sandbox, **options: object) -> None:
    """How the sandbox's identity provider behaves from now on."""
    known = {"sp_certificates": [make_key_pair().certificate]}
    microsoft.control("PUT", "/tenants/contoso.example/saml", {**known, **options})


def send(visitor: Browser, asked: saml.Outgoing) -> Browser:
    """The browser takes our message to the identity provider, by either binding."""
    if asked.fields:
        return visitor._go("POST", asked.url, asked.fields)
    return visitor.open(asked.url)


def answer(party: Party, visitor: Browser, request_id: str) -> saml.Assertion:
    """What the identity provider says of Ana."""
    message = visitor.press("Ana Lima").form()[1]["SAMLResponse"]
    assert saml.read_message(message).in_response_to == request_id
    return saml.read_response(party, saml.read_message(message), request_id=request_id, now=datetime.now(UTC))


@pytest.mark.parametrize("binding", [Binding.REDIRECT, Binding.POST])
def test_a_signed_request_is_answered(microsoft: Sandbox, visitor: Browser, binding: Binding) -> None:
    configure(microsoft, verify_requests=True)
    party = make_party(microsoft, sso_binding=binding, sign_requests=True)
    asked = saml.authn_request(party)
    assert asked.binding == binding
    assert answer(party, send(visitor, asked), asked.message_id).attributes["mail"] == ["ana@contoso.example"]


@pytest.mark.parametrize("binding", [Binding.REDIRECT, Binding.POST])
@pytest.mark.parametrize("signs", [True, False], ids=["with another key", "with no key"])
def test_a_request_of_somebody_else_is_not(microsoft: Sandbox, visitor: Browser, binding: Binding, signs: bool) -> None:
    configure(microsoft, verify_requests=True)
    party = make_party(microsoft, key=make_key_pair("fabrikam"), sso_binding=binding, sign_requests=signs)
    assert send(visitor, saml.authn_request(party)).status == 400
    assert "not signed by the application" in visitor.text


def test_a_request_can_be_by_post_without_a_signature(microsoft: Sandbox, visitor: Browser) -> None:
    party = make_party(microsoft, sso_binding=Binding.POST)
    asked = saml.authn_request(party)
    assert answer(party, send(visitor, asked), asked.message_id).session_index


def test_a_request_cannot_be_signed_without_a_key(microsoft: Sandbox) -> None:
    party = make_party(microsoft, sign_requests=True)
    with pytest.raises(saml.NoKeyError):
        saml.authn_request(Party(party.vanity, party.settings))


def test_a_format_of_name_ids_can_be_asked_for(microsoft: Sandbox, visitor: Browser) -> None:
    party = make_party(microsoft, name_id_format=EMAIL)
    asked = saml.authn_request(party)
    got = answer(party, send(visitor, asked), asked.message_id)
    assert (got.name_id, got.name_id_format) == ("ana@contoso.example", EMAIL)


SIGNING = [
    {"sign_assertion": True, "sign_response": False},
    {"sign_assertion": False, "sign_response": True},
    {"sign_assertion": True, "sign_response": True},
]


@pytest.mark.parametrize("options", SIGNING, ids=["assertion signed", "response signed", "both signed"])
@pytest.mark.parametrize("encrypt", [True, False])
def test_an_encrypted_answer_is_opened(
    microsoft: Sandbox, visitor: Browser, options: dict[str, bool], encrypt: bool
) -> None:
    configure(microsoft, encrypt=encrypt, **options)
    party = make_party(microsoft, wants_encryption=encrypt)
    asked = saml.authn_request(party)
    got = answer(party, send(visitor, asked), asked.message_id)
    assert (got.attributes["displayName"], got.session_index[:1]) == (["Ana Lima"], "_")


def test_the_next_key_opens_too(microsoft: Sandbox, visitor: Browser) -> None:
    configure(microsoft, encrypt=True)
    party = make_party(microsoft, key=make_key_pair("fabrikam"), others=(make_key_pair("x"), make_key_pair()))
    asked = saml.authn_request(party)
    assert answer(party, send(visitor, asked), asked.message_id).name_id


def test_without_our_key_it_stays_closed(microsoft: Sandbox, visitor: Browser) -> None:
    configure(microsoft, encrypt=True)
    party = make_party(microsoft, key=make_key_pair("fabrikam"))
    asked = saml.authn_request(party)
    with pytest.raises(SamlError) as refused:
        answer(party, send(visitor, asked), asked.message_id)
    assert refused.value.reason is Reason.UNDECRYPTABLE


def signed_in(microsoft: Sandbox, visitor: Browser, party: Party) -> saml.Assertion:
    """Ana signed in at the portal."""
    asked = saml.authn_request(party)
    return answer(party, send(visitor, asked), asked.message_id)


@pytest.mark.parametrize("binding", [Binding.REDIRECT, Binding.POST])
def test_a_logout_that_begins_here(microsoft: Sandbox, visitor: Browser, binding: Binding) -> None:
    configure(microsoft)
    party = make_party(microsoft, slo_binding=binding)
    ana = signed_in(microsoft, visitor, party)
    asked = saml.logout_request(
        party, name_id=ana.name_id, name_id_format=ana.name_id_format, session_index=ana.session_index
    )
    send(visitor, asked)
    came_back = urlsplit(visitor.left_for or "")
    assert came_back.path == "/sso/contoso/logout/"
    now = datetime.now(UTC)
    assert saml.read_logout_response(party, {}, Binding.REDIRECT, came_back.query, request_id=asked.message_id, now=now)
    visitor.open(saml.authn_request(party).url)
    assert visitor.heading == "Sign in to Contoso", "nobody is signed in there any more"


def test_a_logout_that_begins_there(microsoft: Sandbox, visitor: Browser) -> None:
    configure(microsoft)
    party = make_party(microsoft)
    ana = signed_in(microsoft, visitor, party)
    visitor.open("/saml/contoso.example/logout").press("Sign out everywhere")
    came = urlsplit(visitor.left_for or "")
    assert came.path == "/sso/contoso/logout/"
    asked = saml.read_logout_request(party, {}, Binding.REDIRECT, came.query, datetime.now(UTC))
    assert (asked.name_id, asked.session_indexes) == (ana.name_id, (ana.session_index,))
    assert asked.issuer == party.settings.entity_id
    (relay_state,) = parse_qs(came.query)["RelayState"]
    said = saml.logout_response(party, in_response_to=asked.message_id, succeeded=True, relay_state=relay_state)
    send(visitor, said)
    assert "Signed out everywhere" in visitor.text


def test_our_metadata_publishes_what_the_sandbox_needs(microsoft: Sandbox) -> None:
    party = make_party(microsoft)
    assert party.settings.slo_url == f"{microsoft.http}/saml/contoso.example/slo"
    configure(microsoft, verify_requests=True)
    xml = microsoft.client.get(f"{microsoft.http}/saml/contoso.example/metadata").content
    assert saml.parse_idp_metadata(xml).wants_signed_requests


@pytest.mark.parametrize(
    "options",
    [{"sp_certificates": ["x"]}, {"encrypt": True, "sp_certificates": []}, {"sign_assertion": False}],
)
def test_the_sandbox_refuses_options_that_cannot_be(microsoft: Sandbox, options: dict[str, object]) -> None:
    microsoft.control("PUT", "/tenants/contoso.example/saml", options, 400)
