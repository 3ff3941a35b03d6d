"""Packets of which the evaluator says that they leave a bridge's network, sent as they are, each alone.

They go out as whole frames: a guest's own kernel would not send all that a guest can.
"""

from __future__ import annotations

import secrets
import select
import struct
import time
from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import product
from socket import socket
from typing import NamedTuple, cast

from tests.packetpath.kernel.lab import (
    BEHIND,
    CLIENT,
    GATEWAY,
    GUEST,
    IPV4,
    ISOLATED,
    PORTS,
    UNUSED,
    Host,
    Lab,
)
from tests.packetpath.kernel.probe import OUTGOING, QUIET, TCP, UDP, Arrival, Seen, frames
from tutor.packetpath import Leaving, Path, World
from tutor.packetpath.address import address, dotted
from tutor.packetpath.constants import ICMP
from tutor.packetpath.journey import journey
from tutor.packetpath.numbers import Numbers
from tutor.packetpath.packets import any_from
from tutor.packetpath.path import judged as answered
from tutor.packetpath.ruleset import Ruleset
from tutor.packetpath.state import State

_ECHO = 8
_REQUESTS = (_ECHO, 13, 15, 17)
_DF = 0x4000
_SYN = 2
_TOKEN = 8
#: Where the payload begins behind the header of IP.
_HEADER = {TCP: 20, UDP: 8, ICMP: 8}
#: Nobody's addresses, which the kernel forwards all the same.
_ODD = ("0.1.2.3", "240.0.0.1", "255.255.255.254")
#: What is taken first where the evaluator leaves the choice; no own port that Linux's clients take.
_USUAL = {
    "original saddr": [address(host) for host in (GUEST, ISOLATED)],
    "original daddr": [address(host) for host in (CLIENT, GUEST, ISOLATED, GATEWAY, UNUSED)],
    "original sport": [61234],
    "original dport": [80, *PORTS],
    "no port": [0],
    "icmptype": [_ECHO],
}


class Witness(NamedTuple):
    """A first packet that the evaluator says leaves, and from which computer it is sent.

    :ivar port: of ICMP, the type of the message; :ivar out: the interface that it is said to leave through.
    :ivar whole: whether its header says that it must not be fragmented.
    """

    sender: str
    protocol: int
    source: str
    destination: str
    source_port: int
    port: int
    out: str
    whole: bool = True


def claims(leaving: Leaving) -> Iterator[tuple[str, Path]]:
    """What is claimed to leave for certain: as it is addressed, or for where rules send it."""
    if leaving.answer == "yes" and leaving.path:
        yield "left", leaving.path
    translated = leaving.translated
    if translated and translated.passed and not translated.doubts:
        yield "left translated", translated


def witnesses(path: Path, bridge: str, world: World) -> list[Witness]:
    """Some of the packets that leave: with usual addresses and ports, the lowest, and the highest."""
    found: dict[Witness, None] = {}
    for kind in (TCP, UDP, ICMP):
        states = [state for state in path.passed if kind in state.numbers("proto")]
        for state in [*states[:1], *states[1:][-1:]]:
            found.update(dict.fromkeys(_of(state, kind, bridge, world)))
    return list(found)


def _of(state: State, kind: int, bridge: str, world: World) -> Iterator[Witness]:
    index = state.numbers("oif").only
    assert index
    out, whole = world.link(index).name, _DF in state.numbers("fragment")
    names = ["original saddr", "original daddr"]
    names += ["no port", "icmptype"] if kind == ICMP else ["original sport", "original dport"]
    choices = [_some(_numbers(state, name), _USUAL[name]) for name in names]
    for source, destination, own_port, port in zip(*choices, strict=True):
        yield Witness(BEHIND[bridge], kind, dotted(source), dotted(destination), own_port, port, out, whole)


def _numbers(state: State, name: str) -> Numbers:
    return Numbers.of(0) if name == "no port" else state.numbers(name)


def _some(numbers: Numbers, usual: Sequence[int]) -> tuple[int, int, int]:
    lowest, highest = numbers.spans[0][0], numbers.spans[-1][1]
    return next((number for number in usual if number in numbers), lowest), lowest, highest


def anything(bridge: str) -> list[Witness]:
    """Packets of all three protocols from a bridge's guest to others, and to addresses that few think of."""
    sender = BEHIND[bridge]
    own, other = (GUEST, ISOLATED) if sender == "guest" else (ISOLATED, GUEST)
    kinds = ((TCP, 61234, 80), (TCP, 1, 65535), (UDP, 61234, 53), (UDP, 1, 65535), (ICMP, 0, _ECHO))
    return [
        Witness(sender, kind, own, there, own_port, port, "")
        for (kind, own_port, port), there in product(kinds, (CLIENT, other, *_ODD))
    ]


