"""The stations at each hook for an IPv4 packet (linux/netfilter_ipv4.h, enum nf_ip_hook_priorities)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tutor.packetpath.constants import DNAT, DNAT_DONE, INVALID, NEW, SNAT, SNAT_DONE, TCP, UNTRACKED
from tutor.packetpath.numbers import Numbers
from tutor.packetpath.order import Station, in_order
from tutor.packetpath.packets import TUPLE
from tutor.packetpath.ruleset import Chain, Ruleset
from tutor.packetpath.state import State, Unreadable
from tutor.packetpath.step import Place, Step
from tutor.packetpath.walk import Ended, Passage, through
from tutor.packetpath.world import World

_CONNTRACK = -200
#: Chains of type nat are called from here, whatever their own priority (net/netfilter/nf_nat_core.c).
_TRANSLATION = {"prerouting": -100, "postrouting": 100}
_DONE = {"prerouting": DNAT_DONE, "postrouting": SNAT_DONE}
_CHANGING = frozenset({"mangle", "notrack", "xt", "set"})
_KERNEL = ("", "")


def at_hook(hook: str, states: list[State], ruleset: Ruleset, world: World) -> Passage:
    """Take packets through a hook of the families ip and inet."""
    chains = [chain for chain in ruleset.base_chains("ip", "inet") if chain.hook == hook]
    stations = [_station(chain, hook, ruleset, world) for chain in chains if chain.type != "nat"]
    if hook in _TRANSLATION:
        binding = [
            _station(chain, hook, ruleset, world, binding=True) for chain in chains if chain.type == "nat"
        ]
        stations.append(
            _kernel(_TRANSLATION[hook], "nat", lambda packets: _translated(hook, packets, binding))
        )
    if hook == "prerouting":
        stations.append(_kernel(_CONNTRACK, "conntrack", _tracked))
    return in_order(stations, states)


def at_device(hook: str, name: str, states: list[State], ruleset: Ruleset, world: World) -> Passage:
    """Take packets through the ingress or egress hook of an interface."""
    stations = [
        _station(chain, hook, ruleset, world)
        for chain in ruleset.base_chains("netdev", "inet")
        if chain.hook == hook and name in (chain.devices or ())
    ]
    return in_order(stations, states)


def _station(chain: Chain, hook: str, ruleset: Ruleset, world: World, *, binding: bool = False) -> Station:
    def passing(states: list[State]) -> Passage:
        bound = [state for state in states if binding and _has(state, _DONE[hook])]
        asking = [state for state in states if not (binding and _has(state, _DONE[hook]))]
        passage = through(chain, asking, hook, ruleset, world)
        return Passage([*bound, *passage.through], passage.ended)

    return Station(chain.priority, chain.end, chain.handle, binding or _changes(chain, ruleset), passing)


def _kernel(priority: int, name: str, passing: Callable[[list[State]], Passage]) -> Station:
    return Station(priority, Place(*_KERNEL, name), 0, changes=True, passing=passing)


def _changes(chain: Chain, ruleset: Ruleset) -> bool:
    """Whether rules of the chain's table may change what rules of other chains see."""
    return any(
        not _CHANGING.isdisjoint(statement)
        for other in ruleset.chains.values()
        if other.name[:2] == chain.name[:2]
        for rule in other.rules
        for statement in rule.statements
    )


def _tracked(states: list[State]) -> Passage:
    """Connection tracking: a packet becomes part of its connection, unless a rule said ``notrack``."""
    passage = Passage()
    for state in states:
        if state.numbers("ctstate") != Numbers.of(INVALID):
            passage.through.append(state)
        elif _is_picked_up(state):
            told = Step("prerouting", "unknown", None, (("construct", "notrack"),))
            passage.ended.append(Ended(state.stepping(told), "astray"))
        else:
            passage.through.append(state.copying(ctstate="connection"))
    return passage


def _is_picked_up(state: State) -> bool:
    """Whether tracking begins in the middle: what it takes the connection for is not followed.

    Of TCP's second packet alone nothing is begun (tcp_conntracks in nf_conntrack_proto_tcp.c).
    """
    if state.leg > 0 and any(isinstance(state[name], Unreadable) for name in TUPLE):
        return True
    untracked = state.leg > 0 and state.numbers("connection") == Numbers.of(INVALID)
    return untracked and (state.leg > 1 or state.numbers("proto") != Numbers.of(TCP))


def _translated(hook: str, states: list[State], chains: list[Station]) -> Passage:
    """The first packet of a connection asks the chains of type nat; all others are treated as it was."""
    asking = [state for state in states if state.numbers("ctstate") == Numbers.of(NEW)]
    passage = in_order(chains, asking)
    bound = [_with_status(state, _DONE[hook]) for state in passage.through]
    return Passage([*bound, *_as_before(hook, states)], passage.ended)


def _as_before(hook: str, states: list[State]) -> Iterator[State]:
    for state in states:
        connection = state.numbers("ctstate")
        if connection in (Numbers.of(INVALID), Numbers.of(UNTRACKED)):
            yield state
        elif connection != Numbers.of(NEW):
            yield _replayed(hook, state)


def _replayed(hook: str, state: State) -> State:
    answer = state.numbers("ctdirection") == Numbers.of(1)
    if hook == "prerouting":
        status, fields = (SNAT if answer else DNAT), {"daddr": "saddr", "dport": "sport"}
    else:
        status, fields = (DNAT if answer else SNAT), {"saddr": "daddr", "sport": "dport"}
    if not _has(state, status):
        return state
    record = "original" if answer else "reply"
    told = state.copying(**{field: f"{record} {other}" for field, other in fields.items()})
    return told.stepping(Step(hook, "as-before"))


def _has(state: State, status: int) -> bool:
    return bool((state.numbers("ctstatus").only or 0) & status)


def _with_status(state: State, status: int) -> State:
    return state.holding_also("", ctstatus=Numbers.of((state.numbers("ctstatus").only or 0) | status))
