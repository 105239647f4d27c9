"""What counts as a domain that an account could have, and in which spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso.domains.names import DomainNameError, domain_name, shown


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("contoso.com", "contoso.com"),
        ("  Contoso.COM. ", "contoso.com"),
        ("@contoso.com", "contoso.com"),
        ("mail.contoso.co.uk", "mail.contoso.co.uk"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("例え.jp", "xn--r8jz45g.jp"),
    ],
)
def test_one_spelling(typed: str, name: str) -> None:
    assert domain_name(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", ".", "contoso", "localhost", "printer.local", "10.0.0.1", "1.2.3.4.5", "[::1]", "2001:db8::1",
        "ana@contoso.com", "https://contoso.com", "contoso.com/", "contoso.com:443", "a..b", "-a.com", "a_b.com",
        "a b.com", "a.com\nb.com", "*.contoso.com", "x" * 64 + ".com", ".".join(["abcdefghi"] * 30), "con\0toso.com",
        "xn--a.com", "<script>.com",
    ],
)  # fmt: skip
def test_no_domain(typed: str) -> None:
    with pytest.raises(DomainNameError):
        domain_name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "gmail.com", "GMail.com", "outlook.com", "hotmail.co.uk", "yahoo.com", "yahoo.co.jp", "icloud.com", "proton.me",
        "gmx.net", "web.de", "qq.com", "163.com", "mail.ru", "foo.gmail.com", "contoso.onmicrosoft.com", "t-online.de",
    ],
)  # fmt: skip
def test_public_mail_services_are_nobodys(typed: str) -> None:
    with pytest.raises(DomainNameError, match="public mail service"):
        domain_name(typed)


def test_names_that_only_look_like_theirs_are_fine() -> None:
    assert domain_name("notgmail.com") == "notgmail.com"
    assert domain_name("gmail.com.contoso.example") == "gmail.com.contoso.example"


def test_people_read_their_own_script() -> None:
    assert shown("xn--bcher-kva.example") == "bücher.example"
    assert shown("contoso.com") == "contoso.com"
    assert shown("xn--999999999.example") == "xn--999999999.example"


@given(st.text(max_size=300))
def test_anything_typed_is_a_domain_or_refused(typed: str) -> None:
    try:
        name = domain_name(typed)
    except DomainNameError:
        return
    assert name.isascii()
    assert name == name.lower() == domain_name(name)
    assert len(name) <= 253
