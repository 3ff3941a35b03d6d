"""What rules of nft ask of a packet: all that the evaluator claims to know, and some that it does not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as st

from tests.packetpath.kernel.lab import BRIDGE, CLIENT, GATEWAY, GUEST, ISOLATED, MACHINE

Text = st.SearchStrategy[str]

HOSTS = (GUEST, CLIENT, MACHINE, ISOLATED, GUEST, CLIENT, BRIDGE, GATEWAY, "192.168.122.77", "10.9.8.7")
PREFIXES = (
    *("192.168.122.0/24", "192.168.50.0/24", "203.0.113.0/24", "198.51.100.0/30", "10.0.0.0/8"),
    *("192.168.0.0/16", "0.0.0.0/0", "224.0.0.0/4"),
)
_RANGES = ("192.168.122.2-192.168.122.60", "198.51.100.2-203.0.113.8", "10.0.0.1-192.168.50.10")
_PORTS = ("22", "53", "80", "2222", "8080")
_PORT_RANGES = ("1-100", "50-2222", "2200-2300", "1024-65535")
_LINKS = ("eth0", "virbr0", "virbr1")
_STATES = ("new", "established", "related", "invalid", "untracked")
_NOT = st.sampled_from(("", "", "!= "))


def one(*values: str) -> Text:
    return st.sampled_from(values)


def joined(*parts: Text | str, separator: str = " ") -> Text:
    """The parts one after the other."""
    strategies = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*strategies).map(lambda found: separator.join(filter(None, found)))


def several(values: Sequence[str], most: int = 3, separator: str = ", ") -> Text:
    """Some of the values, each once."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(separator.join)


def a_set(values: Sequence[str], most: int = 3) -> Text:
    """A set written in the rule."""
    return several(values, most).map("{{ {} }}".format)


def _interfaces() -> Text:
    name = one("iifname", "oifname", "iifname", "oifname", "meta iifname")
    by_name = joined(
        name, _NOT, one(*(f'"{link}"' for link in (*_LINKS, "lo", "vnet0", "none0")), '"virbr*"', '"v*"')
    )
    return st.one_of(
        by_name,
        joined(name, _NOT, a_set(_LINKS, 2)),
        joined(one("iif", "oif"), _NOT, one(*_LINKS)),
        joined(name, one("@links", "!= @links")),
    )


def _addresses() -> Text:
    key = one("ip saddr", "ip daddr")
    return st.one_of(
        joined(key, _NOT, one(*HOSTS)),
        joined(key, _NOT, one(*PREFIXES)),
        joined(key, _NOT, one(*_RANGES)),
        joined(key, _NOT, a_set(HOSTS)),
        joined(key, one("@hosts", "!= @hosts", "@nets", "!= @nets")),
        joined(key, "&", "255.255.255.0", one("==", "!="), one("192.168.122.0", "203.0.113.0")),
    )


def _ports(protocol: str) -> Text:
    key = one(f"{protocol} dport", f"{protocol} dport", f"{protocol} sport")
    return st.one_of(
        joined(key, _NOT, one(*_PORTS)),
        joined(key, _NOT, one(*_PORT_RANGES)),
        joined(key, _NOT, a_set(_PORTS)),
        joined(key, one("<", "<=", ">", ">="), one("22", "80", "1024", "2222")),
        joined(key, one("@services", "!= @services")),
    )


def _same(protocol: str) -> str:
    """A rule that is taken: nft refuses one that asks for two protocols."""
    return "{ tcp, udp }" if protocol == "th" else protocol


def _connection(protocol: str) -> Text:
    direction, same = one("original", "original", "reply"), _same(protocol)
    return st.one_of(
        joined("ct state", several(_STATES, 2, ",")),
        joined("ct state", _NOT, a_set(_STATES)),
        joined("ct state !=", one(*_STATES)),
        one("ct state established,related", "ct state new"),
        joined("ct status", one("dnat", "snat", "seen-reply", "assured", "confirmed", "snat,dnat")),
        joined("ct direction", one("original", "reply", "!= reply")),
        joined("ct", direction, one("ip saddr", "ip daddr"), _NOT, one(*HOSTS, *PREFIXES[:3])),
        joined(f"meta l4proto {same} ct", direction, one("proto-dst", "proto-src"), _NOT, one(*_PORTS)),
        joined("ct mark", _NOT, one("0", "1", "2", "1-3")),
        one(f"ct protocol {same}", "ct l3proto ipv4"),
    )


