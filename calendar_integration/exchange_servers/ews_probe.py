"""Whether an Exchange server can be reached at an EWS URL, and takes tokens: one question, before the address is used.

https://learn.microsoft.com/exchange/hybrid-deployment/hybrid-modern-auth-overview
Nothing secret is sent. An Exchange server with OAuth answers 401 and names itself in its challenge; anything else is
explained to whoever typed the address.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.urls import reverse

from accounts.safe_http import NotReachableError, Reply, Resolver, UnsafeUrlError, greet, system_resolver
from accounts.tiered_settings.kinds import ImpossibleValueError
from calendar_integration import ews_url

PATIENCE = 5.0  # seconds for everything together, once there is a place
WAIT = 2.0  # seconds for a place: somebody looks at an empty page meanwhile
AT_ONCE = 3  # questions of a process, so that slow servers hold up no pages
BUSY = "Atrium is asking other Exchange servers just now. Try again in a minute."
GUIDE = "exchange-hybrid"
# What every Exchange server calls itself, in the cloud and in companies.
EXCHANGE_ID = "00000002-0000-0ff1-ce00-000000000000"
# A token that is none: Exchange servers name Bearer to those who offer it, and the others only to some.
EMPTY_TOKEN = {"Authorization": "Bearer"}
# Whoever tries addresses out takes no place of those who come back from Microsoft, with a code that is used up by then.
FOR_TRIALS, FOR_CALLBACKS = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(AT_ONCE)


class UnfitServerError(ImpossibleValueError):
    """Nobody could connect with this address; the message is for whoever typed it."""


class BusyError(UnfitServerError):
    """The server was not asked: too many others are being asked."""

    def __init__(self) -> None:
        super().__init__(BUSY)


class NotHybridError(UnfitServerError):
    """The server, or the company's Exchange, is not set up for it; there is a guide to that."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.help_path = reverse("guide", args=[GUIDE])


def check(
    url: str,
    *,
    places: threading.BoundedSemaphore = FOR_TRIALS,
    wait: float = WAIT,
    patience: float = PATIENCE,
    resolver: Resolver = system_resolver,
) -> None:
    """Ask the server at a canonical EWS URL; it is looked up once, and the checked address is connected to.

    It waits for the network, and before that at most `wait` seconds for one of the `places`: call it outside
    transactions. Raises UnfitServerError, and as one of these BusyError where there was no place.
    """
    host = ews_url.host_of(url)
    try:
        with _one_of(places, wait):
            reply = greet(url, EMPTY_TOKEN, patience=patience, resolver=resolver)
    except NotReachableError as error:
        # Whether there is such a name inside the networks we stand in is nobody's to find out by asking us.
        raise UnfitServerError(
            f"There is no Exchange server at {host} that Atrium can reach from the internet."
        ) from error
    except UnsafeUrlError as error:
        raise UnfitServerError(f"The Exchange server cannot be used: {error}") from error
    _refuse_redirect(host, reply)
    if reply.status != 401:
        raise UnfitServerError(_not_exchange(host, reply.status))
    _refuse_without_oauth(host, reply.challenges)


@contextmanager
def _one_of(places: threading.BoundedSemaphore, wait: float) -> Iterator[None]:
    if not places.acquire(timeout=wait):
        raise BusyError
    try:
        yield
    finally:
        places.release()


def _refuse_redirect(host: str, reply: Reply) -> None:
    if not 300 <= reply.status < 400:
        return
    leads_to = (_host_of(reply.location) or host).lower()
    if ews_url.is_microsofts(leads_to):
        raise NotHybridError(f"{host} leads on to Microsoft: {ews_url.in_exchange_online(leads_to)}")
    raise UnfitServerError(f"{host} leads on to another address. Type the address that the Exchange server has itself.")


def _host_of(location: str) -> str:
    try:
        return urlsplit(location).hostname or ""
    except ValueError:
        return ""


def _not_exchange(host: str, status: int) -> str:
    if status in (404, 405, 410):
        return (
            f"{host} answers, but there is no Exchange Web Services at this path; normally it is {ews_url.NORMAL_PATH}."
        )
    if status == 403:
        return f"{host} answers, but does not let Atrium in (403). Exchange Web Services may be switched off there."
    if status >= 500:
        return f"{host} answers with an error of its own ({status}). Try again when the server is well."
    return f"{host} answers, but not as an Exchange server: it asked for no sign-in ({status})."


def _refuse_without_oauth(host: str, challenges: Sequence[str]) -> None:
    """An Exchange server that takes tokens says Bearer, and that it is Exchange."""
    offered = " , ".join(challenges).lower()
    if "bearer" not in offered:
        raise NotHybridError(
            f"{host} is not set up for sign-in by tokens (OAuth). Hybrid modern authentication has to be enabled for"
            " Exchange Web Services there first."
        )
    if EXCHANGE_ID not in offered:
        raise UnfitServerError(f"{host} asks for a token, but not as an Exchange server does.")
