"""The evaluator's answers beside what the kernel did."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.packetpath.kernel.lab import BEHIND
from tests.packetpath.kernel.leaving import Witness, alone, anything, claims, witnesses
from tests.packetpath.kernel.probe import TCP, UDP, Arrival, Probe, Seen
from tutor.packetpath import (
    Leaving,
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
    probe: Probe | Witness
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


def leaving_by(ruleset: Ruleset, world: World) -> dict[str, Leaving]:
    """What the evaluator says of each bridge's network."""
    return {bridge: _could_leave(ruleset, world, bridge) for bridge in ("virbr0", "virbr1")}


def to_send(leaving: Mapping[str, Leaving], world: World) -> Iterator[Witness]:
    """Packets of which the evaluator says that they leave their network."""
    for bridge, answer in leaving.items():
        for _, path in claims(answer):
            yield from witnesses(path, bridge, world)


def to_keep(leaving: Mapping[str, Leaving]) -> Iterator[Witness]:
    """Packets from networks of which the evaluator says that nothing leaves them."""
    for bridge, answer in leaving.items():
        if _is_sealed(answer):
            yield from anything(bridge)


def _is_sealed(leaving: Leaving) -> bool:
    return leaving.answer == "no" and leaving.translated is None


def judged(
    ruleset: Ruleset,
    world: World,
    tried: list[tuple[Probe, Seen]],
    sent: Mapping[Witness, Seen],
    leaving: Mapping[str, Leaving],
    *,
    bridge_calls: bool = False,
) -> Judged:
    """Ask the evaluator all it can be asked about these connections, and about what leaves.

    :param sent: what became of packets that :func:`to_send` and :func:`to_keep` name.
    :param leaving: what :func:`leaving_by` returned.
    :param bridge_calls: whether bridges call iptables: what comes from a bridge and is sent back to it then
        never leaves the bridge, which the evaluator does not claim to know.
    """
    result = Judged([], [])
    for probe, one in tried:
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
    for bridge, asked in leaving.items():
        result.answers.append(("leaving", asked.answer))
        if _is_sealed(asked):
            result.differences += _out_all_the_same(world, bridge, [*tried, *sent.items()])
        for question, path in claims(asked):
            told, differences = _left(ruleset, world, bridge, path, sent)
            result.answers.append((question, told))
            result.differences += [Difference(question, *one) for one in differences]
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


def _out_all_the_same(
    world: World, bridge: str, tried: Sequence[tuple[Probe | Witness, Seen]]
) -> Iterator[Difference]:
    """A network that nothing can leave is left by no packet, but for those that rules send elsewhere."""
    own = Numbers.joined(span for a in world.link(world.index(bridge)).addresses for span in network(a).spans)
    for probe, seen in tried:
        if address(probe.source) not in own or probe.sender != BEHIND[bridge]:
            continue
        if seen.arrived is None or seen.arrived.host == probe.sender:
            continue
        if (seen.arrived.destination, seen.arrived.port) == (probe.destination, probe.port):
            yield Difference("leaving", probe, "no", seen)


def _left(
    ruleset: Ruleset, world: World, bridge: str, path: Path, sent: Mapping[Witness, Seen]
) -> tuple[str, list[tuple[Witness, str, Seen]]]:
    """Whether packets that took the path come out where it leads; what did not."""
    packets = [one for one in witnesses(path, bridge, world) if one in sent]
    lost = [one for one in packets if not _is_out(one, sent[one])]
    # What a rule gives an address or port out of several is not the packet's to say: a part of them leaves.
    wrong = [one for one in lost if not _by_chance(alone(ruleset, world, bridge, one))]
    if len(lost) == len(packets) and not wrong:
        return "unknown: by chance" if packets else "unknown: not tried", []
    kinds = {one.protocol for one in packets if one not in lost}
    told = "as TCP or UDP" if kinds & {TCP, UDP} else "as ICMP"
    return told, [(one, f"leaves through {one.out}", sent[one]) for one in wrong]


def _is_out(packet: Witness, seen: Seen) -> bool:
    return seen.arrived is not None and seen.arrived.host == BEHIND.get(packet.out)


def _by_chance(path: Path) -> bool:
    """Whether nothing is unknown but what a rule picks."""
    return isinstance(path.outcome, Unknown) and not path.doubts and len(path.passed) > 0
