"""What ``iptables-nft-restore`` reads: tables, chains, and rules with iptables' own matches and targets."""

from __future__ import annotations

from functools import cache
from itertools import combinations

from hypothesis import strategies as st

from tests.packetpath.kernel.conditions import HOSTS, PREFIXES, Text, joined, one, several
from tests.packetpath.kernel.lab import CLIENT, GUEST, ISOLATED, MACHINE
from tests.packetpath.kernel.rules import choice

_NOT = one("", "", "!")
_PORTS = ("22", "53", "80", "2222", "1:100", "50:2222", "2200:2300", "1024:")
_MANY_PORTS = ("22", "53", "80", "2222", "8080", "50:100", "2200:2300")
_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "DNAT", "SNAT")
_INCOMING = frozenset({"PREROUTING", "INPUT", "FORWARD"})
_OUTGOING = frozenset({"POSTROUTING", "OUTPUT", "FORWARD"})
#: The built-in chains of each table that a forwarded packet meets.
CHAINS = {
    "raw": ("PREROUTING",),
    "mangle": ("PREROUTING", "FORWARD", "POSTROUTING"),
    "nat": ("PREROUTING", "POSTROUTING"),
    "filter": ("FORWARD",),
}
_EARLY = dict.fromkeys(("raw", "mangle"), ("-m rpfilter", "-m rpfilter --invert", "-m rpfilter --loose"))
_CALLED = ("A", "B")
#: What only chance, a clock or other packets answer, or what nft shows by name alone.
_UNKNOWN = (
    *(
        "-m limit --limit 10/second",
        "-m statistic --mode nth --every 2 --packet 0",
        "-m length --length 0:100",
    ),
    *(
        "-m ttl --ttl-gt 10",
        "-m recent --name x --set",
        "-m connlimit --connlimit-above 5",
        "-m dscp --dscp 0",
    ),
    "-m mac --mac-source 02:00:00:00:00:01",
)


def _links(chain: str) -> Text:
    link = one("eth0", "virbr0", "virbr1", "virbr+", "lo", "v+", "none0")
    options = [*(("-i",) if chain in _INCOMING else ()), *(("-o",) if chain in _OUTGOING else ())]
    return joined(_NOT, one(*(options or ["-i"])), link)


def _ports(protocol: str) -> Text:
    return st.one_of(
        joined(_NOT, one("--dport", "--dport", "--sport"), one(*_PORTS)),
        joined("-m multiport", _NOT, one("--dports", "--sports", "--ports"), several(_MANY_PORTS, 3, ",")),
        *(
            (one("--syn", "! --syn", "--tcp-flags SYN,ACK SYN", "! --tcp-flags SYN,ACK,FIN,RST SYN"),)
            if protocol == "tcp"
            else ()
        ),
    )


def _connection() -> Text:
    return st.one_of(
        joined("-m conntrack", _NOT, "--ctstate", several(_STATES, 3, ",")),
        one("-m conntrack --ctstate RELATED,ESTABLISHED", "-m conntrack --ctstate NEW"),
        joined("-m state", _NOT, "--state", several(_STATES[:5], 2, ",")),
        joined(
            "-m conntrack",
            _NOT,
            "--ctstatus",
            several(("NONE", "SEEN_REPLY", "ASSURED", "CONFIRMED", "EXPECTED"), 2, ","),
        ),
        joined(
            "-m conntrack",
            _NOT,
            one("--ctorigdst", "--ctorigsrc", "--ctreplsrc", "--ctrepldst"),
            one(*HOSTS[:5], "192.168.122.0/24"),
        ),
        joined("-m conntrack --ctdir", one("ORIGINAL", "REPLY")),
        joined(
            "-m conntrack",
            _NOT,
            one("--ctorigdstport", "--ctreplsrcport"),
            one("22", "80", "2222", "50:2222"),
        ),
        joined("-m conntrack --ctproto", one("tcp", "udp")),
        joined("-m connmark", _NOT, "--mark", one("0", "1", "2", "0x1/0x1", "0/0x3")),
    )


