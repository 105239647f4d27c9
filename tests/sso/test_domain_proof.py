"""Proving a domain: a TXT record asked of a real name server, or a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dns.rcode
import pytest
import time_machine
import trustme
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, AuditAction, AuditEvent, Domain
from sso.domains import proof
from sso.domains.web_file import FileError, text_at
from sso.models import DomainProof
from tests.accounts.making_history import make_owner, signed_in, text_of
from tests.accounts.making_servers import Answer, Server, serving, whole
from tests.makers import make_account
from tests.sso.name_server import NameServer, name_server

pytestmark = pytest.mark.django_db

NAME = "_atrium-challenge.contoso-group.example"


@pytest.fixture
def names(settings: Settings) -> Iterator[NameServer]:
    """The name server that the portal asks."""
    with name_server() as running:
        settings.DNS_RESOLVER = running.address
        yield running


def make_domain(account: Account, name: str = "contoso-group.example") -> Domain:
    """A domain that is to be proven."""
    domain = Domain.objects.create(account=account, name=name)
    DomainProof.objects.create(domain=domain, token=f"token-of-{account.vanity}")
    return domain


def check(client: Client, domain: Domain) -> str:
    """Press "Check now", and read the page that follows."""
    answer = client.post(f"/account/sso/domains/{domain.pk}/check/", follow=True)
    assert answer.status_code == 200
    domain.refresh_from_db()
    return text_of(answer)


def test_the_record_proves_it(names: NameServer) -> None:
    dana = make_owner()
    domain = make_domain(dana.account)
    names.records[NAME] = ["something else", "atrium-domain-proof=token-of-contoso"]
    assert "is proven by its DNS record" in check(signed_in(dana), domain)
    assert domain.proven_at is not None
    event = AuditEvent.objects.get(action=AuditAction.DOMAIN_PROVEN)
    assert (event.actor, event.target_label, event.after) == (dana, "contoso-group.example", {"method": "dns"})
    assert names.asked == [NAME]


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ({}, "No TXT record was found yet."),
        ({NAME: ["atrium-domain-proof=token-of-fabrikam"]}, "There is a TXT record at this name, with another value."),
        ({NAME: ["xatrium-domain-proof=token-of-contoso"]}, "with another value."),
        ({NAME: ["y" * 700]}, "with another value."),
        ({"contoso-group.example": ["atrium-domain-proof=token-of-contoso"]}, "No TXT record was found yet."),
    ],
)
def test_anything_else_does_not(names: NameServer, records: dict[str, list[str]], said: str) -> None:
    dana = make_owner()
    domain = make_domain(dana.account)
    names.records.update(records)
    page = check(signed_in(dana), domain)
    assert "Not proven yet." in page
    assert said in page
    assert domain.proven_at is None
    assert not AuditEvent.objects.filter(action=AuditAction.DOMAIN_PROVEN).exists()


def test_a_name_server_in_trouble_is_said(names: NameServer) -> None:
    dana = make_owner()
    names.rcode = dns.rcode.SERVFAIL
    assert "answered with an error" in check(signed_in(dana), make_domain(dana.account))


def test_it_is_not_checked_again_at_once(names: NameServer) -> None:
    dana = make_owner()
    client, domain = signed_in(dana), make_domain(dana.account)
    check(client, domain)
    assert "It was checked a moment ago" in check(client, domain)
    assert len(names.asked) == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=6)):
        check(client, domain)
    assert len(names.asked) == 2


def test_one_account_only_and_the_other_is_not_named(names: NameServer) -> None:
    dana = make_owner()
    domain = make_domain(dana.account)
    Domain.objects.create(account=make_account("fabrikam"), name=domain.name, proven_at=timezone.now())
    names.records[NAME] = ["atrium-domain-proof=token-of-contoso"]
    page = check(signed_in(dana), domain)
    assert "another account has proven this domain already" in page
    assert "fabrikam" not in page.lower()
    assert domain.proven_at is None


def test_another_companys_domain_is_not_there(names: NameServer) -> None:
    theirs = make_domain(make_account("fabrikam"))
    client = signed_in(make_owner())
    assert client.post(f"/account/sso/domains/{theirs.pk}/check/").status_code == 404
    assert names.asked == []


def no_record(_name: str) -> list[str]:
    """A name server without the record."""
    return []


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("atrium-domain-proof=secret", "file"),
        ("atrium-domain-proof=secret\r\n", "file"),
        ("atrium-domain-proof=another", ""),
        ("<html>atrium-domain-proof=secret</html>", ""),
        ("", ""),
    ],
)
def test_the_file_proves_it_with_exactly_its_content(text: str, method: str) -> None:
    asked = []

    def read(url: str) -> str:
        asked.append(url)
        return text

    outcome = proof.look_for("contoso.example", "secret", look_up=no_record, read=read)
    assert outcome.method == method
    assert asked == ["https://contoso.example/.well-known/atrium-domain-proof.txt"]


@dataclass
class WebSite:
    """A company's web server, by real TLS: its certificate is for `localhost`, and the operator named its address."""

    domain: str
    server: Server


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Whose certificates are believed."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


