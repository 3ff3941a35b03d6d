"""Through the rules of a base chain and of those it jumps to (nft(8), CHAINS and VERDICT STATEMENT)."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from tutor.dataclass import dataclass, field
from tutor.packetpath.doubt import Decision
from tutor.packetpath.rule import visit
from tutor.packetpath.ruleset import Chain, Rule, Ruleset
from tutor.packetpath.site import Effect, Site, Surroundings, Verdict
from tutor.packetpath.state import State, merged
from tutor.packetpath.step import Step
from tutor.packetpath.world import World

#: Rules that packets may meet in one base chain, each counted with the doubts that it is met with. A host
#: with hundreds of rules takes some hundred; a ruleset that is made to be followed for ever doubles with each
#: chain that calls the next one twice.
MOST_VISITS = 20_000

#: Calls within calls, as many as the kernel allows (NFT_JUMP_STACK_SIZE in nf_tables.h).
DEEPEST = 16


class TooLong(ValueError):
    """The rules lead further than anybody follows."""


class Ended(NamedTuple):
    """A packet that goes no further: ``drop``, ``reject``, ``local``, or ``astray`` where nobody knows."""

    state: State
    how: str


@dataclass(slots=True)
class Passage:
    """What became of packets."""

    through: list[State] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)

    def joined(self) -> Passage:
        """The same, with packets that nothing can tell apart taken together."""
        kinds: dict[str, list[State]] = {}
        for state, how in self.ended:
            kinds.setdefault(how, []).append(state)
        ended = [Ended(state, how) for how, states in kinds.items() for state in merged(states)]
        return Passage(merged(self.through), ended)


class _Visited(NamedTuple):
    """A rule being visited: where packets go that go on to the next, and those that go back."""

    rule: Rule
    way: tuple[object, ...]
    on: list[State]
    back: list[State]


@dataclass(frozen=True, slots=True)
class _Walk:
    ruleset: Ruleset
    world: World
    hook: str
    base: Chain
    passage: Passage
    visits: list[int]

    def rules(self, chain: Chain, states: list[State], way: tuple[object, ...]) -> list[State]:
        """Go through a chain; returns those that come out at its end, or by ``return``."""
        back: list[State] = []
        for rule in chain.rules:
            if not states:
                break
            self._count(sum(map(_weight, states)))
            going_on: list[State] = []
            for effect in visit(rule, states, partial(self._site, rule, way)):
                self._decided(effect, _Visited(rule, way, going_on, back))
            states = merged(going_on)
        return merged([*back, *states])

    def _count(self, packets: int) -> None:
        """:raises TooLong: at the end of anybody's patience."""
        self.visits[0] -= packets
        if self.visits[0] < 0:
            raise TooLong(f"more than {MOST_VISITS} rules")

    def _decided(self, effect: Effect, at: _Visited) -> None:
        state, verdict, _ = effect
        if verdict in (Verdict.NEXT, Verdict.BREAK):
            at.on.append(state)
        elif verdict is Verdict.RETURN:
            at.back.append(state)
        elif verdict is Verdict.ACCEPT:
            self.passage.through.append(state)
        elif verdict in (Verdict.DROP, Verdict.REJECT):
            self.passage.ended.append(Ended(state, verdict.name.lower()))
        else:
            self._called(effect, at)

    def _called(self, effect: Effect, at: _Visited) -> None:
        state, verdict, target = effect
        place = at.rule.place
        called = self.ruleset.chains.get((place.family, place.table, target))
        if called is None or target in (*at.way, place.chain):
            # The kernel loads neither; a listing taken by somebody else may have both.
            for one in self._site(at.rule, at.way, 0).anything(state, f"jump {target}"):
                self._decided(one, at)
            return
        if len(at.way) >= 2 * DEEPEST:
            raise TooLong(f"more than {DEEPEST} calls within calls")
        out = self.rules(called, [state], (*at.way, place.chain, place.handle))
        (at.on if verdict is Verdict.JUMP else at.back).extend(out)

    def _site(self, rule: Rule, way: tuple[object, ...], number: int) -> Site:
        around = Surroundings(self.ruleset, self.world, (rule.place.family, rule.place.table))
        return Site(around, rule.place, self.hook, self.base.type == "nat", (*way, rule.place.handle, number))


def _weight(state: State) -> int:
    """What it costs to take it past a rule: the more it hangs on, the more."""
    conditions = state.conditions
    return 1 + (conditions.depth if isinstance(conditions, Decision) else 0)


def through(base: Chain, states: list[State], hook: str, ruleset: Ruleset, world: World) -> Passage:
    """Take packets through a base chain: accept ends this chain only, drop and reject end the packet."""
    passage = Passage()
    out = _Walk(ruleset, world, hook, base, passage, [MOST_VISITS]).rules(base, states, ())
    for state in out:
        if base.policy == "accept":
            passage.through.append(state)
        else:
            told = state.stepping(Step(hook, "policy", base.end))
            passage.ended.append(Ended(told, "drop"))
    return passage.joined()