def _others() -> Text:
    kinds = ("LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "LOCAL,BROADCAST")
    return st.one_of(
        joined("-m mark", _NOT, "--mark", one("0", "1", "2", "0x1/0x1", "0x2/0x3", "0/0xff")),
        joined("-m addrtype", _NOT, one("--dst-type", "--src-type"), one(*kinds)),
        joined("-m addrtype --src-type UNICAST", _NOT, "--dst-type", one(*kinds)),
        joined(
            "-m iprange",
            _NOT,
            one("--src-range", "--dst-range"),
            one("192.168.122.2-192.168.122.60", "198.51.100.2-203.0.113.8"),
        ),
        joined("-m pkttype", _NOT, "--pkt-type", one("unicast", "broadcast", "multicast")),
        one("-m comment --comment x", '-m comment --comment "a -j DROP"'),
    )


@cache
def _conditions(table: str, chain: str, protocol: str) -> Text:
    """Some conditions, no two of a kind: iptables takes most options once."""
    address = joined(_NOT, one("-s", "-d"), one(*HOSTS, *PREFIXES[:5]))
    kinds = [address, _links(chain), _connection(), _others()]
    if protocol:
        kinds.append(_ports(protocol))
    if chain == "PREROUTING":
        kinds.append(one("-m addrtype --dst-type LOCAL --limit-iface-in", *_EARLY.get(table, ())))
    pairs = [joined(some, other) for some, other in combinations(kinds, 2)]
    asked = st.one_of([one(""), *kinds, *kinds, *pairs])
    doubtful = st.integers(0, 24).flatmap(lambda number: one(*_UNKNOWN) if number == 24 else one(""))
    return joined(f"-p {protocol}" if protocol else "", asked, doubtful)


@cache
def _target(table: str, chain: str, protocol: str, calls: tuple[str, ...]) -> Text:
    ways = [
        (4, one("-j ACCEPT", "-j ACCEPT", "-j RETURN" if table == "nat" else "-j DROP", "-j RETURN")),
        (1, one("-j LOG", "-j LOG --log-prefix x", "")),
    ]
    if calls:
        ways.append((2, joined(one("-j", "-j", "-g"), one(*calls))))
    if table in ("raw", "mangle"):
        ways.append(
            (
                3,
                one(
                    "-j MARK --set-mark 1",
                    "-j MARK --set-xmark 2/0x3",
                    "-j MARK --or-mark 2",
                    "-j MARK --and-mark 1",
                ),
            )
        )
        ways.append(
            (
                2,
                one(
                    "-j CONNMARK --set-mark 1",
                    "-j CONNMARK --save-mark",
                    "-j CONNMARK --restore-mark",
                    "-j CONNMARK --set-xmark 1/3",
                ),
            )
        )
    if table == "mangle":
        ways.append(
            (
                1,
                one(
                    "-j DSCP --set-dscp 1",
                    "-j TTL --ttl-set 9",
                    "-j CHECKSUM --checksum-fill",
                    "-j CLASSIFY --set-class 1:1",
                    "-j TOS --set-tos 0x10",
                ),
            )
        )
    if table == "raw":
        ways.append((3, one("-j CT --notrack", "-j NOTRACK", "-j CT --zone 1")))
    if table == "filter":
        told = (
            "icmp-port-unreachable",
            "icmp-host-unreachable",
            "icmp-admin-prohibited",
            *(("tcp-reset",) if protocol == "tcp" else ()),
        )
        ways.append((3, joined("-j REJECT --reject-with", one(*told))))
    if table == "nat":
        ways.append((9, _translation(chain, bool(protocol))))
    return choice(*ways)


def _translation(chain: str, ported: bool) -> Text:
    if chain == "PREROUTING":
        host = one(GUEST, GUEST, ISOLATED, CLIENT, "192.168.122.77", MACHINE, "10.9.8.7")
        ways = [
            joined("-j DNAT --to-destination", host),
            one("-j REDIRECT", "-j DNAT --to-destination 192.168.122.50 --random"),
        ]
        if ported:
            ways += [
                joined(
                    "-j DNAT --to-destination",
                    host.flatmap(lambda h: one(f"{h}:22", f"{h}:80", f"{h}:2222-2223")),
                ),
                joined("-j REDIRECT --to-ports", one("22", "80", "2222-2223")),
            ] * 2
        return st.one_of([*ways, joined("-j NETMAP --to", one("192.168.122.0/24"))])
    ways = [
        one("-j MASQUERADE", "-j MASQUERADE", "-j MASQUERADE --random"),
        joined("-j SNAT --to-source", one(MACHINE, "198.51.100.77", "10.9.8.7")),
    ]
    if ported:
        ways += [
            one(
                "-j MASQUERADE --to-ports 1024-65535",
                "-j MASQUERADE --to-ports 4000-4400",
                f"-j SNAT --to-source {MACHINE}:5000-5400",
            )
        ]
    return st.one_of(ways)


@cache
def _rules(table: str, chain: str, calls: tuple[str, ...], most: int) -> st.SearchStrategy[list[str]]:
    rule = st.one_of(
        [
            joined(_conditions(table, chain, protocol), _target(table, chain, protocol, calls))
            for protocol in ("tcp", "tcp", "udp", "")
        ]
    )
    if table == "filter":
        rule = choice((8, rule), (1, st.just("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")))
    return st.lists(rule, min_size=1, max_size=most)


@st.composite
def _table(draw: st.DrawFn, table: str) -> str:
    lines, rules = [], []
    for chain in CHAINS[table]:
        policy = draw(st.sampled_from(("ACCEPT",) * 4 + ("DROP",))) if table == "filter" else "ACCEPT"
        lines.append(f":{chain} {policy} [0:0]")
        calls = tuple(f"{chain[:2]}{name}" for name in _CALLED[: draw(st.integers(0, 2))])
        lines += [f":{name} - [0:0]" for name in calls]
        for index, name in enumerate(calls):
            rules += [f"-A {name} {rule}" for rule in draw(_rules(table, chain, calls[index + 1 :], 3))]
        rules += [f"-A {chain} {rule}" for rule in draw(_rules(table, chain, calls, 4))]
    return "\n".join([f"*{table}", *lines, *rules, "COMMIT\n"])


@st.composite
def iptables_ruleset(draw: st.DrawFn) -> str:
    """Some of the tables, as iptables-save prints them."""
    tables = draw(
        st.lists(
            st.sampled_from(("nat", "filter", "nat", "filter", "mangle", "raw")),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    return "".join(draw(_table(table)) for table in tables)
