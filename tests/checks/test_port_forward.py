"""A port forward: every code, the commands that mend it, and what is said of the next start."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checks.port_forward  # noqa: F401 - registers
from tests.checks.fake_host import judged, refusal
from tests.checks.rulesets import (
    ACCEPT,
    DROP,
    FILTER,
    GUEST,
    LET_IN,
    PRE,
    a_host,
    chain,
    dnat,
    dport,
    forward,
    match,
    name_is,
    prerouting,
)
from tutor.host.files import file_status, file_text, listing
from tutor.host.firewall import firewall
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network
from tutor.host.links import links
from tutor.host.listeners import listeners
from tutor.host.question import Unobservable
from tutor.host.routes import routes
from tutor.host.systemd import unit

RIGHT = [dport(2222), dnat()]
OWN = ("ip", "own", "f")
OTHER_PRE = ("ip", "own", "p")
ADD = [
    "sudo nft add table ip labb",
    "sudo nft 'add chain ip labb pre { type nat hook prerouting priority dstnat; policy accept; }'",
    f"sudo nft 'insert rule ip labb pre iifname != \"virbr*\" tcp dport 2222 dnat to {GUEST}:22'",
]
_IN = "FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT"
IN = f"sudo iptables -D {_IN} 2>/dev/null; sudo iptables -I {_IN}"
NFT_IN = "sudo nft insert rule ip libvirt_network forward oifname virbr0 ct status dnat counter accept"
SYSCTL = "sudo sysctl -w net.ipv4.ip_forward=1"


def deleted(handle: int, name: tuple[str, str, str] = PRE) -> str:
    return f"sudo nft delete rule {' '.join(name)} handle {handle}"


def judge(host: dict[Any, Any]) -> Any:
    files: dict[Any, Any] = {"listing": None, "file": None, "text": None}
    for question in (listing(""), file_status(""), file_text("")):
        files[question.source] = None
    return judged("port-forward", {**files, listeners(): [], **host}, port=2222, address=GUEST, to_port=22)


def leftover() -> list[dict[str, Any]]:
    """What stays of libvirt's nftables backend where it has changed to the other."""
    name = ("ip", "libvirt_network", "forward")
    return chain(name, type="filter", hook="forward", prio=0, policy="accept")


def own(*rules: list[Any], **base: Any) -> list[dict[str, Any]]:
    return chain(OWN, *rules, **{"type": "filter", "hook": "forward", "prio": -5, "policy": "accept", **base})