def _kinds(protocol: str) -> Text:
    same = _same(protocol)
    return st.one_of(
        joined("meta l4proto", one(same, "{ tcp, udp }", "!= udp", "!= { tcp, icmp }", "!= icmp")),
        joined("ip protocol", one(same, "{ tcp, udp }", "!= tcp", "{ icmp, udp }")),
        one("meta protocol ip", "ip version 4", "ct l3proto ipv4"),
        joined("meta pkttype", _NOT, one("host", "broadcast", "multicast", "{ host, other }")),
        joined("meta mark", _NOT, one("0", "1", "2", "{ 1, 3 }", "1-2")),
        joined("meta mark &", one("1", "0x3", "0xff"), one("==", "!="), one("1", "2", "0")),
        one("ip frag-off & 0x1fff != 0", "ip frag-off & 0x1fff == 0"),
    )


def _routes() -> Text:
    return st.one_of(
        joined("fib", one("daddr", "saddr"), "type", _NOT, one("local", "unicast", "broadcast", "multicast")),
        joined("fib daddr type", one("{ local, broadcast }", "!= { local, multicast }")),
        joined("fib", one("saddr", "daddr"), one("oif", "oifname"), _NOT, one('"eth0"', '"virbr0"')),
    )


def _early_routes() -> Text:
    """What the kernel looks up only where the incoming interface is all that is known."""
    return st.one_of(
        joined("fib daddr . iif type", _NOT, one("local", "unicast")),
        joined("fib saddr . iif oif", one("missing", "exists", "eq 0")),
        joined("fib saddr . iif oifname", _NOT, one('"eth0"', '"virbr0"')),
    )


def _flags() -> Text:
    return st.one_of(
        one("tcp flags syn", "tcp flags & (syn | ack) == syn", "tcp flags & (fin | syn | rst | ack) == syn"),
        one("tcp flags ack", "tcp flags != syn", "tcp flags == syn | ack", "tcp flags & syn != 0"),
        one("tcp flags syn / syn,ack", "tcp flags { syn, ack }", "@th,16,16 22", "@nh,128,32 0xc0a87a32"),
    )


def _together(protocol: str) -> Text:
    pairs = [f"{host} . {port}" for host in HOSTS[:4] for port in ("22", "80", "2222")]
    wide = (f"192.168.122.0/24 . {_PORT_RANGES[0]}", "203.0.113.0/24 . 80", f"{MACHINE} . 2200-2300")
    linked = [f'"{link}" . {host}' for link in _LINKS for host in HOSTS[:4]]
    return st.one_of(
        joined(one("ip daddr", "ip saddr"), ".", f"{protocol} dport", _NOT, a_set(pairs, 5)),
        joined("ip daddr .", f"{protocol} dport", a_set(wide, 3)),
        joined("iifname . ip daddr", _NOT, a_set(linked, 5)),
        joined("ip daddr .", f"{protocol} dport", one("@pairs", "!= @pairs")),
        joined("iifname . oifname", a_set([f'"{a}" . "{b}"' for a in _LINKS for b in _LINKS], 4)),
        joined("meta l4proto . th dport", a_set([f"{p} . {d}" for p in ("tcp", "udp") for d in _PORTS], 4)),
        joined("ct mark . iifname", a_set([f'{mark} . "{link}"' for mark in "01" for link in _LINKS], 4)),
    )


#: What only chance, a clock or other packets answer.
UNKNOWN = one(
    *("limit rate 10/second", "limit rate over 100/second", "meta skuid 0", "numgen random mod 2 0"),
    *("ip ttl > 10", "meta length < 100", "quota over 100 bytes", "ct count 5", "meta hour 00:00-12:00"),
    *("ip saddr @seen", "meta iifgroup 0", "ct bytes > 100", "ip dscp 0", "meta cpu 0", "meta priority 0"),
)


@cache
def conditions(protocol: str, hook: str = "", most: int = 2, doubtful: bool = True) -> Text:
    """Some conditions; those on ports for ``tcp``, ``udp`` or ``th``."""
    known = [
        *(_interfaces(), _interfaces(), _addresses(), _addresses(), _ports(protocol), _ports(protocol)),
        *(_connection(protocol), _kinds(protocol), _routes(), _together(protocol)),
        *((_early_routes(),) if hook == "prerouting" else ()),
        *((_flags(),) if protocol == "tcp" else ()),
    ]
    choice = st.one_of([*known * 4, UNKNOWN] if doubtful else known)
    return st.one_of([*[choice] * 4, joined(choice, choice) if most > 1 else choice, one("")])
