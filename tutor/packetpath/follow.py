"""Follow a connection from outside, and ask whether packets from a network could leave."""

from __future__ import annotations

from typing import Literal

from tutor.dataclass import dataclass, replace
from tutor.packetpath.address import network
from tutor.packetpath.constants import DNAT
from tutor.packetpath.doubt import CERTAIN
from tutor.packetpath.journey import answers, journey, returned, understood
from tutor.packetpath.numbers import NONE
from tutor.packetpath.packets import Packet, any_from, first, next_of_client
from tutor.packetpath.path import Path, judged
from tutor.packetpath.remembered import remembered
from tutor.packetpath.ruleset import Ruleset
from tutor.packetpath.state import State
from tutor.packetpath.walk import Ended, Passage
from tutor.packetpath.world import World


@remembered
def follow(ruleset: Ruleset, world: World, packet: Packet) -> Path:
    """Follow the first packet of a connection through prerouting, routing, forward and postrouting."""
    return judged(journey([first(packet, world)], ruleset, world), world)


def reply(ruleset: Ruleset, world: World, path: Path) -> Path:
    """Follow the answer to a packet that :func:`follow` saw through."""
    return judged(_answered(Passage(list(path.passed)), ruleset, world), world)


@remembered
def connect(ruleset: Ruleset, world: World, packet: Packet) -> Path:
    """Follow a connection: the client's first packet, the answer, and what the client sends then."""
    sent = journey([first(packet, world)], ruleset, world)
    answered = _answered(sent, ruleset, world)
    up = understood(journey([next_of_client(state) for state in answered.through], ruleset, world))
    return judged(Passage(up.through, [*answered.ended, *_lost(up.ended)]), world)


def _answered(sent: Passage, ruleset: Ruleset, world: World) -> Passage:
    setting_out = answers(sent.through, world)
    back = journey(setting_out.through, ruleset, world)
    home = returned(back.through, world)
    return Passage(home.through, [*sent.ended, *setting_out.ended, *_lost(back.ended), *home.ended])


def _lost(ended: list[Ended]) -> list[Ended]:
    """What should be forwarded and ends on this machine is lost to the connection."""
    return [Ended(state, "drop" if how == "local" else how) for state, how in ended]


@dataclass(frozen=True, slots=True)
class Leaving:
    """Whether packets that come in through an interface could leave through another.

    :param answer: about packets that go where they are addressed.
    :param path: one that leaves, or may; None where none does. Its ``passed`` are all that leave for certain.
    :param translated: one that leaves for where a rule of this machine sends it instead (a port forward).
    """

    answer: Literal["no", "yes", "unknown"]
    path: Path | None = None
    translated: Path | None = None


@remembered
def could_leave(ruleset: Ruleset, world: World, interface: str, source: str | None = None) -> Leaving:
    """Ask of all first packets of TCP, UDP and ICMP, to anywhere.

    :param source: the prefix that they come from; the interface's own networks where missing.
    """
    index = world.index(interface)
    senders = network(source) if source else NONE
    for one in () if source else world.link(index).addresses:
        senders |= network(one)
    senders -= world.local
    if not senders:
        return Leaving("no")
    passage = journey([any_from(interface, senders, world)], ruleset, world)
    leaving = [state for state in passage.through if state.numbers("oif").only != index]
    leaving += [state for state, how in passage.ended if how == "astray"]
    straight = [state for state in leaving if not _is_translated(state)]
    redirected = [state for state in leaving if _is_translated(state)]
    certain = any(_is_certain(state) for state in straight)
    answer: Literal["no", "yes", "unknown"] = "yes" if certain else "unknown" if straight else "no"
    return Leaving(answer, _one(straight, passage, world), _one(redirected, passage, world))


def _one(states: list[State], passage: Passage, world: World) -> Path | None:
    """The first of those that leave for certain, beside the others; of those that may, where none does."""
    certain = tuple(state for state in states if _is_certain(state))
    if certain:
        return replace(judged(Passage([certain[0]]), world), passed=certain)
    if not states:
        return None
    chosen = states[0]
    if any(state is chosen for state in passage.through):
        return judged(Passage([chosen]), world)
    return judged(Passage([], [Ended(chosen, "astray")]), world)


def _is_certain(state: State) -> bool:
    return state.conditions is CERTAIN and not _is_astray(state)


def _is_translated(state: State) -> bool:
    return bool((state.numbers("ctstatus").only or 0) & DNAT)


def _is_astray(state: State) -> bool:
    return state.numbers("oif").only == 0
