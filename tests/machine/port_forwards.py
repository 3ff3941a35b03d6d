"""Rulesets that make, or fail to make, a port forward from the machine's port 2222 to the guest's port 22.

Each is what root types on a machine with libvirt's default network and its iptables backend.
"""

# ruff: noqa: E501 - commands are written as they are typed
from __future__ import annotations

import shlex

GUEST = "192.168.122.50"
PORT = 2222

_TABLE = "nft add table ip labb"
_PRE = _TABLE + "; nft add chain ip labb pre '{ type nat hook prerouting priority dstnat; }'"
_DNAT = _PRE + f"; nft add rule ip labb pre tcp dport 2222 dnat to {GUEST}:22"
_ACCEPT = f"iptables -I FORWARD -d {GUEST} -p tcp --dport 22 -j ACCEPT"
_GOOD = f"{_DNAT}; {_ACCEPT}"
_COURSE = (
    "nft add table ip nat; "
    "nft add chain ip nat PREROUTING '{ type nat hook prerouting priority 0; }'; "
    f"nft add rule ip nat PREROUTING tcp dport 2222 dnat to {GUEST}:22; "
    "nft add chain ip nat POSTROUTING '{ type nat hook postrouting priority 100; }'; "
    'nft add rule ip nat POSTROUTING oifname "virbr0" masquerade'
)


def _pre(rule: str, accept: str = _ACCEPT) -> str:
    """A rule of one's own in a chain for DNAT, and what lets it through."""
    return f"{_PRE}; nft 'add rule ip labb pre {rule}'; {accept}"


def _loaded(ruleset: str) -> str:
    return f"printf %s {shlex.quote(ruleset)} | nft -f -"


def _forward(rules: str, priority: str = "filter - 5", policy: str = "accept", family: str = "ip") -> str:
    """A good forward, and a base chain at forward besides."""
    chain = f"type filter hook forward priority {priority}; policy {policy};"
    return _GOOD + "; " + _loaded(f"table {family} own {{ chain f {{ {chain}\n{rules}\n}}\n}}\n")


def _insert(rule: str) -> str:
    """A DNAT, and one rule before libvirt's."""
    return f"{_DNAT}; nft 'insert rule ip filter FORWARD {rule}'"


_NEW_ONLY = "ct state new accept\n"

