"""Packets as they set out: the first of a connection, the answer to it, and what follows."""

from __future__ import annotations

from tutor.dataclass import dataclass, replace
from tutor.packetpath.address import network
from tutor.packetpath.constants import (
    ACK,
    ASSURED,
    CONFIRMED,
    ESTABLISHED,
    ICMP,
    INVALID,
    NEW,
    SEEN_REPLY,
    SYN,
    TCP,
    UDP,
)
from tutor.packetpath.numbers import ADDRESSES, PORTS, Numbers
from tutor.packetpath.state import State
from tutor.packetpath.step import Step
from tutor.packetpath.world import NO_INTERFACE, World

#: What clients take as their own port: Linux from 32768 on (ip_local_port_range), others by RFC 6335.
_CLIENT_PORTS = Numbers.span(32768, 65535)
#: ICMP messages that begin something new (nf_conntrack_proto_icmp.c).
_ICMP_REQUESTS = Numbers.of(8, 13, 15, 17)
#: With and without DF; no fragments.
_WHOLE = Numbers.of(0, 0x4000)
#: What tells a connection from any other.
TUPLE = ("saddr", "daddr", "sport", "dport")
_OPPOSITE = {"saddr": "daddr", "daddr": "saddr", "sport": "dport", "dport": "sport"}


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a connection.

    :param interface: the name of the one that it comes in through.
    :param source: an address or a prefix.
    :param protocol: its number (RFC 1700): 6 is TCP, 17 UDP.
    """

    interface: str
    source: str
    destination: str
    port: int
    protocol: int = TCP


def first(packet: Packet, world: World) -> State:
    """The packet as it arrives. Its own port may be any that clients take."""
    return _setting_out(
        world.index(packet.interface),
        saddr=network(packet.source),
        daddr=network(packet.destination),
        proto=Numbers.of(packet.protocol),
        sport=_CLIENT_PORTS,
        dport=Numbers.of(packet.port),
    )


def any_from(interface: str, source: Numbers, world: World) -> State:
    """All first packets of TCP, UDP and ICMP that come in through an interface, to anywhere."""
    return _setting_out(
        world.index(interface),
        saddr=source,
        daddr=ADDRESSES,
        proto=Numbers.of(ICMP, TCP, UDP),
        sport=PORTS,
        dport=PORTS,
    )


def _setting_out(interface: int, **tuple_: Numbers) -> State:
    state = State.holding(
        **tuple_,
        iif=Numbers.of(interface),
        oif=Numbers.of(NO_INTERFACE),
        mark=Numbers.of(0),
        tcpflags=Numbers.of(SYN),
        icmptype=_ICMP_REQUESTS,
        version=Numbers.of(4),
        family=Numbers.of(2),
        ethertype=Numbers.of(0x0800),
        pkttype=Numbers.of(0),
        fragment=_WHOLE,
        ctstate=Numbers.of(INVALID),
        connection=Numbers.of(NEW),
        ctstatus=Numbers.of(0),
        ctmark=Numbers.of(0),
        ctdirection=Numbers.of(0),
    )
    records = {f"original {name}": name for name in TUPLE}
    records |= {f"reply {name}": other for name, other in _OPPOSITE.items()}
    return state.copying(**records, **{"first iif": "iif"})


def answer(state: State) -> State:
    """The answer (SYN and ACK) to a packet that got through."""
    state = state.copying(**_OPPOSITE, iif="oif")
    return _following(state, direction=1, flags=SYN | ACK, status=SEEN_REPLY | CONFIRMED, action="answer")


def next_of_client(state: State) -> State:
    """What the client sends after the answer got to it: an ACK, from then on the connection is up."""
    state = state.copying(**{name: f"original {name}" for name in TUPLE}, iif="first iif")
    return _following(state, direction=0, flags=ACK, status=ASSURED, action="next")


def _following(state: State, *, direction: int, flags: int, status: int, action: str) -> State:
    tracked = state.numbers("ctstate").only in (NEW, ESTABLISHED)
    state = replace(state, leg=state.leg + 1)
    return state.holding_also(
        "",
        oif=Numbers.of(NO_INTERFACE),
        mark=Numbers.of(0),
        tcpflags=Numbers.of(flags),
        fragment=_WHOLE,
        ctstate=Numbers.of(INVALID),
        connection=Numbers.of(ESTABLISHED if tracked else INVALID),
        ctstatus=Numbers.of((state.numbers("ctstatus").only or 0) | status),
        ctdirection=Numbers.of(direction),
    ).stepping(Step("", action))