@pytest.mark.parametrize(
    ("host", "code", "fix"),
    [
        (a_host(forward()), "no-rule", [*ADD, IN]),
        (a_host(forward(LET_IN)), "no-rule", ADD),
        (a_host(forward(), prerouting(RIGHT)), "forward-refused", [IN]),
        (
            a_host(forward(name=("ip", "libvirt_network", "forward")), prerouting(RIGHT)),
            "forward-refused",
            [NFT_IN],
        ),
        # libvirt changed its firewall: the table of the other one is left, empty.
        (
            a_host(leftover(), forward(), prerouting(RIGHT)),
            "forward-refused",
            [IN],
        ),
        (a_host(forward(LET_IN), prerouting(RIGHT), forwarding="0"), "forwarding-off", [SYSCTL]),
        (a_host(forward(), prerouting(RIGHT), forwarding="0"), "forwarding-off", [SYSCTL, IN]),
        (a_host(forward(LET_IN), chain(("ip", "labb", "x"), RIGHT)), "chain-not-hooked", ADD),
        (
            a_host(forward(LET_IN), chain(PRE, RIGHT)),
            "chain-not-hooked",
            [one.replace(" pre ", " pre2222 ") for one in ADD],
        ),
        (a_host(forward(LET_IN), prerouting([dport(2222, "udp"), dnat()])), "wrong-protocol", ADD),
        (a_host(forward(LET_IN), prerouting([dport(2223), dnat()])), "wrong-port", ADD),
        (
            a_host(forward(LET_IN), prerouting([name_is("iifname", "virbr0"), *RIGHT])),
            "rule-not-met",
            ADD,
        ),
        (a_host(forward(LET_IN), prerouting([dport(2222), ACCEPT], RIGHT)), "rule-not-met", ADD),
        (
            a_host(forward(LET_IN), prerouting([dport(2222), dnat("fd00::1")], name=("ip6", "labb", "pre"))),
            "wrong-family",
            ADD,
        ),
        (
            a_host(
                forward(LET_IN),
                prerouting(
                    [dport(2222), {"dnat": {"family": "ip6", "addr": "fd00::1"}}], name=("inet", "l", "p")
                ),
            ),
            "wrong-family",
            ADD,
        ),
        (
            a_host(forward(LET_IN), prerouting([dport(2222), dnat("192.168.122.51")])),
            "wrong-address",
            [deleted(1), *ADD],
        ),
        (
            a_host(forward(), prerouting([dport(2222), dnat(port=23)])),
            "wrong-guest-port",
            [deleted(1), *ADD, IN],
        ),
        (
            a_host(
                forward(LET_IN), prerouting([dport(2222), dnat("10.0.0.1")], [dport(2222), dnat(port=23)])
            ),
            "wrong-address",
            [deleted(1), deleted(2), *ADD],
        ),
        (a_host(forward(LET_IN), prerouting([dport(2222), DROP], RIGHT)), "refused-before", [deleted(1)]),
        (
            a_host(
                forward(LET_IN),
                prerouting(RIGHT),
                own([match({"payload": {"protocol": "ip", "field": "saddr"}}, GUEST), DROP]),
            ),
            "reply-lost",
            [deleted(1, OWN)],
        ),
        (a_host(forward(LET_IN), prerouting(RIGHT), own([dport(22), DROP])), "forward-refused", []),
        (a_host(forward(LET_IN), prerouting(RIGHT), own(policy="drop")), "forward-refused", []),
        (
            a_host(forward(LET_IN), prerouting(RIGHT), own([dport(22), DROP], hook="postrouting")),
            "refused-after",
            [],
        ),
        (
            a_host(forward(LET_IN), prerouting([DROP], name=OTHER_PRE, type="filter", prio=-150)),
            "refused-before",
            [],
        ),
    ],
)
def test_what_is_wrong(host: dict[Any, Any], code: str, fix: list[str]) -> None:
    finding = judge(host)
    assert (finding.code, list(finding.fix)) == (code, fix)
    assert ("ecide" in finding.hint.message) == (not fix)


@pytest.mark.parametrize("own_rule", [RIGHT, [name_is("iifname", "eth*"), *RIGHT]])
def test_right(own_rule: list[Any]) -> None:
    host = a_host(forward(LET_IN), prerouting(own_rule))
    finding = judge(host)
    assert finding.code is None
    shown = str(finding.observed)
    assert "jump" not in shown
    without_uplink = {**host, routes(): []}
    assert judge(without_uplink).code == (None if own_rule is RIGHT else "rule-not-met")


def test_a_refusal_is_told_first() -> None:
    observed = judge(a_host(forward(), prerouting(RIGHT))).observed
    first = observed.values["step0"]
    assert "rejected" in first.values["what"].message


def test_a_stopped_network_is_started() -> None:
    xml = "<network><bridge name='virbr0'/><ip address='192.168.122.1' prefix='24'/></network>"
    host = a_host(forward(LET_IN), prerouting(RIGHT))
    host[links()] = [one for one in host[links()] if one["name"] != "virbr0"]
    found = {"name": "default", "active": False, "xml": xml, "inactive_xml": xml}
    finding = judge({**host, network(SYSTEM, "default"): found})
    assert (finding.code, finding.fix) == ("no-network", ("virsh -c qemu:///system net-start default",))
    for answer in (None, {**found, "active": True}, refusal()):
        assert judge({**host, network(SYSTEM, "default"): answer}).fix == ()


HOOK = "/etc/libvirt/hooks/network.d/forward"
CONF = "/etc/nftables.conf"