#: Commands by what they are about. The client connects to port 2222.
STATES: dict[str, str] = {
    "nothing": "true",
    "the course as given": _COURSE,
    "the course and the right accept": f"{_COURSE}; {_ACCEPT}",
    "own table": _GOOD,
    "accept by ctstate DNAT": f"{_DNAT}; iptables -I FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT",
    "accept by ctstate NEW,DNAT": f"{_DNAT}; iptables -I FORWARD -m conntrack --ctstate NEW,DNAT -j ACCEPT",
    "accept by not ctstate NEW,DNAT": f"{_DNAT}; iptables -I FORWARD -m conntrack ! --ctstate NEW,DNAT -j ACCEPT",
    "accept by ctstate INVALID": f"{_DNAT}; iptables -I FORWARD -m conntrack --ctstate INVALID -j ACCEPT",
    "accept without dnat": _ACCEPT,
    "accept appended": f"{_DNAT}; iptables -A FORWARD -d {GUEST} -p tcp --dport 22 -j ACCEPT",
    "accept of the original port": f"{_DNAT}; iptables -I FORWARD -p tcp --dport 2222 -j ACCEPT",
    "accept in LIBVIRT_FWI": f"{_DNAT}; iptables -I LIBVIRT_FWI -d {GUEST} -j ACCEPT",
    "accept in LIBVIRT_FWO": f"{_DNAT}; iptables -I LIBVIRT_FWO -d {GUEST} -j ACCEPT",
    "accept in an unused chain": f"{_DNAT}; iptables -N MINE; iptables -A MINE -j ACCEPT",
    "accept in an own chain": f"{_DNAT}; iptables -N MINE; iptables -A MINE -j ACCEPT; iptables -I FORWARD -j MINE",
    "accept in another base chain": _DNAT
    + "; "
    + _loaded(
        "table ip own { chain f { type filter hook forward priority -10; policy accept; accept\n }\n }\n"
    ),
    "wrong port": _pre(f"tcp dport 2223 dnat to {GUEST}:22"),
    "wrong target port": _pre(f"tcp dport 2222 dnat to {GUEST}:23"),
    "no target port": _pre(f"tcp dport 2222 dnat to {GUEST}"),
    "wrong address": _pre("tcp dport 2222 dnat to 192.168.122.51:22"),
    "address without a route": _pre("tcp dport 2222 dnat to 127.0.0.1:22"),
    "udp": _pre(f"udp dport 2222 dnat to {GUEST}:22"),
    "th dport": _pre(f"meta l4proto tcp th dport 2222 dnat to {GUEST}:22"),
    "range": _pre(f"tcp dport 2200-2300 dnat to {GUEST}:22"),
    "range beside": _pre(f"tcp dport 2223-2300 dnat to {GUEST}:22"),
    "less than": _pre(f"tcp dport < 2222 dnat to {GUEST}:22"),
    "at most": _pre(f"tcp dport <= 2222 dnat to {GUEST}:22"),
    "set": _pre(f"tcp dport {{ 22, 2222, 8000-8100 }} dnat to {GUEST}:22"),
    "negated set": _pre(f"tcp dport != {{ 22, 2222 }} dnat to {GUEST}:22"),
    "negation": _pre(f'iifname != "virbr0" tcp dport 2222 dnat to {GUEST}:22'),
    "wrong interface": _pre(f'iifname "virbr0" tcp dport 2222 dnat to {GUEST}:22'),
    "interface wildcard": _pre(f'iifname "eth*" tcp dport 2222 dnat to {GUEST}:22'),
    "interface index": _pre(f"iif eth0 tcp dport 2222 dnat to {GUEST}:22"),
    "no outgoing interface yet": _pre(f'oifname != "x" tcp dport 2222 dnat to {GUEST}:22'),
    "outgoing interface too early": _pre(f'oifname "virbr0" tcp dport 2222 dnat to {GUEST}:22'),
    "fib local": _pre(f"fib daddr type local tcp dport 2222 dnat to {GUEST}:22"),
    "fib unicast": _pre(f"fib daddr type unicast tcp dport 2222 dnat to {GUEST}:22"),
    "fib local on the interface": _pre(f"fib daddr . iif type local tcp dport 2222 dnat to {GUEST}:22"),
    "source address": _pre(f"ip saddr 203.0.113.0/24 tcp dport 2222 dnat to {GUEST}:22"),
    "other source address": _pre(f"ip saddr != 203.0.113.7 tcp dport 2222 dnat to {GUEST}:22"),
    "destination address": _pre(f"ip daddr 198.51.100.2 tcp dport 2222 dnat to {GUEST}:22"),
    "concatenation": _pre(f"ip daddr . tcp dport {{ 198.51.100.2 . 2222 }} dnat to {GUEST}:22"),
    "concatenation with ranges": _pre(
        f"ip saddr . tcp dport {{ 203.0.113.0/24 . 2000-3000 }} dnat to {GUEST}:22"
    ),
    "map": _pre(f"dnat to tcp dport map {{ 2222 : {GUEST} . 22 }}"),
    "map without it": _pre(f"dnat to tcp dport map {{ 2223 : {GUEST} . 22 }}"),
    "map of addresses": _pre(f"tcp dport 2222 dnat to tcp dport map {{ 2222 : {GUEST} }} : 22"),
    "state new": _pre(f"ct state new tcp dport 2222 dnat to {GUEST}:22"),
    "state established": _pre(f"ct state established tcp dport 2222 dnat to {GUEST}:22"),
    "redirect": _pre("tcp dport 2222 redirect to :22"),
    "two rules, first wins": _pre("tcp dport 2222 dnat to 192.168.122.51:22")
    + f"; nft add rule ip labb pre tcp dport 2222 dnat to {GUEST}:22",
    "rule after accept": _pre("tcp dport 2222 accept")
    + f"; nft add rule ip labb pre tcp dport 2222 dnat to {GUEST}:22",
    "rule after a drop": _pre("tcp dport 2222 drop")
    + f"; nft add rule ip labb pre tcp dport 2222 dnat to {GUEST}:22",
    "chain without hook": f"{_TABLE}; nft add chain ip labb pre; "
    f"nft add rule ip labb pre tcp dport 2222 return; {_ACCEPT}",
    "chain of type filter": f"{_TABLE}; nft add chain ip labb pre "
    f"'{{ type filter hook prerouting priority dstnat; }}'; nft add rule ip labb pre tcp dport 2222 accept; {_ACCEPT}",
    "chain at the wrong hook": f"{_TABLE}; nft add chain ip labb out '{{ type nat hook output priority -100; }}'; "
    f"nft add rule ip labb out tcp dport 2222 dnat to {GUEST}:22; {_ACCEPT}",
    "table ip6": "nft add table ip6 labb; nft add chain ip6 labb pre '{ type nat hook prerouting priority -100; }'; "
    f"nft add rule ip6 labb pre tcp dport 2222 dnat to [fd00::1]:22; {_ACCEPT}",
    "table inet": "nft add table inet labb; "
    "nft add chain inet labb pre '{ type nat hook prerouting priority -100; }'; "
    f"nft add rule inet labb pre tcp dport 2222 dnat ip to {GUEST}:22; {_ACCEPT}",
    "table inet, dnat ip6 before": "nft add table inet labb; "
    "nft add chain inet labb pre '{ type nat hook prerouting priority -100; }'; "
    "nft add rule inet labb pre tcp dport 2222 dnat ip6 to [fd00::1]:22; "
    f"nft add rule inet labb pre tcp dport 2222 dnat ip to {GUEST}:22; {_ACCEPT}",
    "dormant table": f"{_GOOD}; nft add table ip labb '{{ flags dormant; }}'",
    "priority 100": _GOOD.replace("dstnat", "100"),
    "priority -199": _GOOD.replace("dstnat", "-199"),
    "first nat chain accepts, the second translates": _GOOD
    + "; nft add chain ip labb early '{ type nat hook prerouting priority -150; }'"
    + "; nft add rule ip labb early accept",
    "first nat chain translates elsewhere": _GOOD
    + "; nft add chain ip labb early '{ type nat hook prerouting priority -150; }'"
    + "; nft add rule ip labb early tcp dport 2222 dnat to 192.168.122.51:22",
    "equal priority, the later chain comes first": _GOOD
    + "; nft add chain ip labb again '{ type nat hook prerouting priority dstnat; }'"
    + "; nft add rule ip labb again tcp dport 2222 dnat to 192.168.122.51:22",
    "equal priority, the earlier chain is wrong": _GOOD.replace(GUEST + ":22", "192.168.122.51:22")
    + "; nft add chain ip labb again '{ type nat hook prerouting priority dstnat; }'"
    + f"; nft add rule ip labb again tcp dport 2222 dnat to {GUEST}:22",
    "drop after translation, declared before": _GOOD.replace("dstnat", "0")
    + "; nft add chain ip labb f '{ type filter hook prerouting priority -50; }'"
    + "; nft add rule ip labb f tcp dport 2222 drop",
    "drop of the translated port, declared before": _GOOD.replace("dstnat", "0")
    + "; nft add chain ip labb f '{ type filter hook prerouting priority -50; }'"
    + "; nft add rule ip labb f tcp dport 22 drop",
    "drop before translation": _GOOD
    + "; nft add chain ip labb f '{ type filter hook prerouting priority -150; }'"
    + "; nft add rule ip labb f tcp dport 2222 drop",
    "drop by state invalid before conntrack": _GOOD
    + "; nft add chain ip labb f '{ type filter hook prerouting priority raw; }'"
    + "; nft add rule ip labb f tcp dport 2222 ct state invalid drop",
    "notrack": _GOOD
    + "; nft add chain ip labb f '{ type filter hook prerouting priority raw; }'"
    + "; nft add rule ip labb f tcp dport 2222 notrack",
    "notrack too late": _GOOD
    + "; nft add chain ip labb f '{ type filter hook prerouting priority mangle; }'"
    + "; nft add rule ip labb f tcp dport 2222 notrack",
    "forwarding off": f"{_GOOD}; sysctl -qw net.ipv4.ip_forward=0",
    "iptables all the way": f"iptables -t nat -A PREROUTING -p tcp --dport 2222 -j DNAT --to-destination {GUEST}:22; "
    + _ACCEPT,
    "iptables, refused": f"iptables -t nat -A PREROUTING -p tcp --dport 2222 -j DNAT --to-destination {GUEST}:22",
    "iptables, wrong address": "iptables -t nat -A PREROUTING -p tcp --dport 2222 -j DNAT "
    f"--to-destination 192.168.122.51:22; {_ACCEPT}",
    "iptables, addrtype and multiport": "iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -p tcp "
    f"-m multiport --dports 80,2200:2300 -j DNAT --to-destination {GUEST}:22; {_ACCEPT}",
    "iptables, own chain": "iptables -t nat -N MINE; iptables -t nat -A MINE -p tcp --dport 2222 -j DNAT "
    f"--to-destination {GUEST}:22; iptables -t nat -A PREROUTING ! -i virbr0 -j MINE; {_ACCEPT}",
    "iptables, own chain that returns": "iptables -t nat -N MINE; iptables -t nat -A MINE -j RETURN; "
    f"iptables -t nat -A MINE -p tcp --dport 2222 -j DNAT --to-destination {GUEST}:22; "
    f"iptables -t nat -A PREROUTING -j MINE; {_ACCEPT}",
    "iptables, redirect": f"iptables -t nat -A PREROUTING -p tcp --dport 2222 -j REDIRECT --to-ports 22; {_ACCEPT}",
    "iptables, masquerade": f"{_GOOD}; iptables -t nat -I POSTROUTING -o virbr0 -j MASQUERADE",
    "iptables, iprange": f"{_DNAT}; iptables -I FORWARD -m iprange --dst-range {GUEST}-{GUEST} -j ACCEPT",
    "iptables, marked in mangle": f"{_DNAT}; iptables -t mangle -A PREROUTING -p tcp --dport 2222 -j MARK "
    "--set-mark 5; iptables -I FORWARD -m mark --mark 0x5 -j ACCEPT",
    "iptables, another mark": f"{_DNAT}; iptables -t mangle -A PREROUTING -p tcp --dport 2222 -j MARK "
    "--set-mark 5; iptables -I FORWARD -m mark --mark 0x6 -j ACCEPT",
    "iptables, mark with a mask": f"{_DNAT}; iptables -t mangle -A PREROUTING -j MARK --set-xmark 0x15/0xff; "
    "iptables -I FORWARD -m mark --mark 0x5/0xf -j ACCEPT",
    "iptables, connmark": f"{_DNAT}; iptables -t mangle -A PREROUTING -p tcp --dport 2222 -j CONNMARK "
    "--set-mark 7; iptables -I FORWARD -m connmark --mark 7 -j ACCEPT",
    "iptables, ctorigdstport": f"{_DNAT}; iptables -I FORWARD -m conntrack --ctorigdstport 2222 -j ACCEPT",
    "iptables, syn": f"{_DNAT}; iptables -I FORWARD -p tcp --syn -j ACCEPT",
    "iptables, notrack": f"{_GOOD}; iptables -t raw -A PREROUTING -p tcp --dport 2222 -j CT --notrack",
    "iptables, policy drop": f"{_GOOD}; iptables -P FORWARD DROP",
    "iptables, policy drop, nothing accepted": f"{_DNAT}; iptables -F FORWARD; iptables -P FORWARD DROP",
    "iptables, libvirt's chains flushed": f"{_DNAT}; iptables -F LIBVIRT_FWI",
    "goto back": _insert("goto MINE").replace("nft 'insert", "iptables -N MINE; nft 'insert"),
    "jump to a return": _insert("jump MINE").replace(
        "nft 'insert", "iptables -N MINE; iptables -A MINE -j RETURN; iptables -A MINE -j ACCEPT; nft 'insert"
    ),
    "ct status": _insert("ct status dnat accept"),
    "ct status snat": _insert("ct status snat accept"),
    "ct status masked": _insert("ct status & dnat == dnat accept"),
    "ct original": _insert("ct original ip daddr 198.51.100.2 accept"),
    "ct direction": _insert("ct direction original accept"),
    "ct mark": _insert("ct mark 0 accept"),
    "tcp flags": _insert("tcp flags & (fin|syn|rst|ack) == syn accept"),
    "state map": _insert("ct state vmap { new : accept, invalid : drop }"),
    "state map without it": _insert("ct state vmap { related : accept, invalid : drop }"),
    "port map": _insert("tcp dport vmap { 22 : accept }"),
    "reverse path": _insert("fib saddr . iif oif exists accept"),
    "reverse path missing": _insert("fib saddr . iif oif missing accept"),
    "masked address": _insert("ip daddr & 255.255.255.128 == 192.168.122.0 accept"),
    "interfaces together": _insert('iifname . oifname { "eth0" . "virbr0" } accept'),
    "another chain drops": _forward("tcp dport 22 drop"),
    "another chain drops the old port": _forward("tcp dport 2222 drop"),
    "another chain rejects": _forward(f"ip daddr {GUEST} reject with tcp reset", family="inet"),
    "another chain, policy drop": _forward("", policy="drop"),
    "only new accepted": _forward(_NEW_ONLY, policy="drop"),
    "new and established accepted": _forward("ct state { new, established } accept", policy="drop"),
    "new, and what comes from the guest": _forward(_NEW_ONLY + 'iifname "virbr0" accept', policy="drop"),
    "answers dropped": _forward(f"ip saddr {GUEST} drop"),
    "answers dropped at postrouting by the old source": _GOOD
    + "; nft add chain ip labb post '{ type filter hook postrouting priority 50; }'"
    + f"; nft add rule ip labb post ip saddr {GUEST} drop",
    "answers at postrouting after translation": _GOOD
    + "; nft add chain ip labb post '{ type filter hook postrouting priority 150; }'"
    + f"; nft add rule ip labb post ip saddr {GUEST} drop",
    "drop at postrouting": _GOOD
    + "; nft add chain ip labb post '{ type filter hook postrouting priority 0; }'"
    + "; nft add rule ip labb post iifname eth0 oifname virbr0 drop",
    "input does not matter": _GOOD
    + "; nft add chain ip labb in '{ type filter hook input priority 0; policy drop; }'"
    + "; nft add rule ip labb in ip daddr 198.51.100.2 drop",
    "source translated to this machine": _GOOD
    + "; nft add chain ip labb post '{ type nat hook postrouting priority 90; }'"
    + "; nft add rule ip labb post oifname virbr0 snat to 192.168.122.1",
    "source translated to an address of the guest's network": _GOOD
    + "; nft add chain ip labb post '{ type nat hook postrouting priority 90; }'"
    + "; nft add rule ip labb post oifname virbr0 snat to 192.168.122.99",
    "source translated to an address far away": _GOOD
    + "; nft add chain ip labb post '{ type nat hook postrouting priority 90; }'"
    + "; nft add rule ip labb post oifname virbr0 snat to 10.77.0.1",
    "masquerade with other ports": _GOOD
    + "; nft add chain ip labb post '{ type nat hook postrouting priority 90; }'"
    + "; nft add rule ip labb post oifname virbr0 meta l4proto tcp masquerade to :2000-3000",
    "ingress drops": _GOOD
    + "; nft add table netdev own; nft add chain netdev own in "
    + "'{ type filter hook ingress device eth0 priority 0; }'; nft add rule netdev own in tcp dport 2222 drop",
    "ingress drops something else": _GOOD
    + "; nft add table netdev own; nft add chain netdev own in "
    + "'{ type filter hook ingress device eth0 priority 0; }'; nft add rule netdev own in tcp dport 22 drop",
    "inet ingress drops": _GOOD
    + "; nft add table inet own; nft add chain inet own in "
    + "'{ type filter hook ingress device eth0 priority 0; }'; nft add rule inet own in tcp dport 2222 drop",
    "deep jumps": _DNAT
    + "; "
    + _loaded(
        "table ip filter {\nchain a { jump b\n }\nchain b { goto c\n }\nchain c { tcp dport 22 return\n drop\n }\n }\n"
    )
    + "; nft insert rule ip filter FORWARD jump a; "
    + _ACCEPT.replace("-I FORWARD", "-I FORWARD 2"),
    "deep goto ends the base chain": f"{_DNAT}; {_ACCEPT}; "
    + _loaded("table ip filter {\nchain c { tcp dport 22 return\n drop\n }\n }\n")
    + "; nft insert rule ip filter FORWARD tcp dport 22 goto c; iptables -P FORWARD DROP",
    "named set": _DNAT
    + "; "
    + _loaded(
        f"table ip filter {{ set s {{ type ipv4_addr; flags interval; elements = {{ {GUEST}/31 }}; }}\n }}\n"
    )
    + "; nft insert rule ip filter FORWARD ip daddr @s accept",
    "named map of verdicts": _DNAT
    + "; "
    + _loaded(
        "table ip filter { map v { type inet_service : verdict; elements = { 22 : accept, 2222 : drop }; }\n }\n"
    )
    + "; nft insert rule ip filter FORWARD tcp dport vmap @v",
    "empty set": _DNAT
    + "; "
    + _loaded("table ip filter { set s { type ipv4_addr; }\n }\n")
    + "; nft insert rule ip filter FORWARD ip daddr @s accept",
    "harmless statements": _insert('counter log prefix "x" meta mark set 1 ct mark set 2 accept'),
    "unmatched unknown": _insert("udp dport 53 limit rate 1/second drop")
    + f"; nft insert rule ip filter FORWARD ip daddr {GUEST} accept",
    "limit that drops what is dropped anyway": _GOOD
    + "; iptables -I FORWARD -j DROP; nft insert rule ip filter FORWARD limit rate 1/second drop",
}

