"""What the statements of a rule do to a packet (libnftables-json(5), STATEMENTS)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.packetpath.compare import Comparison, compare, look_up
from tutor.packetpath.constants import INVALID, TCP, UNTRACKED, UnknownConstruct
from tutor.packetpath.elements import of_set
from tutor.packetpath.mangle import mangle
from tutor.packetpath.nat import translate, unknown_translation
from tutor.packetpath.numbers import Numbers
from tutor.packetpath.site import Effect, Site, Verdict
from tutor.packetpath.state import State

Handler = Callable[[Any, State, Site], list[Effect]]

#: Statements, and iptables' targets, that neither decide nor change what any rule known here looks at.
_HARMLESS = frozenset({
    "counter", "log", "last", "dup", "ct helper", "ct timeout", "ct expectation", "secmark", "reset",
})  # fmt: skip
_HARMLESS_TARGETS = frozenset({
    "LOG", "NFLOG", "CHECKSUM", "TCPMSS", "CLASSIFY", "AUDIT", "TRACE", "IDLETIMER", "LED", "RATEEST", "DSCP",
    "TOS", "ECN", "SECMARK", "CONNSECMARK", "TEE", "TCPOPTSTRIP",
})  # fmt: skip
#: Conditions whose answer hangs on more than the packet and the rules.
_PERHAPS = frozenset({"limit", "quota", "ct count", "meter", "flow"})
_VERDICTS = {
    "accept": Verdict.ACCEPT, "drop": Verdict.DROP, "return": Verdict.RETURN, "continue": Verdict.BREAK,
    "jump": Verdict.JUMP, "goto": Verdict.GOTO,
}  # fmt: skip
_TOLD = frozenset({Verdict.ACCEPT, Verdict.DROP, Verdict.JUMP, Verdict.GOTO, Verdict.RETURN})


def effects(statement: dict[str, Any], state: State, site: Site) -> list[Effect]:
    """All that a statement can do to the packet; what is not known is followed every way."""
    kind, inner = next(iter(statement.items()), ("", None))
    if kind in _HARMLESS:
        return [Effect(state)]
    if kind in _PERHAPS:
        return site.perhaps(state, kind)
    try:
        handler = _HANDLERS.get(kind)
        return handler(inner, state, site) if handler else unknown_translation(state, kind, site)
    except (UnknownConstruct, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return unknown_translation(state, kind, site)


def _match(inner: Any, state: State, site: Site) -> list[Effect]:
    return _compared(compare(inner, state, site.around), site)


def _compared(result: Comparison, site: Site) -> list[Effect]:
    found = [Effect(one) for one, _ in result.found]
    found += [Effect(one, Verdict.BREAK) for one in (*result.missed, *result.broken)]
    for one, construct in result.unknown:
        found += site.perhaps(one, construct)
    return found


def _verdict(kind: str) -> Handler:
    verdict = _VERDICTS[kind]

    def decide(inner: Any, state: State, site: Site) -> list[Effect]:
        target = str(inner["target"]) if inner else ""
        told = state.stepping(site.step(kind, target=target)) if verdict in _TOLD else state
        return [Effect(told, verdict, target)]

    return decide


def _reject(inner: Any, state: State, site: Site) -> list[Effect]:
    """A reset is for TCP alone: nft adds that condition itself, and never shows it."""
    kinds = state.numbers("proto")
    asked = Numbers.of(TCP) if isinstance(inner, dict) and inner.get("type") == "tcp reset" else kinds
    others = state.narrowed("proto", kinds - asked)
    found = [Effect(others, Verdict.BREAK)] if others else []
    if one := state.narrowed("proto", kinds & asked):
        found.append(Effect(one.stepping(site.step("reject")), Verdict.REJECT))
    return found


def _verdict_map(inner: Any, state: State, site: Site) -> list[Effect]:
    result = look_up(
        inner["key"], state, site.around, lambda keys: of_set(keys, inner["data"], site.around, mapping=True)
    )
    found = [effect for one, verdict in result.found for effect in effects(verdict, one, site)]
    found += [Effect(one, Verdict.BREAK) for one in (*result.missed, *result.broken)]
    for one, construct in result.unknown:
        found += site.anything(one, f"vmap {construct}")
    return found


def _ctstate(inner: Any, state: State, site: Site) -> list[Effect]:
    """``-m conntrack --ctstate``: a state of the connection, or that it is translated."""
    asked = {"op": "in", "left": {"ct": {"key": "status"}}, "right": list(inner["statuses"])}
    result = compare(asked, state, site.around)
    others = [*result.missed, *result.broken]
    result.missed, result.broken = [], []
    for one in others:
        asked = {"op": "in", "left": {"ct": {"key": "state"}}, "right": list(inner["states"])}
        also = compare(asked, one, site.around)
        result.found += also.found
        result.missed += also.missed
    if inner["negated"]:
        result.found, result.missed = [(s, None) for s in result.missed], [s for s, _ in result.found]
    return _compared(result, site)


def _notrack(_inner: Any, state: State, _site: Site) -> list[Effect]:
    # nft_notrack_eval() leaves a packet alone that already has a connection.
    if state.numbers("ctstate") == Numbers.of(INVALID):
        state = state.holding_also("", ctstate=Numbers.of(UNTRACKED))
    return [Effect(state)]


def _set(inner: Any, state: State, site: Site) -> list[Effect]:
    conditions = [kind for part in inner.get("stmt") or () for kind in part if kind != "counter"]
    return site.perhaps(state, conditions[0]) if conditions else [Effect(state)]


def _xt(inner: Any, state: State, site: Site) -> list[Effect]:
    name = str(inner["name"])
    if inner.get("type") == "match":
        return [Effect(state)] if name == "comment" else site.perhaps(state, f"iptables -m {name}")
    if name in _HARMLESS_TARGETS:
        return [Effect(state)]
    if name == "REJECT":
        return _reject(inner, state, site)
    return unknown_translation(state, f"iptables -j {name}", site)


def _nat(kind: str) -> Handler:
    return lambda inner, state, site: translate(kind, inner, state, site)


_HANDLERS: dict[str, Handler] = {
    **{kind: _verdict(kind) for kind in _VERDICTS},
    **{kind: _nat(kind) for kind in ("dnat", "snat", "redirect", "masquerade")},
    "match": _match,
    "vmap": _verdict_map,
    "ctstate": _ctstate,
    "reject": _reject,
    "mangle": mangle,
    "notrack": _notrack,
    "set": _set,
    "xt": _xt,
}
