"""The text form of what a rule looks at and compares with, as ``nft -j`` would have it.

Only what iptables-nft's matches are written as (iptables-translate(8)) has to be known here: everything
else is read from JSON.
"""

from __future__ import annotations

from typing import Any

from tutor.packetpath.words import NotReadable, Words, constant

_HEADERS = frozenset({"ip", "ip6", "tcp", "udp", "udplite", "sctp", "dccp", "th", "icmp", "icmpv6", "ether"})
_META = frozenset({
    "iifname", "oifname", "iif", "oif", "iiftype", "oiftype", "iifgroup", "oifgroup", "mark", "skuid",
    "skgid", "l4proto", "nfproto", "protocol", "pkttype", "length", "cpu", "cgroup", "rtclassid",
    "random", "day",
})  # fmt: skip
_FLAGS = frozenset({("ct", "state"), ("ct", "status"), ("ct", "label"), ("payload", "flags")})
_RELATIONS = {
    "==": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!": "!",
    "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
}  # fmt: skip
_OPERATORS = {"&": "&", "|": "|", "^": "^", "and": "&", "or": "|", "xor": "^"}


def is_key(word: str) -> bool:
    """Whether a match, or a ``... set ...``, begins with ``word``."""
    return word in _HEADERS or word in _META or word in ("meta", "ct", "fib")


def match_or_mangle(words: Words) -> dict[str, Any]:
    """A match or an assignment.

    :raises NotReadable: it has a part that is not known.
    """
    keys = [_key(words)]
    while words.skip("."):
        keys.append(_key(words))
    left: Any = keys[0] if len(keys) == 1 else {"concat": keys}
    if words.skip("set"):
        return {"mangle": {"key": left, "value": value(words)}}
    left = _operated(words, left)
    relation = _relation(words, left)
    right = _right(words)
    if words.skip("/"):
        left, relation = {"&": [left, constant(words.take())]}, "==" if relation == "in" else relation
    return {"match": {"op": relation, "left": left, "right": right}}


def value(words: Words) -> Any:
    """What a mark is set to: numbers and marks, with operators from left to right."""
    return _operated(words, _operand(words))


def _operated(words: Words, left: Any) -> Any:
    while operator := _OPERATORS.get(words.peek()):
        words.take()
        left = {operator: [left, _operand(words)]}
    return left


def _operand(words: Words) -> Any:
    if words.skip("("):
        inner = [constant(words.take())]
        while words.skip("|"):
            inner.append(constant(words.take()))
        words.expect(")")
        return {"|": inner}
    return _key(words) if is_key(words.peek()) else constant(words.take())


def _key(words: Words) -> dict[str, Any]:
    word = words.take()
    if word in _META:
        return {"meta": {"key": word}}
    if word == "meta":
        return {"meta": {"key": words.take()}}
    if word in _HEADERS:
        return {"payload": {"protocol": word, "field": words.take()}}
    if word == "ct":
        return _ct(words)
    if word == "fib":
        return _fib(words)
    raise NotReadable(word)


def _ct(words: Words) -> dict[str, Any]:
    key = words.take()
    if key in ("original", "reply"):
        return {"ct": {"key": words.take(), "dir": key}}
    return {"ct": {"key": key}}


def _fib(words: Words) -> dict[str, Any]:
    flags = [words.take()]
    while words.skip("."):
        flags.append(words.take())
    return {"fib": {"result": words.take(), "flags": flags}}


def _relation(words: Words, left: Any) -> str:
    if words.peek() in _RELATIONS:
        return _RELATIONS[words.take()]
    if len(left) == 1:
        ((kind, inner),) = left.items()
        if isinstance(inner, dict) and (kind, inner.get("key") or inner.get("field")) in _FLAGS:
            return "in"
    return "=="


def _right(words: Words) -> Any:
    if not words.skip("{"):
        return constant(words.take())
    elements = []
    while not words.skip("}"):
        parts = [constant(words.take().rstrip(","))]
        while words.skip("."):
            parts.append(constant(words.take().rstrip(",")))
        elements.append(parts[0] if len(parts) == 1 else {"concat": parts})
    return {"set": elements}
