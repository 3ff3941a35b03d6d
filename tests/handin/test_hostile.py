"""Hostile hand-ins: a sample of what ``make fuzz`` does for longer, and cases that have a name."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.handin.hostile import HOSTILE, changed, examine, seeds
from tutor.handin.format import canonical


@pytest.mark.parametrize("number", range(3))
def test_the_honest_ones_are_read(number: int) -> None:
    assert examine(seeds()[number]) is not None


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2), st.integers(0, 2**32))
def test_changed_anywhere(number: int, seed: int) -> None:
    """In its canonical spelling, so that it gets past the door: a whole judgement, or a reason."""
    examine(changed(seeds()[number], random.Random(seed)))  # noqa: S311 - so that it can be repeated


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 30_000))
def test_any_bytes_anywhere(noise: bytes, place: int) -> None:
    line = seeds()[0]
    for content in (noise, line[:place] + noise, line[:place] + noise + line[place:], line + noise):
        examine(content)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_every_answer_replaced(value: object) -> None:
    document = json.loads(seeds()[1])
    for observation in document["recording"]["observations"].values():
        observation["value"] = value
    examine(canonical(document))


def test_the_largest_that_is_read_takes_bounded_time() -> None:
    """Whatever eight megabytes are made of: brackets, strings, digits, backslashes, quotes."""
    size = 8 * 1024 * 1024 - 100
    for piece in (b"[]", b'""', b"{", b"1,", b"\\", b'"', b'\\"', b"0.", b" ", b"\xff"):
        began = time.monotonic()
        assert examine(b'{"claim":{' + piece * (size // len(piece)) + b"\n") is None
        assert time.monotonic() - began < 10


def _with_ruleset(rules: list[dict[str, Any]], text: str) -> bytes:
    document = json.loads(seeds()[1])
    firewall = document["recording"]["observations"]["firewall[]"]["value"]
    firewall |= {"json": {"nftables": rules}, "text": text, "saved": ""}
    return canonical(document)


_TABLE = {"table": {"family": "ip", "name": "t", "handle": 1}}
_BASE = {"type": "filter", "hook": "forward", "prio": 0, "policy": "accept"}
_BASE_TEXT = "\t\ttype filter hook forward priority 0; policy accept;\n"


def test_rulesets_that_jump_without_end_take_bounded_time() -> None:
    """Chains that call each other twice double with every level; the kernel allows sixteen."""
    rules: list[dict[str, Any]] = [_TABLE]
    text, levels = "table ip t { # handle 1\n", 40
    for level in range(levels):
        name, target = f"c{level}", f"c{(level + 1) % levels}"
        chain = {"family": "ip", "table": "t", "name": name, "handle": level + 2}
        rules.append({"chain": chain | (_BASE if level == 0 else {})})
        text += f"\tchain {name} {{ # handle {level + 2}\n" + (_BASE_TEXT if level == 0 else "")
        for handle in (1000 + 2 * level, 1001 + 2 * level):
            expr = [{"jump": {"target": target}}]
            place = {"family": "ip", "table": "t", "chain": name, "handle": handle}
            rules.append({"rule": {**place, "expr": expr}})
            text += f"\t\tjump {target} # handle {handle}\n"
        text += "\t}\n"
    assert examine(_with_ruleset(rules, text + "}\n")) is not None


@pytest.mark.parametrize("count", [300, 3000])
def test_rulesets_of_which_nothing_is_understood_take_bounded_time(count: int) -> None:
    """Each rule doubles what may be."""
    chain = {"family": "ip", "table": "t", "name": "c", "handle": 2}
    rules: list[dict[str, Any]] = [_TABLE, {"chain": chain | _BASE}]
    text = f"table ip t {{ # handle 1\n\tchain c {{ # handle 2\n{_BASE_TEXT}"
    for number in range(count):
        verdict = "drop" if number % 2 else "accept"
        place = {"family": "ip", "table": "t", "chain": "c", "handle": 10 + number}
        rules.append({"rule": {**place, "expr": [{f"odd{number}": {}}, {verdict: None}]}})
        text += f"\t\todd{number} {verdict} # handle {10 + number}\n"
    assert examine(_with_ruleset(rules, text + "\t}\n}\n")) is not None