@contextmanager
def web_site(settings: Settings, authority: trustme.CA, answer: Answer, name: str = "localhost") -> Iterator[WebSite]:
    """One that says the same to everybody. Its domain carries a port, since the tests may not listen on 443."""
    with serving(answer, authority=authority, name=name) as server:
        domain = f"localhost:{server.port}"
        settings.PRIVATE_URLS_ALLOWED = {f"https://{domain}"}
        yield WebSite(domain, server)


def test_the_file_is_fetched_by_https_from_the_domain_itself(
    names: NameServer, settings: Settings, authority: trustme.CA
) -> None:
    dana = make_owner()
    with web_site(settings, authority, whole(b"atrium-domain-proof=token-of-contoso\n")) as site:
        domain = make_domain(dana.account, site.domain)
        assert "is proven by" in check(signed_in(dana), domain)
    assert domain.proven_at is not None
    assert AuditEvent.objects.get(action=AuditAction.DOMAIN_PROVEN).after == {"method": "file"}
    assert site.server.requests[0].startswith("GET /.well-known/atrium-domain-proof.txt HTTP/1.1\r\n")
    assert site.server.names == ["localhost"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (whole(b"atrium-domain-proof=token-of-fabrikam"), "There is a file, with another content."),
        (whole(b"<html>" + b" " * 2000 + b"atrium-domain-proof=token-of-contoso"), "sent more than 1 kB"),
        (whole(b"atrium-domain-proof=token-of-contoso", "404 Not Found"), "answered with the error 404"),
        (whole(b"", "302 Found", "Location: https://elsewhere.example/"), "leads on to another address"),
    ],
)
def test_another_answer_of_the_web_server_proves_nothing(
    names: NameServer, settings: Settings, authority: trustme.CA, answer: Answer, said: str
) -> None:
    dana = make_owner()
    with web_site(settings, authority, answer) as site:
        domain = make_domain(dana.account, site.domain)
        assert said in check(signed_in(dana), domain)
    assert domain.proven_at is None


def test_a_certificate_of_another_name_proves_nothing(
    names: NameServer, settings: Settings, authority: trustme.CA
) -> None:
    dana = make_owner()
    good = whole(b"atrium-domain-proof=token-of-contoso")
    with web_site(settings, authority, good, name="elsewhere.example") as site:
        domain = make_domain(dana.account, site.domain)
        assert "no certificate that is valid for its name" in check(signed_in(dana), domain)
    assert domain.proven_at is None


def test_a_file_in_a_private_network_is_not_fetched() -> None:
    with pytest.raises(FileError, match="private network"):
        text_at("https://127.0.0.1/.well-known/atrium-domain-proof.txt")


def test_what_is_missing_is_said_of_both() -> None:
    def read(_url: str) -> str:
        raise FileError("The file was not found: no server.")

    outcome = proof.look_for("contoso.example", "secret", look_up=no_record, read=read)
    assert outcome.problem == "No TXT record was found yet. The file was not found: no server."
