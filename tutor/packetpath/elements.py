"""What a rule compares with: one value, a relation, or the elements of a set or map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tutor.packetpath.constants import FLAGS, MANY, UnknownConstruct, bits, constant
from tutor.packetpath.keys import Key
from tutor.packetpath.numbers import Numbers
from tutor.packetpath.site import Surroundings
from tutor.packetpath.world import World

_EVERYTHING = Numbers.span(0, MANY)
#: Every combination of flags, those of a connection's status being the widest.
_COMBINATIONS = Numbers.span(0, 1023)
_RELATIONS: dict[str, Callable[[int], Numbers]] = {
    "<": lambda value: Numbers.span(0, value - 1),
    "<=": lambda value: Numbers.span(0, value),
    ">": lambda value: Numbers.span(value + 1, MANY),
    ">=": lambda value: Numbers.span(value, MANY),
}


class Element(NamedTuple):
    """An element: what each key may be; of a map, also what they map to."""

    parts: tuple[Numbers, ...]
    data: Any = None


def of_match(keys: Sequence[Key], right: Any, operator: str, around: Surroundings) -> list[Element]:
    """The right side of a match.

    :raises UnknownConstruct: a part of it is not known.
    """
    if _is_set(right):
        return of_set(keys, right, around, mapping=False)
    one = keys[0]
    if len(keys) > 1:
        return [_element(keys, right, around.world)]
    if operator in ("in", "!") and one.kind in FLAGS:
        asked = bits(right, one.kind, around.world)
        return [Element((_with_one_of(asked),))]
    _refuse_hidden_bits(one)
    return [Element((_related(operator, constant(right, one.kind, around.world)),))]


def of_set(keys: Sequence[Key], given: Any, around: Surroundings, *, mapping: bool) -> list[Element]:
    """The elements of a set or map, named or written in the rule.

    :raises UnknownConstruct: packets change it, or a part of it is not known.
    """
    for one in keys:
        _refuse_hidden_bits(one)
    found = []
    for entry in _entries(given, around):
        wanted, data = entry if mapping else (entry, None)
        found.append(_element(keys, wanted, around.world, data))
    return sorted(found, key=lambda element: element.parts[0] == _EVERYTHING)


@lru_cache(maxsize=256)
def _with_one_of(asked: int) -> Numbers:
    """The combinations with any of these flags; there are not many to ask for."""
    return _COMBINATIONS.where(lambda number: bool(number & asked))


def _is_set(right: Any) -> bool:
    return (isinstance(right, dict) and "set" in right) or (isinstance(right, str) and right.startswith("@"))


def _entries(given: Any, around: Surroundings) -> Sequence[Any]:
    if isinstance(given, dict):
        return given["set"] if isinstance(given["set"], list) else [given["set"]]
    name = (*around.table, str(given).lstrip("@"))
    if name in around.ruleset.changing or name not in around.ruleset.sets:
        raise UnknownConstruct(str(given))
    return around.ruleset.sets[name]


def _element(keys: Sequence[Key], wanted: Any, world: World, data: Any = None) -> Element:
    while isinstance(wanted, dict) and "elem" in wanted:
        wanted = wanted["elem"]["val"]
    if wanted == "*":
        return Element((_EVERYTHING,) * len(keys), data)
    parts = wanted["concat"] if isinstance(wanted, dict) and "concat" in wanted else [wanted]
    if len(parts) != len(keys):
        raise UnknownConstruct(str(wanted))
    return Element(tuple(constant(p, k.kind, world) for p, k in zip(parts, keys, strict=True)), data)


def _related(operator: str, given: Numbers) -> Numbers:
    if operator in ("==", "!=", "in", "!"):
        return given
    value = given.only
    if value is None or operator not in _RELATIONS:
        raise UnknownConstruct(operator)
    return _RELATIONS[operator](value)


def _refuse_hidden_bits(one: Key) -> None:
    # The kernel keeps more bits in a connection's status than nft has names for.
    if one.kind == "status" and one.whole:
        raise UnknownConstruct(f"{one.name} ==")
