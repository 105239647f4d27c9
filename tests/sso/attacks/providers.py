"""Responses in the shapes in which identity providers send them, made by hand and signed with signxml or by hand.

What differs: prefixes, what is signed, prefix lists, times with and without fractions, names of attributes, the order
of statements, what KeyInfo holds.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from signxml import methods
from signxml.signer import XMLSigner

from tests.sso.attacks.signing import DSIG, EXCLUSIVE, make_signer, sign

SHAPES_FOLDER = Path(__file__).parent / "shapes"


@dataclass(frozen=True)
class Shape:
    """How an identity provider writes and signs."""

    file: str
    issuer: str
    signed: tuple[str, ...]
    name_id: str
    groups: tuple[str, tuple[str, ...]]
    prefixes: str = ""
    signature_prefix: str | None = "ds"
    key_value: bool = False
    key_name: str = ""


SHAPES = {
    "Entra ID": Shape(
        "entra",
        "https://sts.windows.net/11111111-aaaa-4bbb-8ccc-000000000001/",
        ("Assertion",),
        "k3Jx0-ana",
        ("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", ("0a1b-sales", "0a1b-interns")),
        signature_prefix=None,
    ),
    "Okta": Shape(
        "okta",
        "http://www.okta.com/exk1fcia6",
        ("Assertion", "Response"),
        "ana@contoso.example",
        ("firstName", ("Ana",)),
        "xs",
    ),
    "Ping": Shape(
        "ping",
        "https://sso.contoso.example/ping",
        ("Response",),
        "ana@contoso.example",
        ("memberOf", ("CN=Sales,DC=contoso",)),
    ),
    "Keycloak": Shape(
        "keycloak",
        "https://keycloak.contoso.example/realms/contoso",
        ("Assertion", "Response"),
        "G-5b0a-keycloak",
        ("Role", ("offline_access", "sales")),
        signature_prefix="dsig",
        key_value=True,
        key_name="L2GoMcKbzJpUwY_keycloak",
    ),
    "ADFS": Shape(
        "adfs",
        "http://adfs.contoso.example/adfs/services/trust",
        ("Assertion",),
        "CONTOSO\\ana",
        ("http://schemas.xmlsoap.org/claims/Group", ("Domain Users",)),
    ),
}


def unsigned(shape: Shape, request_id: str, acs: str, audience: str) -> Any:
    """What is said, with marks where signatures will stand."""
    values = {"request": request_id, "acs": acs, "audience": audience, "issuer": shape.issuer}
    text = (SHAPES_FOLDER / f"{shape.file}.xml").read_text() % values
    return etree.fromstring(text.strip().replace("\n</saml", "</saml").encode())


def assertion_in(root: Any) -> Any:
    """The assertion of a response."""
    return next(node for node in root if node.tag.endswith("}Assertion"))


def marked(shape: Shape, root: Any, *names: str) -> Any:
    """With marks for these signatures and no others, each after its issuer."""
    for node in list(root.iter(f"{{{DSIG}}}Signature")):
        node.getparent().remove(node)
    prefixes: Any = {shape.signature_prefix: DSIG}
    for name in names:
        mark = etree.Element(f"{{{DSIG}}}Signature", Id="placeholder", nsmap=prefixes)
        (root if name == "Response" else assertion_in(root)).insert(1, mark)
    return root


def signed(shape: Shape, root: Any, *names: str) -> Any:
    """Signed, first the assertion and then the response, where that has marks for it."""
    for name in names or shape.signed:
        target = root if name == "Response" else assertion_in(root)
        fresh = _sign_by_hand(shape, target) if shape.prefixes else _sign(shape, target)
        if target is root:
            root = fresh
        elif fresh is not target:
            root.replace(target, fresh)
    return root


def _sign(shape: Shape, element: Any) -> Any:
    key = make_signer("contoso")
    signer = XMLSigner(methods.enveloped, "rsa-sha256", "sha256", EXCLUSIVE)
    namespaces: Any = {shape.signature_prefix: DSIG}  # signxml's types leave the default namespace out
    signer.namespaces = namespaces
    done: Any = signer.sign(
        element,
        key=key.key,
        cert=f"-----BEGIN CERTIFICATE-----\n{key.certificate}\n-----END CERTIFICATE-----\n",
        reference_uri=f"#{element.get('ID')}",
        always_add_key_value=shape.key_value,
    )
    if shape.key_name:
        name = etree.Element(f"{{{DSIG}}}KeyName", nsmap=namespaces)
        name.text = shape.key_name
        done.find(f"{{{DSIG}}}Signature/{{{DSIG}}}KeyInfo").insert(0, name)
    return done


def _sign_by_hand(shape: Shape, element: Any) -> Any:
    """signxml writes no list of prefixes into an enveloped signature."""
    mark = element.find(f"{{{DSIG}}}Signature")
    element.remove(mark)
    sign(element, make_signer("contoso"), prefixes=shape.prefixes)
    return element
