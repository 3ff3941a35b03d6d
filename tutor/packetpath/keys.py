"""What rules look at: the field of the packet, and how it is looked at (nft(8), EXPRESSIONS)."""

from __future__ import annotations

from typing import Any

from tutor.dataclass import dataclass
from tutor.packetpath.constants import (
    ESTABLISHED,
    ICMP,
    NEW,
    RELATED,
    TCP,
    UDP,
    UnknownConstruct,
    bits,
)
from tutor.packetpath.fib import View, interface_view, type_view
from tutor.packetpath.numbers import NONE, Numbers
from tutor.packetpath.state import State
from tutor.packetpath.world import World


@dataclass(frozen=True, slots=True)
class Key:
    """A field under a view.

    :param needs: what else must hold, or the rule does not match whatever it asks (NFT_BREAK).
    :param unclear: packets whose field is not followed here.
    :param field: None for a known part of a packet that this program does not follow.
    """

    field: str | None
    kind: str
    name: str
    needs: tuple[tuple[str, Numbers], ...] = ()
    view: View = Numbers.__and__
    unclear: tuple[tuple[str, Numbers], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all of the field is looked at."""
        return self.view is Numbers.__and__


_PROTOCOL_OF = {
    "tcp": TCP, "udp": UDP, "icmp": ICMP, "sctp": 132, "dccp": 33, "udplite": 136, "esp": 50, "ah": 51,
}  # fmt: skip
_WITH_PORTS = Numbers.of(TCP, UDP, 33, 132, 136)
_PACKET = {
    ("ip", "saddr"): ("saddr", "address"), ("ip", "daddr"): ("daddr", "address"),
    ("ip", "protocol"): ("proto", "protocol"), ("ip", "version"): ("version", "number"),
    ("ip", "frag-off"): ("fragment", "number"),
    ("tcp", "flags"): ("tcpflags", "tcp flags"), ("icmp", "type"): ("icmptype", "icmp type"),
    **{(p, f): (f, "port") for p in ("tcp", "udp", "th") for f in ("sport", "dport")},
}  # fmt: skip
_META = {
    "iifname": ("iif", "interface"), "oifname": ("oif", "interface"), "iif": ("iif", "interface"),
    "oif": ("oif", "interface"), "l4proto": ("proto", "protocol"), "nfproto": ("family", "family"),
    "protocol": ("ethertype", "ethertype"), "mark": ("mark", "number"), "pkttype": ("pkttype", "packet type"),
}  # fmt: skip
_CONNECTION = {
    "state": ("ctstate", "state"), "status": ("ctstatus", "status"),
    "direction": ("ctdirection", "direction"), "mark": ("ctmark", "number"),
    "l3proto": ("family", "family"), "protocol": ("proto", "protocol"),
}  # fmt: skip
_TUPLE = {
    "saddr": ("saddr", "address"), "ip saddr": ("saddr", "address"), "daddr": ("daddr", "address"),
    "ip daddr": ("daddr", "address"), "proto-src": ("sport", "port"), "proto-dst": ("dport", "port"),
}  # fmt: skip
#: Raw payload that nft has no name for, by base, offset and length in bits.
_RAW = {
    ("nh", 96, 32): ("ip", "saddr"), ("nh", 128, 32): ("ip", "daddr"), ("nh", 72, 8): ("ip", "protocol"),
    ("th", 0, 16): ("th", "sport"), ("th", 16, 16): ("th", "dport"),
}  # fmt: skip
#: Here a connection's record has the message's type and number (nf_conntrack_proto_icmp.c).
_WITHOUT_PORTS = ("proto", Numbers.of(ICMP))
_TRACKED = ("ctstate", Numbers.of(NEW, ESTABLISHED, RELATED))


def key(given: Any, state: State, world: World) -> Key:
    """What the left side of a match looks at.

    :raises UnknownConstruct: this program does not know it.
    """
    if not isinstance(given, dict) or len(given) != 1:
        raise UnknownConstruct(str(given))
    ((form, inner),) = given.items()
    if form == "payload":
        return _payload(inner)
    if form == "meta" and inner.get("key") in _META:
        return Key(*_META[inner["key"]], f"meta {inner['key']}")
    if form == "ct":
        return _connection(inner)
    if form == "fib":
        return _fib(inner, state, world)
    if form == "&":
        return _masked(key(inner[0], state, world), inner[1], world)
    raise UnknownConstruct(f"{form} {inner['key']}" if isinstance(inner, dict) and "key" in inner else form)


def _payload(inner: dict[str, Any]) -> Key:
    if "base" in inner:
        known = _RAW.get((inner["base"], inner["offset"], inner["len"]))
        if known is None:
            raise UnknownConstruct(f"@{inner['base']},{inner['offset']},{inner['len']}")
        inner = {"protocol": known[0], "field": known[1]}
    protocol, field = inner["protocol"], inner["field"]
    name, kind = _PACKET.get((protocol, field), (None, "number"))
    return Key(name, kind, f"{protocol} {field}", _needs(protocol))


def _needs(protocol: str) -> tuple[tuple[str, Numbers], ...]:
    if protocol in ("ip", "ether"):
        return ()
    if protocol == "th":
        return (("proto", _WITH_PORTS),)
    # Of anything else (ip6, arp, vlan, ...) an IPv4 packet has nothing.
    number = _PROTOCOL_OF.get(protocol)
    return (("proto", NONE if number is None else Numbers.of(number)),)


def _connection(inner: dict[str, Any]) -> Key:
    name, direction = inner["key"], inner.get("dir")
    if direction in ("original", "reply") and name in _TUPLE:
        field, kind = _TUPLE[name]
        unclear = (_WITHOUT_PORTS,) if kind == "port" else ()
        return Key(f"{direction} {field}", kind, f"ct {direction} {name}", (_TRACKED,), unclear=unclear)
    field_or_none, kind = _CONNECTION.get(name, (None, "number"))
    # Without a connection, nft_ct_get_eval() says invalid or untracked, and knows nothing else.
    return Key(field_or_none, kind, f"ct {name}", () if name == "state" else (_TRACKED,))


def _masked(inner: Key, mask: Any, world: World) -> Key:
    wanted_bits = bits(mask["|"] if isinstance(mask, dict) and "|" in mask else mask, inner.kind, world)

    def view(wanted: Numbers, domain: Numbers) -> Numbers:
        if not domain.countable:
            raise UnknownConstruct(f"{inner.name} & {wanted_bits:#x}")
        return inner.view(domain.where(lambda number: number & wanted_bits in wanted), domain)

    return Key(inner.field, inner.kind, inner.name, inner.needs, view, inner.unclear)


def _fib(inner: dict[str, Any], state: State, world: World) -> Key:
    flags, result = set(inner["flags"]), inner["result"]
    name = f"fib {' . '.join(inner['flags'])} {result}"
    field = next((f for f in ("saddr", "daddr") if f in flags), None)
    via = next((f for f in ("iif", "oif") if f in flags), None)
    if field is None or "mark" in flags or (via and state.numbers(via).only is None):
        raise UnknownConstruct(name)
    index = state.numbers(via).only if via else None
    if result == "type":
        return Key(field, "fib type", name, view=type_view(world, index))
    if result in ("oif", "oifname", "check"):
        unicast = bool(inner.get("unicast"))
        return Key(field, "fib interface", name, view=interface_view(world, index, unicast=unicast))
    raise UnknownConstruct(name)
