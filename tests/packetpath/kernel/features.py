"""What a ruleset is made of, by name: so that a campaign can say what it covered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.packetpath import Ruleset


def features(ruleset: Ruleset) -> set[str]:
    """The constructs of a ruleset: hooks, statements, what matches look at, and how they compare."""
    found: set[str] = set()
    for chain in ruleset.chains.values():
        if chain.hook:
            found.add(f"chain {chain.name[0]} {chain.type} {chain.hook}")
            found.add(f"policy {chain.policy}")
        for rule in chain.rules:
            for statement in rule.statements:
                found.update(_of(statement))
    return found


def _of(statement: dict[str, Any]) -> Iterator[str]:
    for kind, inner in statement.items():
        if kind == "match":
            yield f"match {_left(inner['left'])}"
            yield f"compare {inner['op']} {_right(inner['right'])}"
        elif kind == "vmap":
            yield f"vmap {_left(inner['key'])}"
        elif kind == "xt":
            yield f"xt {inner.get('type')} {inner.get('name')}"
        elif kind == "mangle":
            yield f"set {_left(inner['key'])}"
        elif kind in ("dnat", "snat", "masquerade", "redirect"):
            yield " ".join(
                [kind, *sorted(f"{k} {_right(v)}" for k, v in (inner or {}).items() if k != "family")]
            )
        else:
            yield kind


def _left(left: Any) -> str:
    if not isinstance(left, dict) or len(left) != 1:
        return str(left)
    ((form, inner),) = left.items()
    if form == "concat":
        return " . ".join(_left(one) for one in inner)
    if form == "&":
        return f"{_left(inner[0])} &"
    if not isinstance(inner, dict):
        return str(form)
    if form == "fib":
        return f"fib {' . '.join(inner['flags'])} {inner['result']}"
    name = "" if form == "payload" else form
    parts = (name, inner.get("dir"), inner.get("protocol"), inner.get("field"), inner.get("key"))
    return " ".join(part for part in parts if part) or str(form)


def _right(right: Any) -> str:
    if isinstance(right, dict):
        return str(next(iter(right)))
    if isinstance(right, list):
        return "several"
    return "named set" if isinstance(right, str) and right.startswith("@") else "value"
