"""One mail to each: a bad address keeps nobody's mail, and nobody gets the same mail twice for it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django.fixtures import Settings

from accounts.mailing import Sent, send_to_each

ANA, BO, LEE = "ana@contoso.example", "bo@contoso.example", "lee@contoso.example"


class Postman(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs; `refused` addresses get that answer."""

    refused: dict[str, str] = {}
    taken: list[str] = []

    def handle(self) -> None:
        """One conversation."""
        self._say("220 ready")
        address, in_mail = "", False
        for line in self.rfile:
            text = line.decode().strip()
            if in_mail:
                in_mail = text != "."
                if not in_mail:
                    self.taken.append(address)
                    self._say("250 taken")
            elif text.upper().startswith("RCPT"):
                address = text.partition("<")[2].rstrip(">")
                self._say(self.refused.get(address, "250 fine"))
            elif text.upper() == "DATA":
                in_mail = True
                self._say("354 go on")
            else:
                self._say("221 bye" if text.upper() == "QUIT" else "250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(settings: Settings, **refused: str) -> Iterator[list[str]]:
    """A mail server that refuses these people; who got mail."""
    whom = {f"{name}@contoso.example": answer for name, answer in refused.items()}
    handler = type("ThisPostman", (Postman,), {"refused": whom, "taken": []})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.server_address[1], False
        yield handler.taken  # type: ignore[attr-defined] # made above
        server.shutdown()


def test_a_refused_address_in_the_middle_costs_nobody_a_mail_and_is_done_with(settings: Settings) -> None:
    with mail_server(settings, lee="550 no such user") as taken:
        sent = send_to_each("Hello", "World", [ANA, LEE, BO])
    assert taken == [ANA, BO]
    assert sent == Sent(taken=2)
    assert not sent.is_worth_another_try


def test_a_server_that_asks_to_wait_is_asked_again_where_nobody_was_reached(settings: Settings) -> None:
    with mail_server(settings, lee="450 later") as taken:
        assert send_to_each("Hello", "World", [LEE]).is_worth_another_try
        assert not send_to_each("Hello", "World", [LEE, ANA]).is_worth_another_try, "or Ana would get it twice"
    assert taken == [ANA]


def test_a_server_that_is_away_is_asked_again(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 9, False
    assert send_to_each("Hello", "World", [ANA]).is_worth_another_try


@pytest.mark.parametrize("address", ["pat@ـx.example", "not\nan@address.example"])
def test_an_address_that_no_mail_can_have_is_done_with(settings: Settings, address: str) -> None:
    with mail_server(settings) as taken:
        assert not send_to_each("Hello", "World", [address]).is_worth_another_try
        assert send_to_each("Hello", "World", [address, BO]).taken == 1
    assert taken == [BO]
