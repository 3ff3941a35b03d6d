"""What iptables-nft made: by name only in JSON, with its arguments in the text form and in iptables-save."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.packetpath.rules import ACCEPT, FORWARDED, REACHED, STATE, forward, match, path, prerouting
from tutor.packetpath import Refused, Unknown
from tutor.packetpath.text_rule import read_rule
from tutor.packetpath.words import NotReadable


def payload(protocol: str, field: str) -> dict[str, Any]:
    return {"payload": {"protocol": protocol, "field": field}}


TEXTS: list[tuple[str, list[dict[str, Any]]]] = [
    (
        "tcp dport 2222 counter packets 0 bytes 0 dnat to 192.168.122.50:22",
        [match(payload("tcp", "dport"), 2222), {"dnat": {"addr": "192.168.122.50", "port": 22}}],
    ),
    (
        'iifname != "virbr0" ip daddr != 1.2.3.0/24 dnat to 1.2.3.4-1.2.3.9:22-25 random,persistent',
        [
            match({"meta": {"key": "iifname"}}, "virbr0", "!="),
            match(payload("ip", "daddr"), {"prefix": {"addr": "1.2.3.0", "len": 24}}, "!="),
            {
                "dnat": {
                    "addr": {"range": ["1.2.3.4", "1.2.3.9"]},
                    "port": {"range": [22, 25]},
                    "flags": ["random", "persistent"],
                }
            },
        ],
    ),
    (
        "meta l4proto tcp tcp dport { 80, 443, 2000-2100 } redirect to :8080",
        [
            match({"meta": {"key": "l4proto"}}, "tcp"),
            match(payload("tcp", "dport"), {"set": [80, 443, {"range": [2000, 2100]}]}),
            {"redirect": {"port": 8080}},
        ],
    ),
    ("masquerade", [{"masquerade": None}]),
    ("ct state related,established accept", [match(STATE, ["related", "established"], "in"), ACCEPT]),
    ("ct state ! new accept", [match(STATE, "new", "!"), ACCEPT]),
    (
        "ct original proto-dst 2222-2224 goto X",
        [
            match({"ct": {"key": "proto-dst", "dir": "original"}}, {"range": [2222, 2224]}),
            {"goto": {"target": "X"}},
        ],
    ),
    (
        "fib saddr . iif type { local, broadcast } jump X",
        [
            match({"fib": {"result": "type", "flags": ["saddr", "iif"]}}, {"set": ["local", "broadcast"]}),
            {"jump": {"target": "X"}},
        ],
    ),
    (
        "meta mark set mark and 0xff xor 0x1",
        [
            {
                "mangle": {
                    "key": {"meta": {"key": "mark"}},
                    "value": {"^": [{"&": [{"meta": {"key": "mark"}}, 255]}, 1]},
                }
            }
        ],
    ),
    (
        "ct mark and 0xff != 0x1 return",
        [match({"&": [{"ct": {"key": "mark"}}, 255]}, 1, "!="), {"return": None}],
    ),
    (
        "tcp flags & (fin | syn) == syn notrack",
        [match({"&": [payload("tcp", "flags"), {"|": ["fin", "syn"]}]}, "syn"), {"notrack": None}],
    ),
    (
        "tcp flags syn / fin,syn drop",
        [match({"&": [payload("tcp", "flags"), ["fin", "syn"]]}, "syn"), {"drop": None}],
    ),
    ('log prefix "x y: " level info comment "a # b"', [{"log": None}]),
    ("reject with icmp type host-prohibited", [{"reject": None}]),
    ("limit rate 5/minute burst 10 packets accept", [{"limit": {}}, ACCEPT]),
    (
        'xt match "recent" xt target CHECKSUM',
        [{"xt": {"type": "match", "name": "recent"}}, {"xt": {"type": "target", "name": "CHECKSUM"}}],
    ),
    (
        "tcp option maxseg size set rt mtu",
        [{"mangle": {"key": {"tcp option": {"name": "maxseg", "field": "size"}}, "value": None}}],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "statements"), TEXTS)
def test_a_rule_is_read(text: str, statements: list[dict[str, Any]]) -> None:
    assert json.dumps(read_rule(text), sort_keys=True) == json.dumps(statements, sort_keys=True)


@pytest.mark.parametrize(
    "text",
    [
        "frobnicate",
        'meta hour "10:00"-"12:00" drop',
        "tcp option 5 exists accept",
        "dnat to",
        "ip saddr { 1.2.3.4",
    ],
)
def test_what_is_not_understood_is_refused_whole(text: str) -> None:
    with pytest.raises(NotReadable):
        read_rule(text)


def listed(chain: str, rule: str) -> str:
    return f"table ip t {{ # handle 1\n\tchain {chain} {{ # handle 1\n\t\t{rule} # handle 2\n\t}}\n}}\n"


DNAT = {"xt": {"type": "target", "name": "DNAT"}}


def test_the_text_form_brings_the_arguments() -> None:
    rules = prerouting([match(payload("tcp", "dport"), 2222), DNAT])
    assert isinstance(path(rules).outcome, Unknown)
    assert path(rules, text=listed("pre", "tcp dport 2222 dnat to 192.168.122.50:22")).outcome == REACHED
    assert isinstance(path(rules, text=listed("other", "accept")).outcome, Unknown)


STATES = [
    ("--ctstate DNAT", True),
    ("--ctstate NEW", True),
    ("--ctstate NEW,DNAT", True),
    ("--ctstate ESTABLISHED,SNAT", False),
    ("! --ctstate DNAT", False),
    ("! --ctstate ESTABLISHED,SNAT", True),
    ("! --ctstate NEW,DNAT", False),
]


@pytest.mark.parametrize(("asked", "lets"), STATES)
def test_iptables_save_tells_what_the_translation_of_ctstate_loses(asked: str, lets: bool) -> None:
    conntrack = {"xt": {"type": "match", "name": "conntrack"}}
    others = [match(STATE, "established", "in"), ACCEPT]
    rules = forward([conntrack, ACCEPT], others, policy="drop")
    plain = asked.rsplit(maxsplit=1)[-1] == "NEW"
    text = listed("fw", "ct state new accept" if plain else "ct status dnat accept")
    saved = f"*t\n:fw ACCEPT [0:0]\n-A fw -m conntrack {asked} -j ACCEPT\n-A fw -j X\nCOMMIT\n"
    outcome = path(FORWARDED, rules, text=text, saved=saved).outcome
    assert outcome == REACHED if lets else isinstance(outcome, Refused)
    if not plain:
        assert isinstance(path(FORWARDED, rules, text=text).outcome, Unknown)
        assert isinstance(
            path(FORWARDED, rules, text=text, saved=saved.replace("-A fw -j X\n", "")).outcome, Unknown
        )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("addrtype", "fib saddr type local accept"),
        ("multiport", "tcp sport . tcp dport { 0-65535 . 22 } accept"),
        ("ttl", "ip saddr 1.2.3.4 accept"),
    ],
)
def test_a_translation_that_may_have_lost_something_is_not_trusted(name: str, text: str) -> None:
    rules = forward([{"xt": {"type": "match", "name": name}}, ACCEPT], policy="drop")
    outcome = path(FORWARDED, rules, text=listed("fw", text)).outcome
    assert isinstance(outcome, Unknown)
    assert outcome.construct == f"iptables -m {name}"
