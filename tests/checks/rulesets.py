"""Rulesets in nft's JSON (libnftables-json(5)), and the machine around them."""

from __future__ import annotations

from typing import Any

from tutor.host.firewall import firewall
from tutor.host.kernel import sysctl
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.networks import network_names
from tutor.host.links import links
from tutor.host.routes import routes

FILTER = ("ip", "filter", "FORWARD")
PRE = ("ip", "labb", "pre")
GUEST = "192.168.122.50"
REJECT = {"reject": {"type": "icmp", "expr": "port-unreachable"}}
ACCEPT: dict[str, Any] = {"accept": None}
DROP: dict[str, Any] = {"drop": None}


def match(left: dict[str, Any], right: Any, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


def name_is(which: str, name: str) -> dict[str, Any]:
    return match({"meta": {"key": which}}, name)


def dport(port: int, protocol: str = "tcp") -> dict[str, Any]:
    return match({"payload": {"protocol": protocol, "field": "dport"}}, port)


def dnat(address: str = GUEST, port: int = 22) -> dict[str, Any]:
    return {"dnat": {"addr": address, "port": port}}


def chain(name: tuple[str, str, str], *rules: list[Any], **base: Any) -> list[dict[str, Any]]:
    """A chain with its rules; their handles count from 1."""
    family, table, own = name
    keys = {"family": family, "table": table}
    return [
        {"chain": {**keys, "name": own, "handle": 99, **base}},
        *(
            {"rule": {**keys, "chain": own, "handle": number, "expr": rule}}
            for number, rule in enumerate(rules, 1)
        ),
    ]


def prerouting(*rules: list[Any], name: tuple[str, str, str] = PRE, **base: Any) -> list[dict[str, Any]]:
    return chain(
        name, *rules, **{"type": "nat", "hook": "prerouting", "prio": -100, "policy": "accept", **base}
    )


def forward(*before: list[Any], name: tuple[str, str, str] = FILTER, **base: Any) -> list[dict[str, Any]]:
    """Libvirt's rules at forward, for both networks, behind those given."""
    answers = [match({"ct": {"key": "state"}}, ["established", "related"], "in"), ACCEPT]
    rules = [
        *before,
        answers,
        [name_is("iifname", "virbr0"), ACCEPT],
        *(
            [name_is(which, bridge), REJECT]
            for bridge in ("virbr0", "virbr1")
            for which in ("oifname", "iifname")
        ),
    ]
    return chain(name, *rules, **{"type": "filter", "hook": "forward", "prio": 0, "policy": "accept", **base})


LET_IN = [name_is("oifname", "virbr0"), match({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT]


def link(name: str, *addresses: str) -> dict[str, Any]:
    return {"name": name, "kind": "", "up": True, "master": None, "addresses": list(addresses)}


def a_host(
    *chains: list[dict[str, Any]], forwarding: str = "1", legacy: tuple[str, ...] = ()
) -> dict[Any, Any]:
    """A machine with an uplink and two bridges, and these chains."""
    entries = [entry for entries in chains for entry in entries]
    return {
        "sysctl": "0",
        sysctl("net.ipv4.ip_forward"): forwarding,
        "unit": {"load": "not-found", "active": "inactive", "sub": "dead", "file": "disabled"},
        connection(SYSTEM, "write"): {"open": True},
        network_names(SYSTEM): ["default"],
        firewall(): {"json": {"nftables": entries}, "text": "", "saved": "", "legacy": list(legacy)},
        links(): [
            link("lo", "127.0.0.1/8"),
            link("eth0", "198.51.100.2/24", "fd00::1/64"),
            link("virbr0", "192.168.122.1/24"),
            link("virbr1", "192.168.50.1/24"),
        ],
        routes(): [{"destination": "0.0.0.0/0", "interface": "eth0", "gateway": "198.51.100.1"}],
    }
