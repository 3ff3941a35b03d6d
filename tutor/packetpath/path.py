"""The answer: where a packet gets to, what refused it, or what is not known; and the way there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.dataclass import dataclass, field
from tutor.packetpath.address import dotted
from tutor.packetpath.doubt import CERTAIN, Doubt, asked_in
from tutor.packetpath.nat import written
from tutor.packetpath.packets import TUPLE
from tutor.packetpath.state import State, Unreadable
from tutor.packetpath.step import Place, Step
from tutor.packetpath.walk import Passage
from tutor.packetpath.world import World


@dataclass(frozen=True, slots=True)
class Reaches:
    """It leaves through ``interface`` for ``address`` and ``port`` (of several, ``first-last``)."""

    address: str
    port: str
    interface: str


@dataclass(frozen=True, slots=True)
class Local:
    """It goes to this machine itself."""

    address: str
    port: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It is dropped or rejected: by a rule, by a policy, or with ``by`` None by the kernel's routing.

    :param how: ``drop``, ``reject`` or ``policy``, or the routing's reason, a step's action.
    """

    how: str
    by: Place | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It hangs on ``construct`` of the rule at ``by``, which this program does not know."""

    construct: str
    by: Place | None


Outcome = Reaches | Local | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Path:
    """The outcome and the steps to it; where the outcome is unknown, those of one possible way.

    :param doubts: everything unknown that was met and may matter.
    """

    outcome: Outcome
    steps: tuple[Step, ...]
    doubts: tuple[Doubt, ...] = ()
    passed: tuple[State, ...] = field(default=(), repr=False, compare=False)


def judged(passage: Passage, world: World) -> Path:
    """One answer for all that may become of a packet: unknown where they differ."""
    ways = [(_reached(state, world), state) for state in passage.through]
    ways += [(_ended(state, how), state) for state, how in passage.ended]
    doubts = tuple(dict.fromkeys(doubt for _, state in ways for doubt in _doubts(state)))
    # What is certain tells more than what is certain only because its opposite leads to the same.
    ways.sort(key=lambda way: way[1].conditions is not CERTAIN)
    outcome, state = ways[0]
    if not _same(one for one, _ in ways):
        outcome = _undecided(doubts, [one for _, one in ways])
    return Path(outcome, state.steps, doubts, tuple(passage.through))


def _same(outcomes: Iterable[Outcome]) -> bool:
    return len({"refused" if isinstance(one, Refused) else one for one in outcomes}) == 1


def _reached(state: State, world: World) -> Outcome:
    index = state.numbers("oif").only
    name = world.link(index).name if index else "?"
    doubtful = _unreadable(state, "daddr", "dport")
    return doubtful or Reaches(written(state["daddr"], dotted), written(state["dport"], str), name)


def _ended(state: State, how: str) -> Outcome:
    if how == "local":
        return _unreadable(state, "daddr", "dport") or Local(
            written(state["daddr"], dotted), written(state["dport"], str)
        )
    if how == "astray":
        last = state.steps[-1]
        found = "the way back" if last.action == "elsewhere" else dict(last.values).get("construct", "?")
        return _unreadable(state, *TUPLE) or Unknown(str(found), None)
    last = state.steps[-1]
    return Refused(last.action, last.place)


def _unreadable(state: State, *names: str) -> Unknown | None:
    for domain in (state[name] for name in names):
        if isinstance(domain, Unreadable):
            return Unknown(domain.doubt.construct, domain.doubt.place)
    return None


def _doubts(state: State) -> list[Doubt]:
    return sorted(set(asked_in(state.conditions)), key=lambda doubt: doubt.rank)


def _undecided(doubts: Sequence[Doubt], states: Sequence[State]) -> Unknown:
    met = [step.place for state in states for step in state.steps if step.action == "unknown"]
    for place in met:
        for doubt in doubts:
            if doubt.place == place:
                return Unknown(doubt.construct, place)
    if doubts:
        return Unknown(doubts[0].construct, doubts[0].place)
    # Nothing is unknown but the packet: a part of those that the question allows takes another way.
    refusing = [state.steps[-1].place for state in states if state.steps]
    return Unknown("the packet", next((place for place in refusing if place), None))
