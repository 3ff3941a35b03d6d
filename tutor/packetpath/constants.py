"""What rules compare with, as numbers (nft(8), DATA TYPES; linux/netfilter/nf_conntrack_common.h)."""

from __future__ import annotations

from typing import Any

from tutor.packetpath.address import address, block
from tutor.packetpath.numbers import Numbers
from tutor.packetpath.world import NO_INTERFACE, World


class UnknownConstruct(Exception):
    """A part of a rule that this program does not know; the argument is its name."""


NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED = 8, 2, 4, 1, 64
DNAT, SNAT, SEEN_REPLY, ASSURED, CONFIRMED = 0x20, 0x10, 2, 4, 8
#: The connection has got its translation, or has got none for good.
SNAT_DONE, DNAT_DONE = 0x80, 0x100
ICMP, TCP, UDP = 1, 6, 17
SYN, ACK = 2, 16

_PROTOCOLS = {
    "icmp": ICMP, "igmp": 2, "ipencap": 4, "tcp": TCP, "udp": UDP, "dccp": 33, "ipv6": 41, "gre": 47,
    "esp": 50, "ah": 51, "ipv6-icmp": 58, "icmpv6": 58, "comp": 108, "sctp": 132, "udplite": 136,
}  # fmt: skip
_ICMP = {
    "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
    "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
    "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
    "address-mask-request": 17, "address-mask-reply": 18,
}  # fmt: skip
#: RTN_* of linux/rtnetlink.h.
FIB_TYPES = {
    "unspec": 0, "unicast": 1, "local": 2, "broadcast": 3, "anycast": 4, "multicast": 5, "blackhole": 6,
    "unreachable": 7, "prohibit": 8,
}  # fmt: skip
_NAMES: dict[str, dict[str, int]] = {
    "protocol": _PROTOCOLS,
    "icmp type": _ICMP,
    "state": {
        "invalid": INVALID, "established": ESTABLISHED, "related": RELATED, "new": NEW,
        "untracked": UNTRACKED,
    },
    "status": {
        "expected": 1, "seen-reply": SEEN_REPLY, "assured": ASSURED, "confirmed": CONFIRMED, "snat": SNAT,
        "dnat": DNAT,
    },
    "tcp flags": {"fin": 1, "syn": SYN, "rst": 4, "psh": 8, "ack": ACK, "urg": 32, "ecn": 64, "cwr": 128},
    "direction": {"original": 0, "reply": 1},
    "family": {"ipv4": 2, "ipv6": 10},
    "ethertype": {"ip": 0x0800, "arp": 0x0806, "ip6": 0x86DD},
    "packet type": {"host": 0, "unicast": 0, "broadcast": 1, "multicast": 2, "other": 3},
    "fib type": FIB_TYPES,
}  # fmt: skip

#: More than any field holds.
MANY = 2**128

#: Data types whose values are bits that can be set together.
FLAGS = frozenset({"state", "status", "tcp flags"})


def constant(given: Any, kind: str, world: World) -> Numbers:
    """The numbers that a value of nft's JSON stands for.

    :param kind: its data type; ``number`` where it has no names.
    :raises UnknownConstruct: it is of no known form or name.
    """
    if isinstance(given, bool):
        return _existence(given, kind)
    if isinstance(given, int):
        return Numbers.of(given)
    if isinstance(given, str):
        return _named(given, kind, world)
    if isinstance(given, list):
        return _together([constant(one, kind, world) for one in given], kind)
    if isinstance(given, dict) and len(given) == 1:
        return _structured(*next(iter(given.items())), kind, world)
    raise UnknownConstruct(f"{kind} {given}")


def bits(given: Any, kind: str, world: World) -> int:
    """The bits of one or more flags."""
    total = 0
    for one in given if isinstance(given, list) else [given]:
        only = constant(one, kind, world).only
        if only is None:
            raise UnknownConstruct(f"{kind} {one}")
        total |= only
    return total


def _structured(form: str, inner: Any, kind: str, world: World) -> Numbers:
    if form == "prefix" and kind == "address":
        return block(address(inner["addr"]), int(inner["len"]))
    if form == "range":
        first, last = (constant(end, kind, world).only for end in inner)
        if first is not None and last is not None:
            return Numbers.span(first, last)
    if form == "|":
        return Numbers.of(bits(inner, kind, world))
    raise UnknownConstruct(f"{kind} {form}")


def _existence(given: bool, kind: str) -> Numbers:
    if kind != "fib interface":
        raise UnknownConstruct(f"{kind} {given}")
    return Numbers.span(1, MANY) if given else Numbers.of(NO_INTERFACE)


def _together(parts: list[Numbers], kind: str) -> Numbers:
    if kind in FLAGS:
        total = 0
        for part in parts:
            total |= part.only or 0
        return Numbers.of(total)
    return Numbers.joined(span for part in parts for span in part.spans)


def _named(given: str, kind: str, world: World) -> Numbers:
    if kind == "fib interface" and given == "0":
        return Numbers.of(NO_INTERFACE)
    if kind in ("interface", "fib interface"):
        return world.interfaces(given)
    if kind == "address" and "." in given:
        return Numbers.of(address(given))
    if given in _NAMES.get(kind, ()):
        return Numbers.of(_NAMES[kind][given])
    try:
        return Numbers.of(int(given, 0))
    except ValueError:
        raise UnknownConstruct(f"{kind} {given}") from None
