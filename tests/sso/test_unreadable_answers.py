"""Posts that are no answer at all: refused like any other, and never an error of ours."""

import base64
import io
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory

from accounts.models import AuditAction, AuditEvent
from portal.wsgi import application
from sso.errors import Reason
from sso.models import IdentityProvider
from tests.makers import make_account
from tests.pages import Page
from tests.sso.making import (
    FORM,
    REFERENCE,
    Answer,
    assert_nobody,
    assert_refused,
    make_provider,
    post,
)

pytestmark = pytest.mark.django_db

ACS = "/sso/contoso/acs/"


@pytest.fixture(autouse=True)
def _contoso() -> None:
    """A company with an identity provider that is not asked here."""
    make_provider(make_account())


def post_text(message: str) -> Page:
    """Anything at all as the message."""
    return post(Answer(ACS, message))


def encoded(text: str) -> str:
    """As SAML's POST binding carries it."""
    return base64.b64encode(text.encode()).decode()


DOCTYPE = '<!DOCTYPE r [<!ENTITY e "dana">]><r xmlns="urn:oasis:names:tc:SAML:2.0:protocol">&e;</r>'
BODIES: list[tuple[str, str, Reason]] = [
    ("nothing", "", Reason.MALFORMED),
    ("no base64", "%%%", Reason.MALFORMED),
    ("no ASCII", "größe", Reason.MALFORMED),
    ("no XML", encoded("This is no SAML response."), Reason.MALFORMED),
    ("half of it", encoded("<samlp:Response"), Reason.MALFORMED),
    ("other XML", encoded("<a/>"), Reason.MALFORMED),
    ("a DOCTYPE", encoded(DOCTYPE), Reason.MALFORMED),
    ("a DOCTYPE in UTF-16", base64.b64encode(DOCTYPE.encode("utf-16")).decode(), Reason.MALFORMED),
    ("a megabyte", encoded("<r>" + "a" * 1_000_000 + "</r>"), Reason.TOO_LARGE),
    ("five megabytes", "QUJD" * 1_250_000, Reason.TOO_LARGE),
]


@pytest.mark.parametrize(("message", "reason"), [pytest.param(*row[1:], id=row[0]) for row in BODIES])
def test_a_body_that_is(client: Client, message: str, reason: Reason) -> None:
    assert_refused(post_text(message), reason)
    assert_nobody(client)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("SAMLResponse=%FF%FE", f"{FORM}; charset=utf-16"),
        ("--b\r\nContent-Disposition: form-data; name*=none''SAMLResponse\r\n\r\nx\r\n--b--",
         "multipart/form-data; boundary=b"),
        ("--b\r\n" + "X-A: b\r\n" * 20_000 + "\r\nx\r\n--b--", "multipart/form-data; boundary=b"),
        ("SAMLResponse", "multipart/form-data; boundary="),
        ("SAMLResponse", "multipart/form-data; boundary=" + "b" * 300),
        ("a=1&" * 1001, FORM),
        ("SAMLResponse=" + "A" * 5_000_000, FORM),
        ('--b\r\nContent-Disposition: form-data; name="SAMLResponse"\r\n\r\n' + "A" * 5_000_000 + "\r\n--b--",
         "multipart/form-data; boundary=b"),
    ],
    ids=[
        "in UTF-16", "with a name in no charset", "with 20,000 headers", "without a boundary", "with a long boundary",
        "of 1,001 fields", "of 5 MB", "of 5 MB in parts",
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_read(client: Client, body: str, content_type: str) -> None:
    refused = client.post(ACS, body, content_type=content_type)
    assert_refused(refused, Reason.TOO_LARGE if len(body) > 1_000_000 else Reason.MALFORMED)
    assert_nobody(client)


def test_two_messages_in_one_form(client: Client) -> None:
    refused = client.post(ACS, urlencode([("SAMLResponse", "QQ=="), ("SAMLResponse", "QQ==")]), content_type=FORM)
    assert assert_refused(refused, Reason.MALFORMED).reason == "several messages in one form"


def test_the_rest_of_a_refused_body_is_taken_off_the_connection() -> None:
    body = io.BytesIO(b"SAMLResponse=" + b"A" * 5_000_000)
    status, _page = call(body, CONTENT_LENGTH=str(len(body.getvalue())), CONTENT_TYPE=FORM)
    assert status == "403 Forbidden"
    assert not body.read(), "what a server leaves unread can reset the connection before our page is seen"


def test_a_content_type_that_cannot_be_read() -> None:
    status, page = call(io.BytesIO(b"SAMLResponse=QQ%3D%3D"), CONTENT_TYPE=f"{FORM}; charset*=x''y")
    assert status == "403 Forbidden"
    assert REFERENCE.search(page)


def call(body: io.BytesIO, **environ: str) -> tuple[str, str]:
    """Post to the whole portal, as a server calls it: the status and the page."""
    known = RequestFactory().post(ACS).environ
    statuses: list[str] = []
    environ = {"CONTENT_LENGTH": str(len(body.getvalue())), **environ}
    request_started.disconnect(close_old_connections)  # the test's own, whose transaction it is in
    try:
        answer = application({**known, **environ, "wsgi.input": body}, lambda status, _headers: statuses.append(status))
    finally:
        request_started.connect(close_old_connections)
    return statuses[0], b"".join(answer).decode()


def test_a_post_of_nothing(client: Client) -> None:
    assert_refused(client.post(ACS), Reason.MALFORMED)
    assert_nobody(client)


def test_the_address_for_answers_takes_posts_only(client: Client) -> None:
    assert client.get(ACS).status_code == 405
    assert not AuditEvent.objects.filter(action=AuditAction.SIGN_IN_REFUSED).exists()


@pytest.mark.parametrize("handle", ["", "made-up", "\0", "é" * 3000])
def test_finishing_what_never_began(client: Client, handle: str) -> None:
    assert_refused(client.get(f"/sso/contoso/finish/?{urlencode({'handle': handle})}"), Reason.REPLAYED)
    assert_nobody(client)


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("/sso/contoso/login/"),
        lambda client: client.get("/sso/contoso/finish/?handle=made-up"),
        lambda client: client.post(ACS),
    ],
    ids=["login", "finish", "answer"],
)
def test_a_company_without_single_sign_on(client: Client, ask: Callable[[Client], Page]) -> None:
    IdentityProvider.objects.all().delete()
    refused = ask(client)
    assert_refused(refused, Reason.NOT_CONFIGURED)
    assert "Sign in with your e-mail and password" in refused.content.decode()
    assert_nobody(client)