@pytest.mark.parametrize(
    ("mode", "hook", "conf", "service", "note"),
    [
        (0o755, "dport 2222", "", "disabled", None),
        (0o644, "dport 2222", "", "disabled", "no hook"),
        (0o755, "dport 22223", "", "disabled", "no hook"),
        (0o755, "", "tcp dport 2222", "enabled", None),
        (0o755, "", "tcp dport 2222", "disabled", "no hook"),
        (0o755, "dport 2222", "table ip nat {", "disabled", "table ip nat"),
        (0o755, "", "# table ip nat", "disabled", "no hook"),
    ],
)
def test_the_next_start(mode: int, hook: str, conf: str, service: str, note: str | None) -> None:
    host = {
        **a_host(forward(LET_IN), prerouting(RIGHT)),
        listing("/etc/libvirt/hooks/network.d"): ["forward"],
        file_status(HOOK): {"mode": mode},
        file_text(HOOK): {"path": HOOK, "text": hook},
        file_text(CONF): {"path": CONF, "text": conf},
        unit("nftables.service"): {"load": "loaded", "active": "inactive", "sub": "dead", "file": service},
    }
    found = judge(host).note
    assert (note in found.message) if note else (found is None)


def test_what_nobody_may_read_is_not_noted() -> None:
    assert judge({**a_host(forward(LET_IN), prerouting(RIGHT)), file_text(CONF): refusal()}).note is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({firewall(): refusal("not-permitted")}, "not-permitted"),
        ({firewall(): refusal("program-missing")}, "program-missing"),
        ({firewall(): a_host(legacy=("nat",))[firewall()]}, "legacy-iptables"),
        ({firewall(): {"json": {"nftables": [3]}, "text": "", "saved": "", "legacy": []}}, "malformed"),
        (
            {firewall(): a_host(prerouting([{"xt": {"type": "match", "name": "u32"}}, dnat()]))[firewall()]},
            "unknown-construct",
        ),
        ({links(): []}, "no-address"),
        ({routes(): [{"destination": "0.0.0.0/0", "interface": "nowhere", "gateway": None}]}, "no-address"),
    ],
)
def test_unknown(changes: dict[Any, Any], reason: str) -> None:
    with pytest.raises(Unobservable) as raised:
        judge({**a_host(forward(LET_IN), prerouting(RIGHT)), **changes})
    assert raised.value.reason == reason


def socket(**changes: Any) -> dict[Any, Any]:
    """What listens on the port, for everybody, by default."""
    usual = {"protocol": "tcp", "address": "*", "port": 2222, "interface": None}
    return {listeners(): [{**usual, "program": None, "pid": None, "unit": None, **changes}]}


@pytest.mark.parametrize("reachable", [socket(), socket(address="198.51.100.2"), socket(interface="eth0")])
def test_what_a_program_does_with_connections_is_not_seen(reachable: dict[Any, Any]) -> None:
    """It may be a proxy, which reaches the guest as well; the fix takes them before it gets them."""
    with pytest.raises(Unobservable) as raised:
        judge({**a_host(forward(LET_IN)), **reachable})
    assert (raised.value.reason, list(raised.value.fix)) == ("program-listens", ADD)
    assert judge({**a_host(forward(LET_IN), prerouting(RIGHT)), **reachable}).code is None
    assert (
        judge({**a_host(forward(LET_IN), prerouting([dport(2223), dnat()])), **reachable}).code
        == "wrong-port"
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        socket(address="127.0.0.1"),
        socket(address="192.168.122.1"),
        socket(protocol="udp"),
        socket(port=22),
        socket(interface="virbr0"),
        {listeners(): refusal("program-missing")},
    ],
)
def test_a_program_that_no_client_from_outside_gets_to(elsewhere: dict[Any, Any]) -> None:
    assert judge({**a_host(forward(LET_IN)), **elsewhere}).code == "no-rule"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["ip", "nat", "dnat", "2222"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
STATEMENT = st.dictionaries(
    st.sampled_from(["dnat", "match", "accept", "jump", "xt", "vmap", "snat", "redirect"]),
    JSON,
    min_size=1,
    max_size=2,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(JSON, max_size=3), st.lists(st.lists(STATEMENT, max_size=3), max_size=3), st.text(max_size=9))
def test_whatever_a_recording_holds_is_answered_or_unknown(
    entries: list[Any], rules: list[Any], address: str
) -> None:
    whole = [*prerouting(*rules), *forward(*rules, name=FILTER)]
    host = a_host()
    for document in (entries, [*whole, *entries], whole):
        host[firewall()] = {"json": {"nftables": document}, "text": "", "saved": "", "legacy": []}
        for one in (host, {**host, links(): [{**host[links()][1], "addresses": [address]}]}):
            try:
                judge(one)
            except Unobservable:
                continue
