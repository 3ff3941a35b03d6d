"""Assumptions about what this program cannot know, and when they stop to matter.

Where a rule has a part that is not understood, the packet is followed both ways. Under which answers to
which doubts it got somewhere is kept as a reduced ordered decision diagram (Bryant 1986): a doubt on which
nothing hangs any more is not in it, and what holds whatever the answers are is ``True``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from tutor.dataclass import dataclass, field
from tutor.packetpath.step import Place


@dataclass(frozen=True)
class Doubt:
    """A construct of a rule that is not known, met on one way through the chains.

    :param construct: its name, as nft(8) or iptables-extensions(8) have it.
    :param way: the packet, the hook and the jumps that led to the rule, and the part of it.
    """

    construct: str
    place: Place
    way: tuple[object, ...] = field(repr=False)

    @cached_property
    def rank(self) -> tuple[str, ...]:
        """Orders doubts, roughly as they are met."""
        way = (f"{part:012}" if isinstance(part, int) else str(part) for part in self.way)
        return (*way, self.place.table, self.place.chain, self.construct)

    @cached_property
    def digest(self) -> int:
        """Equal for equal doubts."""
        return hash(self.rank)


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What holds with either answer to a doubt; the two differ, and ask only doubts of higher rank."""

    doubt: Doubt
    yes: Conditions
    no: Conditions
    digest: int
    depth: int

    def __hash__(self) -> int:
        return self.digest

    def __eq__(self, other: object) -> bool:
        # By the digest alone: to compare what is below would take for ever where branches are shared, and
        # nobody can aim at the hash of a text, which is another in each process.
        return self is other or (isinstance(other, Decision) and self.digest == other.digest)


Conditions = Decision | bool

#: Holds whatever the doubts' answers are.
CERTAIN = True

#: Doubts on top of each other that are told apart.
_DEEPEST = 24
#: Stands for all further ones; that it is answered with no is never assumed, so it never falls away.
_TOO_MANY = Doubt("too many unknown rules", Place("", "", ""), ("~",))

_Memory = dict[tuple[Conditions, Conditions], Conditions]


def under(conditions: Conditions, doubt: Doubt, answer: bool) -> Conditions:
    """The conditions, and that ``doubt`` is answered like this."""
    if isinstance(conditions, Decision) and conditions.depth >= _DEEPEST:
        doubt, answer = _TOO_MANY, True
    asked = _decision(doubt, answer, not answer)
    return _joined(lambda one, other: one and other, conditions, asked, {})


def either(some: Conditions, others: Conditions) -> Conditions:
    """One of the two."""
    return _joined(lambda one, other: one or other, some, others, {})


def asked_in(conditions: Conditions) -> Iterator[Doubt]:
    """All doubts on which the conditions hang, some of them more than once."""
    waiting, seen = [conditions], set[Conditions]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, Decision) and one not in seen:
            seen.add(one)
            yield one.doubt
            waiting += [one.no, one.yes]


def _decision(doubt: Doubt, yes: Conditions, no: Conditions) -> Conditions:
    if yes == no:
        return yes
    depth = 1 + max(one.depth if isinstance(one, Decision) else 0 for one in (yes, no))
    return Decision(doubt, yes, no, hash((doubt.digest, yes, no)), depth)


def _joined(
    how: Callable[[bool, bool], bool], one: Conditions, other: Conditions, memory: _Memory
) -> Conditions:
    if not isinstance(one, Decision) and not isinstance(other, Decision):
        return how(one, other)
    if (one, other) not in memory:
        deciding = (part.doubt for part in (one, other) if isinstance(part, Decision))
        first = min(deciding, key=lambda doubt: doubt.rank)
        yes = _joined(how, _given(one, first, True), _given(other, first, True), memory)
        no = _joined(how, _given(one, first, False), _given(other, first, False), memory)
        memory[one, other] = _decision(first, yes, no)
    return memory[one, other]


def _given(conditions: Conditions, first: Doubt, answer: bool) -> Conditions:
    if not isinstance(conditions, Decision) or conditions.doubt.rank != first.rank:
        return conditions
    return conditions.yes if answer else conditions.no
