"""A recorded machine made another student's: identities, times, numbers and rules of its own."""

from __future__ import annotations

import json
import random
import re
from datetime import datetime
from typing import Any

from tests.report.outcomes import Document

_IDENTITY = re.compile(
    r"00000000-0000-4000-8000-[0-9a-f]{12}|52:54:00:00:00:[0-9a-f]{2}|0123456789abcdef0123456789abcdef"
)
_RUNNING = re.compile(r'(?<=vnet)[0-9]+|(?<= id=\\")[0-9]+(?=\\">)')
_HANDLE = re.compile(r'(?<="handle": )[0-9]+|(?<=# handle )[0-9]+')

#: Of a hundred students: whose libvirt was restarted, so that the kernel's rules have other numbers, and who
#: have a rule of their own beside the course's.
RENUMBERED, WITH_A_RULE = 30, 10


def own(document: Document, lot: random.Random, started: datetime) -> Document:
    """The recording with identities of its own, as if it had been made at this time.

    Other are: machine id, uuids, MAC addresses, when snapshots were made; the numbers of running guests and
    of their interfaces; those of the kernel's rules for some, and for a few the rules.
    """
    new: dict[str, str] = {}
    mine: Document = json.loads(
        _IDENTITY.sub(lambda found: _another(found[0], new, lot), json.dumps(document))
    )
    mine["started"] = started.isoformat(timespec="seconds")
    mine["observations"] = _renumbered(_RUNNING, mine["observations"], lot.randrange(6))
    for observation in mine["observations"].values():
        observation["when"] = int(started.timestamp())
    _snapshots(mine, lot, started)
    rules = mine["observations"].get("firewall[]", {})
    if "value" in rules:
        rules["value"] = _ruled(rules["value"], lot)
    return mine


def _another(old: str, new: dict[str, str], lot: random.Random) -> str:
    if old not in new:
        digits = f"{lot.getrandbits(128):032x}"
        if old.count("-"):
            new[old] = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
        else:
            new[old] = f"52:54:00:{digits[:2]}:{digits[2:4]}:{digits[4:6]}" if ":" in old else digits
    return new[old]


def _renumbered(numbers: re.Pattern[str], value: Any, more: int) -> Any:
    return json.loads(numbers.sub(lambda found: str(int(found[0]) + more), json.dumps(value)))


def _ruled(value: Document, lot: random.Random) -> Document:
    """The ruleset as another machine's."""
    if lot.randrange(100) < RENUMBERED:
        value = _renumbered(_HANDLE, value, lot.randrange(1, 400))
    if lot.randrange(100) < WITH_A_RULE:
        port = lot.randrange(1024, 65536)
        value["json"]["nftables"] += _own_table(port)
        value["text"] += _OWN_TABLE.format(port=port)
    return value


_OWN_TABLE = """\
table inet own {{ # handle 900
	chain input {{ # handle 1
		type filter hook input priority filter + 10; policy accept;
		tcp dport {port} accept # handle 2
	}}
}}
"""


def _own_table(port: int) -> list[Document]:
    table = {"family": "inet", "table": "own"}
    chain = {**table, "name": "input", "handle": 1, "type": "filter", "hook": "input", "prio": 10}
    tcp = {"payload": {"protocol": "tcp", "field": "dport"}}
    expr = [{"match": {"op": "==", "left": tcp, "right": port}}, {"accept": None}]
    return [
        {"table": {"family": "inet", "name": "own", "handle": 900}},
        {"chain": {**chain, "policy": "accept"}},
        {"rule": {**table, "chain": "input", "handle": 2, "expr": expr}},
    ]


def _snapshots(document: Document, lot: random.Random, started: datetime) -> None:
    """Times for the snapshots, by hand one after the other, and in what the journal remembers of them."""
    created: dict[str, int] = {}
    now = int(started.timestamp()) - lot.randrange(3600, 7200)
    for key, observation in document["observations"].items():
        if key.startswith("libvirt.snapshots["):
            for snapshot in observation.get("value") or []:
                now += lot.randrange(20, 200)
                created[snapshot["name"]] = snapshot["created"] = now
    for key, observation in document["observations"].items():
        if key.startswith("remembered[") and observation.get("value"):
            names = [word.split(" ")[0] for word in observation["value"]]
            observation["value"] = [f"{one} {created.get(one, now)}" for one in names]
