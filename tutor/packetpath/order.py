"""In which order the kernel's and the ruleset's stations at a hook see a packet.

By priority. Of two with the same, the one registered last comes first (nf_hook_entries_grow()); within one
table that is the chain with the higher handle, between tables a listing does not tell. Then every order is
tried, and only where they differ is the outcome unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice, permutations

from tutor.dataclass import dataclass
from tutor.packetpath.doubt import Doubt
from tutor.packetpath.state import State
from tutor.packetpath.step import Place
from tutor.packetpath.walk import Ended, Passage

#: Orders of stations with the same priority that are tried.
_TRIED = 24


@dataclass(frozen=True, slots=True)
class Station:
    """Something that sees packets at a hook.

    :param place: the chain; of the kernel's own stations, their name.
    :param changes: whether others at the same priority may see another packet after it.
    """

    priority: int
    place: Place
    handle: int
    changes: bool
    passing: Callable[[list[State]], Passage]


def in_order(stations: Sequence[Station], states: list[State]) -> Passage:
    """Take packets through all stations of a hook."""
    ended: list[Ended] = []
    for _, equals in groupby(sorted(stations, key=lambda one: one.priority), lambda one: one.priority):
        if not states:
            break
        passage = _through_equals(list(equals), states)
        states = passage.through
        ended += passage.ended
    return Passage(states, ended).joined()


def _through_equals(stations: list[Station], states: list[State]) -> Passage:
    if len(stations) == 1 or not any(one.changes for one in stations):
        return _one_after_another(stations, states)
    orders = list(islice(_orders(stations), _TRIED + 1))
    results = [_one_after_another(order, states) for order in orders[:_TRIED]]
    if len(orders) <= _TRIED and len({_outcome(result) for result in results}) == 1:
        return results[0]
    return _whichever(results, stations)


def _orders(stations: list[Station]) -> Iterator[tuple[Station, ...]]:
    for order in permutations(stations):
        known = all(
            one.handle > other.handle
            for index, one in enumerate(order)
            for other in order[index + 1 :]
            if (one.place.family, one.place.table) == (other.place.family, other.place.table)
        )
        if known:
            yield order


def _one_after_another(stations: Sequence[Station], states: list[State]) -> Passage:
    ended: list[Ended] = []
    for station in stations:
        passage = station.passing(states)
        states = passage.through
        ended += passage.ended
    return Passage(states, ended).joined()


def _outcome(passage: Passage) -> frozenset[tuple[object, ...]]:
    ways = [("through", state) for state in passage.through]
    ways += [("refused" if how in ("drop", "reject") else how, state) for state, how in passage.ended]
    return frozenset((how, state.identity, state.conditions) for how, state in ways)


def _whichever(results: list[Passage], stations: list[Station]) -> Passage:
    """All outcomes, each under the assumption that its order is the kernel's."""
    names = ", ".join(sorted(f"{one.place.table} {one.place.chain}" for one in stations))
    whole = Passage()
    for number, result in enumerate(results):
        whole.through += [_if_so(state, names, stations[0], number) for state in result.through]
        whole.ended += [Ended(_if_so(state, names, stations[0], number), how) for state, how in result.ended]
    return whole


def _if_so(state: State, names: str, first: Station, number: int) -> State:
    doubt = Doubt(f"the order of {names}", first.place, (state.leg, names, number))
    return state.assuming(doubt, answer=True)
