"""One rule: its conditions, then what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tutor.packetpath.ruleset import Rule
from tutor.packetpath.site import Effect, Site, Verdict
from tutor.packetpath.state import State, merged
from tutor.packetpath.statements import effects

#: From a statement's number in its rule to its place in the packet's way.
Sites = Callable[[int], Site]

#: Statements that only ask: their order among themselves does not matter.
_ASKING = frozenset({"match", "ctstate", "limit", "quota", "ct count", "counter", "log"})


def visit(rule: Rule, states: list[State], sites: Sites) -> Iterator[Effect]:
    """Take packets through a rule: every effect but NEXT, which at the end of a rule is BREAK.

    Conditions that are not known come after those that are: only packets that fulfil the others are
    followed both ways.
    """
    asking = _asking(rule)
    deferred: list[int] = []
    for number in range(asking):
        results = [(state, effects(rule.statements[number], state, sites(number))) for state in states]
        if any(effect.state.conditions != state.conditions for state, found in results for effect in found):
            deferred.append(number)
            continue
        yield from (effect for _, found in results for effect in found if effect.verdict is not Verdict.NEXT)
        states = merged(one.state for _, found in results for one in found if one.verdict is Verdict.NEXT)
    for number in (*deferred, *range(asking, len(rule.statements))):
        found = [one for state in states for one in effects(rule.statements[number], state, sites(number))]
        yield from (effect for effect in found if effect.verdict is not Verdict.NEXT)
        states = merged(effect.state for effect in found if effect.verdict is Verdict.NEXT)
    yield from (Effect(state, Verdict.BREAK) for state in states)


def _asking(rule: Rule) -> int:
    """How many statements a rule has before the first that does something."""
    for number, statement in enumerate(rule.statements):
        if not _asks(statement):
            return number
    return len(rule.statements)


def _asks(statement: Mapping[str, Any]) -> bool:
    inner = statement.get("xt")
    return _ASKING.issuperset(statement) or (isinstance(inner, dict) and inner.get("type") == "match")
