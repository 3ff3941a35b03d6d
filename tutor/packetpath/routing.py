"""Where the kernel sends a packet between prerouting and forward (ip_route_input_slow())."""

from __future__ import annotations

from tutor.packetpath.address import EVERYONE, LOOPBACK, MULTICAST, UNSPECIFIED
from tutor.packetpath.numbers import ADDRESSES, NONE, Numbers
from tutor.packetpath.state import State, Unreadable
from tutor.packetpath.step import Step
from tutor.packetpath.walk import Ended, Passage
from tutor.packetpath.world import World

HOOK = "routing"
_STRICT, _LOOSE = 1, 2


def routed(states: list[State], world: World) -> Passage:
    """Give packets the interface they leave through; those for this machine end as ``local``."""
    passage = Passage()
    for state in states:
        for sender in _from_allowed_senders(state, world, passage):
            _to_destination(sender, world, passage)
    return passage.joined()


def _from_allowed_senders(state: State, world: World, passage: Passage) -> list[State]:
    """fib_validate_source(): no packet from outside has an address of ours, or one rp_filter refuses."""
    senders = state["saddr"]
    index = state.numbers("iif").only
    if not index:
        return [state]
    if isinstance(senders, Unreadable):
        passage.ended.append(Ended(state.stepping(Step(HOOK, "unreadable")), "astray"))
        return []
    allowed = ADDRESSES - world.local - MULTICAST - EVERYONE - UNSPECIFIED
    checked = world.rp_filter.get(world.link(index).name, 0)
    if checked == _STRICT:
        allowed &= world.reached_through(index)
    elif checked == _LOOSE:
        allowed &= Numbers.joined(span for part, _ in world.routed(ADDRESSES) for span in part.spans)
    if checked:
        allowed -= world.broadcast
    _end(passage, state.narrowed("saddr", senders - allowed), "drop", "sender-refused")
    fitting = state.narrowed("saddr", senders & allowed)
    return [fitting] if fitting else []


def _to_destination(state: State, world: World, passage: Passage) -> None:
    destinations = state["daddr"]
    if isinstance(destinations, Unreadable):
        told = state.stepping(Step(HOOK, "unreadable"))
        passage.ended.append(Ended(told, "astray"))
        return
    impossible = UNSPECIFIED | (NONE if world.route_localnet else LOOPBACK)
    _end(passage, state.narrowed("daddr", destinations & impossible), "drop", "no-route")
    destinations -= impossible
    here = world.local | world.broadcast | MULTICAST
    _end(passage, state.narrowed("daddr", destinations & here), "local", "local")
    destinations -= here
    if not world.forwarding:
        _end(passage, state.narrowed("daddr", destinations), "drop", "no-forwarding")
        return
    for part, route in world.routed(destinations):
        destinations -= part
        if one := state.narrowed("daddr", part):
            told = one.holding_also("", oif=Numbers.of(world.index(route.interface)))
            step = Step(HOOK, "route", None, (("interface", route.interface),))
            passage.through.append(told.stepping(step))
    _end(passage, state.narrowed("daddr", destinations), "drop", "no-route")


def _end(passage: Passage, state: State | None, how: str, action: str) -> None:
    if state:
        passage.ended.append(Ended(state.stepping(Step(HOOK, action)), how))