def alone(ruleset: Ruleset, world: World, bridge: str, witness: Witness) -> Path:
    """What the evaluator says of this packet and of no other."""
    state = any_from(bridge, Numbers.of(address(witness.source)), world)
    values = {
        "proto": witness.protocol,
        "daddr": address(witness.destination),
        "fragment": _DF if witness.whole else 0,
    }
    ports = {"sport": witness.source_port, "dport": witness.port}
    values |= {"icmptype": witness.port} if witness.protocol == ICMP else ports
    for name, value in values.items():
        narrowed = state.narrowed(name, Numbers.of(value))
        assert narrowed
        state = narrowed
    return answered(journey([state], ruleset, world), world)


def sent(lab: Lab, packets: Iterable[Witness], quiet: float = QUIET) -> dict[Witness, Seen]:
    """Send one packet after the other, as if there never was one before, and see where each comes out."""
    found: dict[Witness, Seen] = {}
    for packet in dict.fromkeys(packets):
        found.update(sent_together(lab, [packet], quiet))
    return found


def sent_together(lab: Lab, packets: Sequence[Witness], quiet: float = QUIET) -> dict[Witness, Seen]:
    """Send packets at once: those that want the same place after a translation may keep each other out."""
    found = {packet: Seen() for packet in packets}
    waiting = {secrets.token_bytes(_TOKEN): packet for packet in packets}
    lab.forget_connections()
    for token, packet in waiting.items():
        sender = lab.hosts[packet.sender]
        assert sender.card
        sender.card.send(sender.ethernet + _packet(packet, token))
    for host, frame in _arriving(lab, quiet, waiting):
        token = _token(frame)
        known = waiting.get(token)
        if known and known.sender != host.name and known.protocol == frame[23]:
            found[known].arrived = _arrival(host, frame)
            del waiting[token]
    return found


def _arriving(lab: Lab, quiet: float, waiting: Sized) -> Iterator[tuple[Host, bytes]]:
    """The frames of requests that come to anybody, as long as somebody waits for one."""
    poll, end = select.poll(), time.monotonic() + quiet
    hosts = [host for host in lab.hosts.values() if host.card]
    for host in hosts:
        poll.register(cast(socket, host.card), select.POLLIN)
    while waiting and (left := end - time.monotonic()) > 0:
        poll.poll(left * 1000)
        for host in hosts:
            for frame, kind in frames(host.card):
                if kind != OUTGOING and frame[12:14] == IPV4 and frame[23] in _HEADER:
                    yield host, frame


def _token(frame: bytes) -> bytes:
    header = 14 + 4 * (frame[14] & 15)
    if frame[23] == ICMP and frame[header] not in _REQUESTS:
        return b""
    payload = header + _HEADER[frame[23]]
    return frame[payload : payload + _TOKEN]


def _arrival(host: Host, frame: bytes) -> Arrival:
    header = 14 + 4 * (frame[14] & 15)
    source, destination = (dotted(int.from_bytes(frame[at : at + 4], "big")) for at in (26, 30))
    ports = (0, frame[header]) if frame[23] == ICMP else struct.unpack("!HH", frame[header : header + 4])
    return Arrival(host.name, source, ports[0], destination, ports[1])


def _packet(packet: Witness, token: bytes) -> bytes:
    """The packet with its headers (RFC 791, 792, 768, 9293)."""
    hosts = b"".join(address(host).to_bytes(4, "big") for host in (packet.source, packet.destination))
    ports = struct.pack("!HH", packet.source_port, packet.port)
    size = _HEADER[packet.protocol] + len(token)
    pseudo = hosts + struct.pack("!HH", packet.protocol, size)
    if packet.protocol == TCP:
        fixed = ports + struct.pack("!IIBB", secrets.randbits(32), 0, 5 << 4, _SYN) + b"\xff\xff"
        body = _summed(fixed, b"\0\0" + token, pseudo)
    elif packet.protocol == UDP:
        body = _summed(ports + struct.pack("!H", size), token, pseudo)
    else:
        body = _summed(bytes((packet.port, 0)), struct.pack("!HH", 1, 1) + token)
    fragment = _DF if packet.whole else 0
    head = struct.pack("!BBHHHBB", 0x45, 0, 20 + size, 1, fragment, 64, packet.protocol)
    return _summed(head, hosts) + body


def _summed(before: bytes, after: bytes, pseudo: bytes = b"") -> bytes:
    """The parts with the Internet checksum between them (RFC 1071)."""
    words = pseudo + before + after
    total = sum(struct.unpack(f"!{len(words) // 2}H", words))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return before + struct.pack("!H", ~total & 0xFFFF) + after
