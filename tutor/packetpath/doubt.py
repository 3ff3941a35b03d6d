"""Assumptions about what this program cannot know, and when they stop to matter.

Where a rule has a part that is not understood, the packet is followed both ways. A condition is a set of
assumptions that must all hold; conditions are alternatives. Two that differ in nothing but the answer to
one doubt are one without that doubt: both ways led to the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.packetpath.step import Place


@dataclass(frozen=True, slots=True)
class Doubt:
    """A construct of a rule that is not known, met on one way through the chains.

    :param construct: its name, as nft(8) or iptables-extensions(8) have it.
    :param way: the jumps that led to the rule, and the part of it.
    """

    construct: str
    place: Place
    way: tuple[object, ...] = field(repr=False)


Condition = frozenset[tuple[Doubt, bool]]
Conditions = frozenset[Condition]

#: Holds whatever the doubts' answers are.
CERTAIN: Conditions = frozenset({frozenset()})


def under(conditions: Conditions, doubt: Doubt, answer: bool) -> Conditions:
    """The conditions with one more assumption; those that assume the opposite fall away."""
    return frozenset(
        condition | {(doubt, answer)} for condition in conditions if (doubt, not answer) not in condition
    )


def either(some: Conditions, others: Conditions) -> Conditions:
    """Both alternatives, without the doubts on which nothing hangs any more."""
    found = set(some | others)
    while pair := _pair(found):
        one, other, both = pair
        found -= {one, other}
        found.add(both)
    return frozenset(one for one in found if not any(other < one for other in found))


def _pair(conditions: set[Condition]) -> tuple[Condition, Condition, Condition] | None:
    for one in conditions:
        for doubt, answer in one:
            other = one ^ {(doubt, True), (doubt, False)}
            if other in conditions and (doubt, not answer) in other:
                return one, other, one & other
    return None