_NFTABLES_ACCEPT = 'nft insert rule ip libvirt_network forward oifname "virbr0" ct status dnat counter accept'

#: The same for libvirt's nftables backend.
NFTABLES_STATES: dict[str, str] = {
    "nothing": "true",
    "the course as given": _COURSE,
    "own table": _DNAT,
    "accept in libvirt's base chain": f"{_DNAT}; {_NFTABLES_ACCEPT}",
    "the course and that accept": f"{_COURSE}; {_NFTABLES_ACCEPT}",
    "accept in guest_input": f"{_DNAT}; nft insert rule ip libvirt_network guest_input ct status dnat accept",
    "accept in guest_output": f"{_DNAT}; nft insert rule ip libvirt_network guest_output ct status dnat accept",
    "iptables' FORWARD does not help": f"{_DNAT}; {_ACCEPT}",
    "iptables' DNAT": f"iptables -t nat -A PREROUTING -p tcp --dport 2222 -j DNAT --to-destination {GUEST}:22; "
    + _NFTABLES_ACCEPT,
    "accept in another base chain": _DNAT
    + "; "
    + _loaded(
        "table ip own { chain f { type filter hook forward priority -10; policy accept; accept\n }\n }\n"
    ),
    "forwarding off": f"{_DNAT}; {_NFTABLES_ACCEPT}; sysctl -qw net.ipv4.ip_forward=0",
    "wrong address": f"{_DNAT}; {_NFTABLES_ACCEPT}".replace(GUEST, "192.168.122.51"),
    "udp": f"{_DNAT}; {_NFTABLES_ACCEPT}".replace("tcp", "udp"),
}

