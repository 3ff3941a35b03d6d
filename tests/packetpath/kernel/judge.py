"""The evaluator's answers beside what the kernel did."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tests.packetpath.kernel.lab import BEHIND
from tests.packetpath.kernel.probe import Arrival, Probe, Seen
from tutor.packetpath import (
    Local,
    Outcome,
    Packet,
    Path,
    Reaches,
    Refused,
    Ruleset,
    Unknown,
    World,
    connect,
    could_leave,
    follow,
)
from tutor.packetpath.address import address, network
from tutor.packetpath.numbers import Numbers

#: Without what they remember: threads ask at the same time, and tests ask mutated evaluators.
_follow, _connect, _could_leave = (inspect.unwrap(one) for one in (follow, connect, could_leave))
_INTERFACES = {host: interface for interface, host in BEHIND.items()}


class Difference(NamedTuple):
    """Where the two differ: what was asked, what the evaluator said, and what was seen."""

    question: str
    probe: Probe
    said: str
    seen: Seen


@dataclass
class Judged:
    """The answers about one ruleset, and where they differ from the kernel.

    :ivar answers: by question, the kind of each answer.
    """

    answers: list[tuple[str, str]]
    differences: list[Difference]


def packet(probe: Probe) -> Packet:
    """The probe's first packet, as the evaluator is asked about it."""
    return Packet(_INTERFACES[probe.sender], probe.source, probe.destination, probe.port, probe.protocol)


def judged(
    ruleset: Ruleset, world: World, probes: list[Probe], seen: list[Seen], *, bridge_calls: bool = False
) -> Judged:
    """Ask the evaluator all it can be asked about these connections.

    :param bridge_calls: whether bridges call iptables: what comes from a bridge and is sent back to it then
        never leaves the bridge, which the evaluator does not claim to know.
    """
    result = Judged([], [])
    for probe, one in zip(probes, seen, strict=True):
        first, whole = _follow(ruleset, world, packet(probe)), _connect(ruleset, world, packet(probe))
        result.answers += [("first", _kind(first.outcome)), ("whole", _kind(whole.outcome))]
        if bridge_calls and _returns(first.outcome, probe):
            continue
        found = _differing(
            ruleset,
            first,
            whole,
            one,
            probe.sender,
            can_be_told=not bridge_calls and _is_behind(world, probe),
        )
        result.differences += [Difference(question, probe, said, one) for question, said in found]
    _judge_leaving(ruleset, world, result, list(zip(probes, seen, strict=True)))
    return result


def _kind(outcome: Outcome) -> str:
    if isinstance(outcome, Unknown):
        return f"unknown: {outcome.construct}"
    return type(outcome).__name__.lower()


def _returns(outcome: Outcome, probe: Probe) -> bool:
    return isinstance(outcome, Reaches) and outcome.interface == _INTERFACES[probe.sender]


def _is_behind(world: World, probe: Probe) -> bool:
    """Whether the router looks for the sender where it is."""
    routes = world.routed(Numbers.of(address(probe.source)))
    return {route.interface for _, route in routes} == {_INTERFACES[probe.sender]}


def _differing(
    ruleset: Ruleset, first: Path, whole: Path, seen: Seen, sender: str, *, can_be_told: bool
) -> Iterator[tuple[str, str]]:
    if not _first_holds(ruleset, first.outcome, seen):
        yield "first", f"{first.outcome}"
    elif isinstance(first.outcome, Reaches) and not _looks_as_said(first, seen.arrived):
        yield "source", f"{[(dict(s.fields), s.domains) for s in first.passed]}"
    # Who is sent back to where he is has himself as the other side, and takes no packet with his own address.
    alone = seen.arrived and (seen.arrived.host == sender or seen.arrived.source == seen.arrived.destination)
    if not alone and not _whole_holds(ruleset, whole.outcome, seen):
        yield "whole", f"{whole.outcome}"
    if can_be_told and isinstance(first.outcome, Refused) and not _refused_as_said(ruleset, first, seen):
        yield "refusal", f"{first.outcome}"


def _hooked(ruleset: Ruleset, *hooks: str) -> bool:
    return any(chain.hook in hooks for chain in ruleset.base_chains("ip", "inet", "netdev", "bridge"))


