"""The text form of a rule as ``nft -j`` would have it, had it not been made by iptables-nft.

``nft -j`` shows iptables' own matches and targets by name only; its text form has them translated, as
iptables-translate(8) does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.packetpath.text_keys import is_key, match_or_mangle
from tutor.packetpath.words import NotReadable, Words, constant

Statement = dict[str, Any]

_NAT_FLAGS = frozenset({"random", "fully-random", "persistent"})


def read_rule(text: str) -> list[Statement]:
    """The statements of a rule; counters and comments are left out.

    :raises NotReadable: a part of it is not known: then nothing of it may be used.
    """
    words = Words(text)
    found = []
    try:
        while words:
            if statement := _statement(words):
                found.append(statement)
    except ValueError:
        raise NotReadable(text) from None
    return found


def _statement(words: Words) -> Statement | None:
    word = words.peek()
    if words.skip("tcp", "option"):
        return _option(words)
    if is_key(word):
        return match_or_mangle(words)
    if word not in _STATEMENTS:
        raise NotReadable(words.text)
    return _STATEMENTS[words.take()](words)


def _verdict(kind: str) -> Callable[[Words], Statement]:
    return lambda _words: {kind: None}


def _jump(kind: str) -> Callable[[Words], Statement]:
    return lambda words: {kind: {"target": words.take().strip('"')}}


def _counter(words: Words) -> None:
    for name in ("packets", "bytes"):
        words.expect(name)
        words.take()


def _comment(words: Words) -> None:
    words.take()


def _reject(words: Words) -> Statement:
    while words and words.peek() != "comment":
        words.take()
    return {"reject": None}


def _log(words: Words) -> Statement:
    while words.peek() in ("prefix", "level", "group", "snaplen", "queue-threshold", "flags"):
        words.take()
        words.take()
    return {"log": None}


def _limit(words: Words) -> Statement:
    words.expect("rate")
    words.skip("over")
    words.take()
    if words.skip("burst"):
        words.take()
        words.take()
    return {"limit": {}}


def _option(words: Words) -> Statement:
    if not words.skip("maxseg", "size", "set"):
        raise NotReadable(words.text)
    if not words.skip("rt", "mtu"):
        words.take()
    return {"mangle": {"key": {"tcp option": {"name": "maxseg", "field": "size"}}, "value": None}}


def _xt(words: Words) -> Statement:
    kind = words.take()
    return {"xt": {"type": kind, "name": words.take().strip('"')}}


def _nat(kind: str) -> Callable[[Words], Statement]:
    def read(words: Words) -> Statement:
        arguments: Statement = {}
        words.skip("ip")
        if words.skip("to"):
            host, _, port = words.take().rpartition(":") if ":" in words.peek() else (words.take(), "", "")
            arguments |= {"addr": constant(host)} if host else {}
            arguments |= {"port": constant(port)} if port else {}
        if set(words.peek().split(",")) <= _NAT_FLAGS:
            arguments["flags"] = words.take().split(",")
        return {kind: arguments or None}

    return read


_STATEMENTS: dict[str, Callable[[Words], Statement | None]] = {
    **{kind: _verdict(kind) for kind in ("accept", "drop", "continue", "return", "notrack")},
    **{kind: _jump(kind) for kind in ("jump", "goto")},
    **{kind: _nat(kind) for kind in ("dnat", "snat", "redirect", "masquerade")},
    "counter": _counter,
    "comment": _comment,
    "reject": _reject,
    "log": _log,
    "limit": _limit,
    "xt": _xt,
}
