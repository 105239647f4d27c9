"""What opens doors is not in the log, and what no browser of ours has is not looked up."""

import logging

import pytest
from django.test import Client

from portal.logs import LineFormatter, redacted


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /invitation/eyJ1c2VyIjo0fQ:1w2:abc/ 200", "GET /invitation/[token]/ 200"),
        ("/password-reset/MQ/c8k-0123456789abcdef/ twice", "/password-reset/MQ/[token]/ twice"),
        ("refused '/sso/contoso/confirm/Tok-en_1/'", "refused '/sso/contoso/confirm/[token]/'"),
        ("GET /password-reset/sent/ 200", "GET /password-reset/sent/ 200"),
        ("GET /users/7/ 200", "GET /users/7/ 200"),
        ("GET /consent/eyJsaW5rIjo3fQ:1w2:abc/result/ 200", "GET /consent/[token]/result/ 200"),
        ("at http://localhost/consent/eyJsaW5rIjo3fQ:1w2/", "at http://localhost/consent/[token]/"),
        ("POST /rooms/calendar-integration/consent/mail/", "POST /rooms/calendar-integration/consent/mail/"),
        ("/office365/callback/?code=1.AXoA&state=s", "/office365/callback/?code=[token]&state=s"),
    ],
)
def test_tokens_in_addresses_are_left_out(line: str, kept: str) -> None:
    assert redacted(line) == kept
    record = logging.LogRecord("portal", logging.INFO, __file__, 1, "%s", (line,), None)
    assert LineFormatter("{message}", style="{").format(record) == kept


@pytest.mark.django_db
def test_a_cookie_with_a_nul_is_nobodys(client: Client) -> None:
    client.cookies["sessionid"] = "\0aaaa"
    assert client.get("/profile/").status_code == 302


@pytest.mark.django_db
def test_a_fragments_page_that_is_no_address_leads_to_the_sign_in_page(client: Client) -> None:
    answer = client.get("/profile/", headers={"HX-Request": "true", "HX-Current-URL": "http://["})
    assert answer["HX-Redirect"] == "/sign-in/"
