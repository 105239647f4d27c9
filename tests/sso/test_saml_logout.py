"""Single logout believes only what the identity provider signed, for us, just now: in either binding."""

import base64
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from lxml import etree

from sso import saml
from sso.errors import Reason, SamlError
from sso.models import Binding, IdentityProvider
from sso.saml import LogoutAsked, Party
from tests.sandbox.running import PORTAL
from tests.sso.attacks.forging import ASSERTION, ISSUER, PROTOCOL, instant
from tests.sso.attacks.sealing import make_key_pair
from tests.sso.attacks.signing import DSIG, MORE, RSA_SHA256, Signer, make_signer, sign

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SLO = f"{PORTAL}/sso/contoso/logout/"
Change = Callable[[Any], None]


def make_party(signer: Signer | None = None) -> Party:
    """An account whose identity provider signs with this key."""
    certificate = (signer or make_signer("contoso")).certificate
    settings = IdentityProvider(entity_id=ISSUER, slo_url="https://login.contoso.example/slo", certificate=certificate)
    return Party("contoso", settings, make_key_pair())


def make_request(kind: str = "LogoutRequest") -> Any:
    """What the identity provider sends."""
    root = etree.Element(f"{{{PROTOCOL}}}{kind}", nsmap={"samlp": PROTOCOL, "saml": ASSERTION})
    head = {"ID": "_logout", "Version": "2.0", "IssueInstant": instant(NOW), "Destination": SLO}
    for name, value in head.items():
        root.set(name, value)
    etree.SubElement(root, f"{{{ASSERTION}}}Issuer").text = ISSUER
    if kind == "LogoutResponse":
        root.set("InResponseTo", "_ours")
        status = etree.SubElement(root, f"{{{PROTOCOL}}}Status")
        etree.SubElement(status, f"{{{PROTOCOL}}}StatusCode", Value="urn:oasis:names:tc:SAML:2.0:status:Success")
        return root
    etree.SubElement(root, f"{{{ASSERTION}}}NameID").text = "ana"
    etree.SubElement(root, f"{{{PROTOCOL}}}SessionIndex").text = "_one"
    etree.SubElement(root, f"{{{PROTOCOL}}}SessionIndex").text = "_two"
    return root


def deflated(xml: bytes) -> str:
    """As the Redirect binding packs it."""
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(xml) + packer.flush()).decode()


def make_query(
    root: Any,
    *,
    name: str = "SAMLRequest",
    algorithm: str = RSA_SHA256,
    signer: Signer | None = None,
    relay: str = "x y",
) -> str:
    """The query of the Redirect binding, signed."""
    text = urlencode({name: deflated(etree.tostring(root)), "RelayState": "x y", "SigAlg": algorithm})
    key = (signer or make_signer("contoso")).key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        first, second = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        value = first.to_bytes(32) + second.to_bytes(32)
    else:
        weak = algorithm.endswith("sha1")
        value = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA1() if weak else hashes.SHA256())  # noqa: S303
    return f"{text}&Signature={quote(base64.b64encode(value).decode(), safe='')}"


def by_redirect(query: str, party: Party | None = None) -> LogoutAsked:
    return saml.read_logout_request(party or make_party(), {}, Binding.REDIRECT, query, NOW)


def by_post(root: Any) -> LogoutAsked:
    fields = {"SAMLRequest": base64.b64encode(etree.tostring(root)).decode()}
    return saml.read_logout_request(make_party(), fields, Binding.POST, "", NOW)


def signed(root: Any, name: str = "contoso") -> Any:
    sign(root, make_signer(name))
    return root


def refused(work: Callable[[], object]) -> Reason:
    with pytest.raises(SamlError) as error:
        work()
    return error.value.reason


def test_both_bindings_say_whom_to_sign_out() -> None:
    asked = LogoutAsked("_logout", ISSUER, "ana", ("_one", "_two"))
    assert by_redirect(make_query(make_request())) == asked
    assert by_post(signed(make_request())) == asked


def test_a_signature_of_a_curve() -> None:
    signer = make_signer("contoso of curves", "ec")
    query = make_query(make_request(), algorithm=f"{MORE}ecdsa-sha256", signer=signer)
    assert by_redirect(query, make_party(signer)).name_id == "ana"


def set_destination(root: Any) -> None:
    root.set("Destination", f"{SLO}more/")


CHANGES: list[tuple[str, Change, Reason]] = [
    ("another issuer", lambda root: set_text(root, "https://evil.example/"), Reason.WRONG_ISSUER),
    ("another destination", set_destination, Reason.WRONG_RECIPIENT),
    ("no destination", lambda root: root.attrib.pop("Destination"), Reason.WRONG_RECIPIENT),
    ("too old", lambda root: root.set("IssueInstant", instant(NOW - timedelta(minutes=9))), Reason.NOT_IN_TIME),
    ("not yet", lambda root: root.set("IssueInstant", instant(NOW + timedelta(minutes=4))), Reason.NOT_IN_TIME),
    ("ended", lambda root: root.set("NotOnOrAfter", instant(NOW - timedelta(minutes=4))), Reason.NOT_IN_TIME),
    ("no name id", lambda root: root.remove(root[1]), Reason.MALFORMED),
    ("another version", lambda root: root.set("Version", "1.1"), Reason.MALFORMED),
    ("an assertion", lambda root: root.append(etree.Element(f"{{{ASSERTION}}}Assertion")), Reason.MALFORMED),
    ("another message", lambda root: setattr(root, "tag", f"{{{PROTOCOL}}}ManageNameIDRequest"), Reason.MALFORMED),
]


def set_text(root: Any, text: str) -> None:
    root[0].text = text