def _in_order(ruleset: Ruleset) -> bool:
    """Whether no two tables see a packet at the same time: which of them refuses is not told then."""
    places = Counter(
        (one.hook, one.priority, one.name[:2])
        for one in ruleset.base_chains("ip", "inet", "netdev")
        if one.type != "nat"
    )
    return len({place[:2] for place in places}) == len(places)


def _first_holds(ruleset: Ruleset, outcome: Outcome, seen: Seen) -> bool:
    match outcome:
        case Reaches(interface=interface):
            return seen.arrived is not None and _is_at(outcome, interface, seen.arrived)
        case Local():
            here = seen.local is not None and _within(outcome, *seen.local)
            # Who sends something else than he set out with is not recognized by the router's own sockets.
            unseen = _hooked(ruleset, "input", "output") or _writes(ruleset)
            return seen.arrived is None and (here or unseen)
        case Refused():
            return seen.arrived is None and seen.local is None
        case _:
            return True


def _writes(ruleset: Ruleset) -> bool:
    """Whether rules write into packets, beside translation and marks."""
    return any(
        "payload" in statement["mangle"]["key"]
        for chain in ruleset.chains.values()
        for rule in chain.rules
        for statement in rule.statements
        if "mangle" in statement
    )


def _whole_holds(ruleset: Ruleset, outcome: Outcome, seen: Seen) -> bool:
    match outcome:
        case Reaches():
            return seen.up is not None and seen.up[0] != "router" and _within(outcome, *seen.up[1:])
        case Local():
            return _first_holds(ruleset, outcome, seen)
        case Refused():
            return seen.up is None
        case _:
            return True


def _is_at(outcome: Reaches, interface: str, arrived: Arrival) -> bool:
    return arrived.host == BEHIND[interface] and _within(outcome, arrived.destination, arrived.port)


def _within(outcome: Reaches | Local, host: str, port: int) -> bool:
    first, _, last = outcome.address.partition("-")
    low, _, high = outcome.port.partition("-")
    return address(first) <= address(host) <= address(last or first) and int(low) <= port <= int(high or low)


def _looks_as_said(path: Path, arrived: Arrival | None) -> bool:
    """Whether one of the packets that the evaluator saw leave is the one that came: masquerading shows."""
    assert arrived is not None
    fields = {
        "saddr": address(arrived.source),
        "daddr": address(arrived.destination),
        "sport": arrived.source_port,
        "dport": arrived.port,
    }
    return any(
        all(
            not isinstance(domain := state[name], Numbers) or value in domain
            for name, value in fields.items()
        )
        for state in path.passed
    )


def _refused_as_said(ruleset: Ruleset, path: Path, seen: Seen) -> bool:
    """A reject tells the sender; a drop does not.

    Asked only of rulesets that do nothing but filter: what becomes of the message itself, translated or
    dropped on its way, is not claimed. And only where all of the client's ports fare alike: otherwise the
    path is that of some.
    """
    assert isinstance(path.outcome, Refused)
    if path.doubts or path.outcome.by is None or not _only_filters(ruleset):
        return True
    if path.outcome.how == "reject":
        return seen.told in ("refused", "unreachable")
    return seen.told == "nothing"


def _only_filters(ruleset: Ruleset) -> bool:
    changing = any(
        statement.keys() & {"mangle", "notrack", "xt"}
        for chain in ruleset.chains.values()
        for rule in chain.rules
        for statement in rule.statements
    )
    silenced = _hooked(ruleset, "output", "postrouting", "ingress", "egress")
    nat = any(chain.type == "nat" for chain in ruleset.chains.values())
    return not (changing or silenced or nat) and _in_order(ruleset)


def _judge_leaving(ruleset: Ruleset, world: World, result: Judged, tried: list[tuple[Probe, Seen]]) -> None:
    """A network that nothing can leave is left by no packet, but for those that rules send elsewhere."""
    for bridge in ("virbr0", "virbr1"):
        leaving = _could_leave(ruleset, world, bridge)
        result.answers.append(("leaving", leaving.answer))
        own = Numbers.joined(
            span for a in world.link(world.index(bridge)).addresses for span in network(a).spans
        )
        for probe, seen in tried:
            if address(probe.source) not in own:
                continue
            if probe.sender != BEHIND[bridge] or seen.arrived is None or seen.arrived.host == probe.sender:
                continue
            straight = (seen.arrived.destination, seen.arrived.port) == (probe.destination, probe.port)
            if straight and leaving.answer == "no" and leaving.translated is None:
                result.differences.append(Difference("leaving", probe, "no", seen))
