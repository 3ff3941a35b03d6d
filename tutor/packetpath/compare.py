"""Tell packets apart: those a condition holds for, those it does not, and those where it is not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tutor.dataclass import dataclass, field
from tutor.packetpath.constants import UnknownConstruct
from tutor.packetpath.elements import Element, of_match
from tutor.packetpath.keys import Key, key
from tutor.packetpath.numbers import NONE, Numbers
from tutor.packetpath.site import Surroundings
from tutor.packetpath.state import State, Unreadable


@dataclass(slots=True)
class Comparison:
    """Packets told apart.

    :param found: with the data of the element that they are in.
    :param broken: what is asked for is no part of them: the rule does not match, whatever its operator.
    :param unknown: with the construct that is not known.
    """

    found: list[tuple[State, Any]] = field(default_factory=list)
    missed: list[State] = field(default_factory=list)
    broken: list[State] = field(default_factory=list)
    unknown: list[tuple[State, str]] = field(default_factory=list)


def compare(match: dict[str, Any], state: State, around: Surroundings) -> Comparison:
    """Evaluate a match: those in ``found`` fulfil it, negation included."""
    operator = match["op"]
    result = look_up(
        match["left"], state, around, lambda keys: of_match(keys, match["right"], operator, around)
    )
    if operator in ("!=", "!"):
        result.found, result.missed = [(s, None) for s in result.missed], [s for s, _ in result.found]
    return result


def look_up(
    left: Any, state: State, around: Surroundings, elements: Callable[[Sequence[Key]], Sequence[Element]]
) -> Comparison:
    """Find which of the elements, a function of the keys, packets are in."""
    result = Comparison()
    live: State | None = state
    try:
        parts = left["concat"] if isinstance(left, dict) and "concat" in left else [left]
        keys = [key(part, state, around.world) for part in parts]
        for need in (need for one in keys for need in one.needs):
            live = _meeting(need, live, result.broken) if live else None
        for one in keys:
            live = _clear(one, live, result.unknown) if live else None
        if live:
            fields = [_followed(one) for one in keys]
            _tell_apart(list(zip(keys, fields, strict=True)), live, elements(keys), result)
    except (UnknownConstruct, ValueError, TypeError, KeyError) as unknown:
        name = str(unknown) if isinstance(unknown, UnknownConstruct) else f"{left}"
        return Comparison(broken=result.broken, unknown=[*result.unknown, (live or state, name)])
    return result


def _followed(one: Key) -> str:
    if one.field is None:
        raise UnknownConstruct(one.name)
    return one.field


def _meeting(need: tuple[str, Numbers], state: State, broken: list[State]) -> State | None:
    name, allowed = need
    having = state.numbers(name)
    if without := state.narrowed(name, having - allowed):
        broken.append(without)
    return state.narrowed(name, having & allowed)


def _clear(one: Key, state: State, unknown: list[tuple[State, str]]) -> State | None:
    """The packets of which the field is followed here."""
    live: State | None = state
    for name, which in one.unclear:
        having = live.numbers(name) if live else NONE
        if live and (others := live.narrowed(name, having & which)):
            unknown.append((others, one.name))
            live = live.narrowed(name, having - which)
    return live


def _tell_apart(
    keys: Sequence[tuple[Key, str]], state: State, elements: Sequence[Element], result: Comparison
) -> None:
    rest = [state]
    for element in elements:
        outside: list[State] = []
        for one in rest:
            if inside := _inside(keys, element, one, outside):
                result.found.append((inside, element.data))
        rest = outside
    result.missed += rest


def _inside(
    keys: Sequence[tuple[Key, str]], element: Element, state: State, outside: list[State]
) -> State | None:
    """The packets of ``state`` that are in the element; the others go to ``outside``, in parts."""
    live: State | None = state
    for (one, name), wanted in zip(keys, element.parts, strict=True):
        if live is None:
            break
        domain = live[name]
        if isinstance(domain, Unreadable):
            raise UnknownConstruct(domain.doubt.construct)
        fitting = one.view(wanted, domain)
        if without := live.narrowed(name, domain - fitting):
            outside.append(without)
        live = live.narrowed(name, fitting)
    return live