@pytest.mark.parametrize(("change", "reason"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES])
def test_what_it_says_is_checked_exactly(change: Change, reason: Reason) -> None:
    plain, enveloped = make_request(), make_request()
    change(plain)
    change(enveloped)
    assert refused(lambda: by_redirect(make_query(plain))) == reason
    assert refused(lambda: by_post(signed(enveloped))) == reason


GOOD = make_query(make_request())
QUERIES = {
    "unsigned": (GOOD.partition("&SigAlg")[0], Reason.UNSIGNED),
    "signature stripped": (GOOD.partition("&Signature")[0], Reason.UNSIGNED),
    "another relay state": (GOOD.replace("x+y", "evil"), Reason.BAD_SIGNATURE),
    "relay state taken out": (GOOD.replace("&RelayState=x+y", ""), Reason.BAD_SIGNATURE),
    "written in another way": (GOOD.replace("x+y", "x%20y"), Reason.BAD_SIGNATURE),
    "relay state twice": (f"{GOOD}&RelayState=evil", Reason.MALFORMED),
    "the message twice": (f"SAMLRequest=evil&{GOOD}", Reason.MALFORMED),
    "the message in disguise": (f"%53AMLRequest=evil&{GOOD}", Reason.MALFORMED),
    "an answer beside": (f"{GOOD}&SAMLResponse=evil", Reason.MALFORMED),
    "SHA-1": (make_query(make_request(), algorithm=f"{DSIG}rsa-sha1"), Reason.WEAK_ALGORITHM),
    "an unknown algorithm": (make_query(make_request(), algorithm="urn:none"), Reason.WEAK_ALGORITHM),
    "a curve that is none": (make_query(make_request(), algorithm=f"{MORE}ecdsa-sha256"), Reason.BAD_SIGNATURE),
    "another key": (make_query(make_request(), signer=make_signer("a stranger")), Reason.BAD_SIGNATURE),
    "no base64": (f"{GOOD.partition('&Signature')[0]}&Signature=%25", Reason.MALFORMED),
    "nothing": ("", Reason.MALFORMED),
    "no such parameter": (make_query(make_request(), name="SAMLArt"), Reason.MALFORMED),
    "a signature inside": (make_query(signed(make_request())), Reason.MALFORMED),
}


@pytest.mark.parametrize(("query", "reason"), QUERIES.values(), ids=QUERIES.keys())
def test_the_query_is_signed_as_it_came(query: str, reason: Reason) -> None:
    assert refused(lambda: by_redirect(query)) == reason


def test_the_order_of_a_query_does_not_matter() -> None:
    first, *rest = GOOD.split("&")
    assert by_redirect("&".join([*rest, "utm_source=mail", first])).name_id == "ana"


def test_what_inflates_without_end() -> None:
    bomb = zlib.compressobj(9, wbits=-15)
    text = base64.b64encode(bomb.compress(bytes(30_000_000)) + bomb.flush()).decode()
    query = urlencode({"SAMLRequest": text, "SigAlg": RSA_SHA256})
    key: Any = make_signer("contoso").key
    value = base64.b64encode(key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    assert refused(lambda: by_redirect(f"{query}&{urlencode({'Signature': value})}")) == Reason.TOO_LARGE


def test_a_certificate_that_cannot_be_read_fits_nothing() -> None:
    party = make_party()
    party.settings.certificate = "QUJD"
    assert refused(lambda: by_redirect(GOOD, party)) == Reason.BAD_SIGNATURE
    fields = {"SAMLRequest": base64.b64encode(etree.tostring(signed(make_request()))).decode()}
    assert refused(lambda: saml.read_logout_request(party, fields, Binding.POST, "", NOW)) == Reason.BAD_SIGNATURE


def test_a_post_must_be_signed_by_the_provider() -> None:
    assert refused(lambda: by_post(make_request())) == Reason.UNSIGNED
    assert refused(lambda: by_post(signed(make_request(), "a stranger"))) == Reason.BAD_SIGNATURE
    changed = signed(make_request())
    changed.find(f"{{{ASSERTION}}}NameID").text = "dana"
    assert refused(lambda: by_post(changed)) == Reason.BAD_SIGNATURE
    assert refused(lambda: saml.read_logout_request(make_party(), {}, Binding.POST, GOOD, NOW)) == Reason.MALFORMED


def answered(root: Any, request_id: str = "_ours") -> bool:
    query = make_query(root, name="SAMLResponse")
    return saml.read_logout_response(make_party(), {}, Binding.REDIRECT, query, request_id=request_id, now=NOW)


def test_an_answer_says_whether_it_succeeded() -> None:
    good, bad = make_request("LogoutResponse"), make_request("LogoutResponse")
    bad[-1][0].set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
    assert answered(good)
    assert not answered(bad)
    fields = {"SAMLResponse": base64.b64encode(etree.tostring(signed(good))).decode()}
    assert saml.read_logout_response(make_party(), fields, Binding.POST, "", request_id="_ours", now=NOW)


@pytest.mark.parametrize("request_id", ["_another", ""])
def test_an_answer_to_another_request(request_id: str) -> None:
    assert refused(lambda: answered(make_request("LogoutResponse"), request_id)) == Reason.UNKNOWN_REQUEST


def test_ours_are_signed_or_not_sent() -> None:
    keyless = Party("contoso", make_party().settings)
    with pytest.raises(saml.NoKeyError):
        saml.logout_request(keyless, name_id="ana", name_id_format="", session_index="")
    with pytest.raises(saml.NoKeyError):
        saml.logout_response(keyless, in_response_to="_theirs", succeeded=True, relay_state="")
