"""A name server of a story: real datagrams on this machine, and only the TXT records it was given."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class NameServer:
    """`records` are the texts by name; `rcode` is what it answers for any other name, `is_silent` means nothing."""

    address: str
    records: dict[str, list[str]] = field(default_factory=dict)
    rcode: dns.rcode.Rcode = dns.rcode.NXDOMAIN
    asked: list[str] = field(default_factory=list)


@contextmanager
def name_server() -> Iterator[NameServer]:
    """One that runs until the end of the block."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        server = NameServer(f"127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listener, server))
        thread.start()
        try:
            yield server
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopper:
                stopper.sendto(b"", listener.getsockname())
            thread.join(10)


def _serve(listener: socket.socket, server: NameServer) -> None:
    while True:
        packet, sender = listener.recvfrom(4096)
        if not packet:
            return
        question = dns.message.from_wire(packet)
        listener.sendto(_answer(question, server).to_wire(), sender)


def _answer(question: dns.message.Message, server: NameServer) -> dns.message.Message:
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    name = question.question[0].name
    text = name.to_text(omit_final_dot=True)
    server.asked.append(text)
    if text in server.records:
        quoted = [" ".join(f'"{part}"' for part in _parts(value)) for value in server.records[text]]
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
    else:
        answer.set_rcode(server.rcode)
    return answer


def _parts(value: str) -> list[str]:
    """A record's strings: none of them is longer than 255 characters."""
    return [value[at : at + 255] for at in range(0, len(value), 255)]
