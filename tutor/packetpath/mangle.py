"""Assignments: marks, and what else a rule may write (nft(8), ``... set ...``)."""

from __future__ import annotations

from collections.abc import Callable
from operator import and_, or_, xor
from typing import Any

from tutor.packetpath.constants import ESTABLISHED, NEW, RELATED, UnknownConstruct, constant
from tutor.packetpath.numbers import Numbers
from tutor.packetpath.site import Effect, Site, Verdict
from tutor.packetpath.state import State, Unreadable

_MARKS = {("meta", "mark"): "mark", ("ct", "mark"): "ctmark"}
#: What no rule known here looks at, and what does not steer the packet.
_UNSEEN = frozenset({
    ("meta", "nftrace"), ("meta", "priority"), ("meta", "secmark"), ("ct", "event"), ("ct", "label"),
    ("ct", "helper"), ("ct", "secmark"), ("ip", "dscp"), ("ip", "ecn"), ("ip", "id"),
})  # fmt: skip
_ADDRESSING = {
    ("ip", "saddr"): "saddr", ("ip", "daddr"): "daddr",
    **{(p, f): f for p in ("tcp", "udp", "th") for f in ("sport", "dport")},
}  # fmt: skip
_OPERATORS: dict[str, Callable[[int, int], int]] = {"&": and_, "|": or_, "^": xor}


def mangle(inner: Any, state: State, site: Site) -> list[Effect]:
    """Assign.

    :raises UnknownConstruct: to something that this program does not follow.
    """
    ((form, target),) = inner["key"].items()
    name = (target["protocol"], target["field"]) if form == "payload" else (form, target.get("key"))
    if form == "tcp option" or name in _UNSEEN:
        return [Effect(state)]
    if name in _MARKS and (unwritten := _without_connection(name, inner["value"], state)):
        return unwritten
    if name in _MARKS:
        return [Effect(_marked(_MARKS[name], inner["value"], state, site))]
    if name in _ADDRESSING:
        # The connection's record keeps the old address: what becomes of the answer is beyond this program.
        construct = f"{name[0]} {name[1]} set"
        lost = Unreadable(site.doubt(construct, state))
        return [Effect(state.holding_also(f"{site.place}", **{_ADDRESSING[name]: lost}))]
    raise UnknownConstruct(f"{name[0]} {name[1]} set")


def _without_connection(name: tuple[str, str], value: Any, state: State) -> list[Effect] | None:
    """Nothing is written to a connection that is not there; to read of it ends the rule (nft_ct.c)."""
    if state.numbers("ctstate").only in (NEW, ESTABLISHED, RELATED):
        return None
    if "'ct'" in f"{value}":
        return [Effect(state, Verdict.BREAK)]
    return [Effect(state)] if name[0] == "ct" else None


def _marked(field: str, value: Any, state: State, site: Site) -> State:
    if isinstance(value, dict) and len(value) == 1:
        ((form, inner),) = value.items()
        if isinstance(inner, dict) and (form, inner.get("key")) in _MARKS:
            return state.copying(**{field: _MARKS[form, inner["key"]]})
    number = _number(value, state, site)
    if number is None:
        return state.holding_also(f"{site.place}", **{field: Unreadable(site.doubt(f"{field} set", state))})
    return state.holding_also("", **{field: Numbers.of(number)})


def _number(value: Any, state: State, site: Site) -> int | None:
    """The one number that an expression comes to, where it is known."""
    if isinstance(value, dict) and len(value) == 1:
        ((form, inner),) = value.items()
        if form in _OPERATORS:
            parts = [_number(part, state, site) for part in inner]
            return None if None in parts else _folded(_OPERATORS[form], [p for p in parts if p is not None])
        if isinstance(inner, dict) and (form, inner.get("key")) in _MARKS:
            domain = state[_MARKS[form, inner["key"]]]
            return domain.only if isinstance(domain, Numbers) else None
    if isinstance(value, str) and value == "mark":
        value = {"meta": {"key": "mark"}}
        return _number(value, state, site)
    try:
        return constant(value, "number", site.around.world).only
    except UnknownConstruct:
        return None


def _folded(operator: Callable[[int, int], int], numbers: list[int]) -> int:
    first, *others = numbers
    for number in others:
        first = operator(first, number)
    return first