#: Rulesets whose outcome hangs on what is not in the rules: the answer must be unknown, and name it.
UNKNOWN: dict[str, tuple[str, str]] = {
    "limit": ("limit", _insert("limit rate 10/second accept")),
    "quota": ("quota", _insert("quota over 10 mbytes accept")),
    "random": ("numgen", _insert("numgen random mod 2 0 accept")),
    "recent": ("iptables -m recent", f"{_DNAT}; iptables -I FORWARD -m recent --name x --rcheck -j ACCEPT"),
    "multiport --ports": (
        "iptables -m multiport",
        f"{_DNAT}; iptables -I FORWARD -p tcp -m multiport ! --ports 23:25 -j ACCEPT",
    ),
    "netmap": ("iptables -j NETMAP", "iptables -t nat -I PREROUTING -j NETMAP --to 10.1.0.0/24; " + _GOOD),
    "changing set": (
        "@s",
        _DNAT
        + "; "
        + _loaded("table ip filter { set s { type ipv4_addr; flags dynamic; }\n }\n")
        + "; nft 'insert rule ip filter FORWARD add @s { ip daddr }'"
        + "; nft insert rule ip filter FORWARD ip daddr @s accept",
    ),
    "time of day": ("meta hour", _insert('meta hour "00:00"-"12:00" accept')),
}
