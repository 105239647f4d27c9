"""A name server for TXT records only, so that proofs of domains can be tried without a domain of one's own.

It listens on UDP, on the number of the plain http port: the two kinds of port do not meet.
"""

import asyncio
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

from sandbox.server import PortTaken
from sandbox.world import World

_SECONDS_KEPT = 1  # by whoever asks
_LONGEST_PART = 255  # bytes of one string of a record


class _NameServer(asyncio.DatagramProtocol):
    """Answers every question at once."""

    def __init__(self, world: World) -> None:
        self._world = world

    def connection_made(self, transport: Any) -> None:
        """Where answers go out."""
        self._transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        """One question; what is none gets no answer."""
        try:
            question = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError):
            return
        if question.question and not question.flags & dns.flags.QR:
            self._transport.sendto(_answer(question, self._world.state.txt_records).to_wire(), address)


async def serve_names(world: World) -> asyncio.DatagramTransport:
    """Answers until it is closed. Raises PortTaken."""
    host, port = world.config.host, world.config.port
    try:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _NameServer(world), local_addr=(host, port)
        )
    except OSError as error:
        reason = f"cannot listen on {host}:{port} (UDP, {error.strerror}); set another SANDBOX_PORT"
        raise PortTaken(reason) from error
    return transport


def _answer(question: dns.message.Message, records: dict[str, list[str]]) -> dns.message.Message:
    """The records of the name that is asked for; NXDOMAIN where there are none."""
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    asked = question.question[0]
    texts = records.get(asked.name.to_text(omit_final_dot=True).casefold())
    if texts is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif asked.rdtype == dns.rdatatype.TXT:
        answer.answer.append(dns.rrset.from_rdata(asked.name, _SECONDS_KEPT, *(_record(text) for text in texts)))
    return answer


def _record(text: str) -> TXT:
    content = text.encode()
    parts = [content[at : at + _LONGEST_PART] for at in range(0, len(content), _LONGEST_PART)]
    return TXT(dns.rdataclass.IN, dns.rdatatype.TXT, parts or [b""])
