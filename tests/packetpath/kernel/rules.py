"""Rules of nft: conditions, and what is then done (nft(8), STATEMENTS)."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from tests.packetpath.kernel.conditions import Text, conditions, joined, one
from tests.packetpath.kernel.lab import CLIENT, GUEST, ISOLATED, MACHINE, UNUSED

#: What rules translate to.
TARGETS = (GUEST, GUEST, ISOLATED, CLIENT, UNUSED, MACHINE, "10.9.8.7", "127.0.0.1")
_SOURCES = (MACHINE, MACHINE, "198.51.100.77", "192.168.122.1", "10.9.8.7")
_REJECT = (
    *("reject", "reject", "reject with icmp type host-unreachable"),
    *("reject with icmp type admin-prohibited", "reject with icmp type port-unreachable"),
)
_MARKS = (
    *("meta mark set 1", "meta mark set 2", "meta mark set 3", "ct mark set 1", "ct mark set meta mark"),
    *("meta mark set ct mark", "meta mark set meta mark | 2", "meta mark set mark and 1", "ct mark set 2"),
)
_HARMLESS = ("counter", "log", 'log prefix "x"', "counter log", "meta priority set 1", "ip dscp set cs1")
#: What the evaluator says it does not know, or hangs on other packets.
_ODD = (
    *("limit rate 5/second accept", "limit rate over 100/second drop", "add @seen { ip saddr }"),
    *("ip ttl set 3", "ct zone set 1", "meta mark set numgen inc mod 2"),
    *("ip daddr set 192.168.122.77", "ip saddr set 10.9.8.7", "meta l4proto tcp tcp sport set 4000"),
    *("meta l4proto udp udp dport set 53", "update @seen { ip saddr limit rate 1/second }"),
)


def choice(*weighted: tuple[int, Text]) -> Text:
    """One of the strategies, each as often as its weight says."""
    return st.one_of([way for weight, way in weighted for _ in range(weight)])


def pairs(keys: tuple[str, ...], values: tuple[str, ...]) -> Text:
    """Elements of a map, each key once."""
    chosen = st.lists(st.tuples(one(*keys), one(*values)), min_size=1, max_size=3, unique_by=lambda p: p[0])
    return chosen.map(lambda found: ", ".join(f"{key} : {value}" for key, value in found))


@cache
def _verdict(calls: tuple[str, ...], hook: str) -> Text:
    plain = one("accept", "accept", "accept", "drop", "drop", "return", "continue")
    calling = joined(one("jump", "jump", "goto"), one(*calls)) if calls else plain
    refusing = one(*_REJECT) if hook != "postrouting" else one("drop")
    return choice((5, plain), (5, calling), (1, refusing))


@cache
def _verdict_map(protocol: str, calls: tuple[str, ...]) -> Text:
    jumps = (f"{how} {target}" for how in ("jump", "goto") for target in calls)
    verdicts = ("accept", "drop", "return", "continue", *jumps)
    keys = {
        f"{protocol} dport": ("22", "80", "2222", "8080-9000", "*"),
        "iifname": ('"eth0"', '"virbr0"', '"virbr1"', '"lo"'),
        "ct state": ("new", "established", "related", "invalid"),
        "ip saddr": (GUEST, "203.0.113.0/24", "192.168.50.0/24", MACHINE),
        "meta mark": ("0", "1", "2"),
        f"ip daddr . {protocol} dport": (f"{GUEST} . 22", f"{CLIENT} . 80", f"{MACHINE} . 2222"),
    }
    written = [pairs(of, verdicts).map(f"{key} vmap {{{{ {{}} }}}}".format) for key, of in keys.items()]
    return st.one_of([*written, one(f"{protocol} dport vmap @verdicts")])


@cache
def filtering(calls: tuple[str, ...], hook: str) -> Text:
    """A rule of a chain that filters.

    :param calls: chains that it may call.
    """
    return st.one_of([_filtering(protocol, calls, hook) for protocol in ("tcp", "tcp", "udp", "th")])


@cache
def _filtering(protocol: str, calls: tuple[str, ...], hook: str) -> Text:
    asked, verdict = conditions(protocol, hook), _verdict(calls, hook)
    ways = [
        (15, joined(asked, verdict)),
        (4, joined(asked, one(*_MARKS))),
        (2, joined(asked, one(*_HARMLESS))),
        (4, joined(asked, _verdict_map(protocol, calls))),
        (3, joined(asked, one(*_HARMLESS[:2], *_MARKS), verdict)),
        (3, joined(one("meta mark 1", "meta mark 2", "meta mark & 2 == 2", "ct mark 1"), verdict)),
        (3, one("ct state established,related accept")),
        (1, joined(asked, one(*_ODD))),
    ]
    if hook == "prerouting":
        ways.append((2, joined(asked, "notrack")))
    if protocol == "tcp" and hook != "postrouting":
        ways.append((1, joined(asked, "reject with tcp reset")))
    made = choice(*ways)
    return made.map(_with_protocol) if protocol == "th" else made


def _with_protocol(rule: str) -> str:
    """What looks at ports of any protocol wants to know that there are some."""
    before, found, _ = rule.partition("th ")
    told = not found or "l4proto" in before or "ip protocol" in before
    return rule if told else f"meta l4proto {{ tcp, udp }} {rule}"


@cache
def translating(calls: tuple[str, ...], hook: str, to: str) -> Text:
    """A rule of a chain of type nat.

    :param to: ``to``, or ``ip to`` in tables of both families.
    """
    return st.one_of([_translating(protocol, calls, hook, to) for protocol in ("tcp", "tcp", "udp")])


def _translating(protocol: str, calls: tuple[str, ...], hook: str, to: str) -> Text:
    target = _destination(protocol, to) if hook == "prerouting" else _source(to)
    # A port to translate to wants a protocol that has ports.
    known = one(f"meta l4proto {protocol}", f"ip protocol {protocol}")
    asked = joined(known, conditions(protocol, hook))
    others = one("accept", "return", "counter", "drop", *_MARKS[:4])
    ways = [(8, joined(asked, target)), (1, joined(asked, others))]
    if calls:
        ways.append((1, joined(asked, one("jump", "goto"), one(*calls))))
    return choice(*ways)


@cache
def _destination(protocol: str, to: str) -> Text:
    host, port = one(*TARGETS), one("22", "80", "8080", "53")
    by_port = pairs(("22", "80", "2222"), TARGETS)
    both = pairs(("22", "80", "2222"), tuple(f"{a} . {p}" for a in TARGETS[1:5] for p in ("22", "80")))
    looked_up = f"{protocol} dport map {{{{ {{}} }}}}".format
    return st.one_of(
        *[joined(f"dnat {to}", joined(host, port, separator=":"))] * 2,
        joined(f"dnat {to}", host),
        one("redirect"),
        joined("redirect to", port.map(":{}".format)),
        joined(f"dnat {to}", host.map("{}:2222-2223".format)),
        joined(f"dnat {to}", by_port.map(looked_up)),
        joined("dnat ip addr . port to", both.map(looked_up)),
        one(f"dnat {to} {protocol} dport map @targets"),
        joined(f"dnat {to}", host, one("persistent", "random")),
    )


@cache
def _source(to: str) -> Text:
    host = one(*_SOURCES)
    return st.one_of(
        *[one("masquerade")] * 2,
        one(
            "masquerade random",
            "masquerade fully-random",
            "masquerade to :4000-4400",
            "masquerade persistent",
        ),
        joined(f"snat {to}", host),
        joined(f"snat {to}", host.map("{}:5000-5400".format)),
        joined(f"snat {to}", host, one("random", "persistent")),
    )
