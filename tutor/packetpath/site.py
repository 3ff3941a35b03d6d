"""Where a rule is evaluated, and what it can make of a packet."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from tutor.dataclass import dataclass
from tutor.packetpath.doubt import Doubt
from tutor.packetpath.ruleset import Ruleset
from tutor.packetpath.state import State
from tutor.packetpath.step import Place, Step
from tutor.packetpath.world import World


class Surroundings(NamedTuple):
    """The ruleset and the machine; ``table`` is the family and name of the table whose sets are seen."""

    ruleset: Ruleset
    world: World
    table: tuple[str, str]


class Verdict(Enum):
    """How a statement ends (nft(8), VERDICT STATEMENT). NEXT: the next statement; BREAK: the next rule."""

    NEXT = auto()
    BREAK = auto()
    ACCEPT = auto()
    DROP = auto()
    REJECT = auto()
    RETURN = auto()
    JUMP = auto()
    GOTO = auto()


class Effect(NamedTuple):
    """A packet after a statement; ``target`` is the chain of a jump."""

    state: State
    verdict: Verdict = Verdict.NEXT
    target: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A statement's place in the packet's way.

    :param hook: of the base chain that led here.
    :param translating: whether that base chain is of type nat.
    :param way: what tells this visit from any other: the jumps that led here, and the statement's number.
    """

    around: Surroundings
    place: Place
    hook: str
    translating: bool
    way: tuple[object, ...]

    def step(self, action: str, **values: str | int) -> Step:
        """A step that this rule does."""
        return Step(self.hook, action, self.place, tuple(values.items()))

    def doubt(self, construct: str, state: State, question: int = 0) -> Doubt:
        """That what ``construct`` does to the packet is not known; one may raise several questions."""
        return Doubt(construct, self.place, (state.leg, self.hook, *self.way, question))

    def perhaps(self, state: State, construct: str) -> list[Effect]:
        """Both ways of a condition that is not known."""
        doubt = self.doubt(construct, state)
        state = state.stepping(self.step("unknown", construct=construct))
        return [
            Effect(state.assuming(doubt, answer=True)),
            Effect(state.assuming(doubt, answer=False), Verdict.BREAK),
        ]

    def anything(self, state: State, construct: str) -> list[Effect]:
        """All that a statement may do that is not known."""
        effects = []
        for question, verdict in enumerate((Verdict.NEXT, Verdict.BREAK, Verdict.ACCEPT)):
            doubt = self.doubt(construct, state, question)
            effects.append(Effect(state.assuming(doubt, answer=True), verdict))
            state = state.assuming(doubt, answer=False)
        return [
            Effect(one.stepping(self.step("unknown", construct=construct)), verdict)
            for one, verdict, _ in (*effects, Effect(state, Verdict.DROP))
        ]
