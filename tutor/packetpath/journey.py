"""The way of packets through the machine, from one interface to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from tutor.packetpath.address import network
from tutor.packetpath.doubt import Doubt
from tutor.packetpath.hooks import at_device, at_hook
from tutor.packetpath.numbers import NONE
from tutor.packetpath.packets import TUPLE, answer
from tutor.packetpath.routing import routed
from tutor.packetpath.ruleset import Chain, Rule, Ruleset
from tutor.packetpath.state import State, Unreadable
from tutor.packetpath.step import Step
from tutor.packetpath.walk import Ended, Passage
from tutor.packetpath.world import World

#: Protocols with fields that an ARP packet has, too, as a frame.
_FIELDS_OF_ARP = frozenset({"arp", "ether", "vlan"})
#: Statements that cannot keep a packet from passing.
_LETTING = frozenset({"match", "counter", "accept", "return", "continue", "log", "jump", "goto", "last"})


def journey(states: Iterable[State], ruleset: Ruleset, world: World) -> Passage:
    """Take packets from the interface they come in through to the one they leave by, or to their end."""
    whole = Passage(list(states))
    at = partial(at_device, ruleset=ruleset, world=world)
    stages: tuple[Callable[[list[State]], Passage], ...] = (
        lambda states: _besides(states, ruleset, world),
        lambda states: _each_at_its_own("iif", states, world, partial(at, "ingress")),
        lambda states: at_hook("prerouting", states, ruleset, world),
        lambda states: routed(states, world),
        lambda states: at_hook("forward", states, ruleset, world),
        lambda states: at_hook("postrouting", states, ruleset, world),
        lambda states: _each_at_its_own("oif", states, world, partial(at, "egress")),
        lambda states: _each_at_its_own("oif", states, world, partial(_resolved, ruleset=ruleset)),
    )
    for stage in stages:
        if whole.through:
            passage = stage(whole.through)
            whole = Passage(passage.through, [*whole.ended, *passage.ended])
    return whole.joined()


def answers(states: Iterable[State], world: World) -> Passage:
    """The answers of those whom packets got to: lost where they look for the sender in their own network.

    Nor does anybody take a packet that comes from outside with the own address as its sender's.
    """
    passage = Passage()
    for state in states:
        index, senders, receivers = state.numbers("oif").only, state["saddr"], state["daddr"]
        near = NONE if isinstance(receivers, Unreadable) or receivers.only is None else receivers
        for one in world.link(index).addresses if index else ():
            near |= network(one)
        near -= world.local_of((index,)) if index else NONE
        if isinstance(senders, Unreadable) or not _is_legible(state):
            passage.ended.append(_astray(state))
            continue
        if lost := state.narrowed("saddr", senders & near):
            passage.ended.append(Ended(lost.stepping(Step("", "no-way-back")), "drop"))
        if told := state.narrowed("saddr", senders - near):
            passage.through.append(answer(told))
    return passage


def _is_legible(state: State) -> bool:
    """Whether it is known which connection the receiver takes the packet for."""
    return not any(isinstance(state[name], Unreadable) for name in TUPLE)


def _astray(state: State) -> Ended:
    return Ended(state.stepping(Step("routing", "unreadable")), "astray")


def understood(passage: Passage) -> Passage:
    """The packets of a connection that is up; of those with other addresses nobody knows whose they are."""
    legible = [state for state in passage.through if _is_legible(state)]
    others = [_astray(state) for state in passage.through if not _is_legible(state)]
    return Passage(legible, [*passage.ended, *others])


def returned(states: Iterable[State], world: World) -> Passage:
    """Those answers that leave through where the client is; of others nobody knows whether they get there."""
    passage = Passage()
    for state in states:
        index = state.numbers("oif").only
        if not _is_legible(state):
            passage.ended.append(_astray(state))
        elif index == state.numbers("first iif").only:
            passage.through.append(state)
        else:
            name = world.link(index).name if index else "?"
            step = Step("routing", "elsewhere", None, (("interface", name),))
            passage.ended.append(Ended(state.stepping(step), "astray"))
    return passage


def _each_at_its_own(
    field: str, states: list[State], world: World, passing: Callable[[str, list[State]], Passage]
) -> Passage:
    """Take packets through something of the interface that a field of theirs names."""
    whole = Passage()
    for index in {state.numbers(field).only for state in states}:
        here = [state for state in states if state.numbers(field).only == index]
        passage = passing(world.link(index).name if index else "", here)
        whole.through += passage.through
        whole.ended += passage.ended
    return whole


def _besides(states: list[State], ruleset: Ruleset, world: World) -> Passage:
    """Chains that see the packet elsewhere (on a bridge's port, as ARP): followed no further, only feared."""
    chains = (
        chain
        for chain in ruleset.base_chains("bridge", "arp", "netdev", "inet")
        if _elsewhere(chain, world) and _may_refuse(chain, _rules_beside(chain, ruleset))
    )
    return _fearing(chains, states)


def _resolved(name: str, states: list[State], ruleset: Ruleset) -> Passage:
    """The answers to ARP, by which the next one's place is found, come in where the packet leaves.

    At a device the family netdev sees them as well, and inet does not (net/netfilter/nft_chain_filter.c).
    """
    chains = (
        chain
        for chain in ruleset.base_chains("netdev")
        if name in (chain.devices or ()) and _may_refuse_arp(chain, ruleset)
    )
    return _fearing(chains, states)


def _fearing(chains: Iterable[Chain], states: list[State]) -> Passage:
    """Packets that each of the chains may refuse, for all that is known here."""
    whole = Passage(states)
    for chain in chains:
        leg = {state.leg for state in states}
        doubt = Doubt(f"table {' '.join(chain.name[:2])}", chain.end, (*leg, chain.name))
        refused = [state.stepping(Step(str(chain.hook), "unknown", chain.end)) for state in whole.through]
        whole.ended += [Ended(state.assuming(doubt, answer=True), "drop") for state in refused]
        whole.through = [state.assuming(doubt, answer=False) for state in whole.through]
    return whole


def _elsewhere(chain: Chain, world: World) -> bool:
    if chain.name[0] in ("bridge", "arp"):
        return True
    ports = {link.name for link in world.links if link.master}
    return chain.hook in ("ingress", "egress") and (
        chain.devices is None or not ports.isdisjoint(chain.devices)
    )


def _rules_beside(chain: Chain, ruleset: Ruleset) -> Iterator[Rule]:
    """Those of its table, which it may call."""
    chains = (other for other in ruleset.chains.values() if other.name[:2] == chain.name[:2])
    return (rule for other in chains for rule in other.rules)


def _may_refuse(chain: Chain, rules: Iterable[Rule]) -> bool:
    return chain.policy != "accept" or any(
        not _LETTING.issuperset(statement) for rule in rules for statement in rule.statements
    )


def _may_refuse_arp(chain: Chain, ruleset: Ruleset) -> bool:
    rules = _rules_beside(chain, ruleset)
    return _may_refuse(chain, (rule for rule in rules if not _asks_of_ip(rule.statements)))


def _asks_of_ip(part: Any) -> bool:
    """Whether a part of a rule is for IP alone: ARP has no such field, nor anything that it carries."""
    match part:
        case {"payload": {"protocol": str(protocol)}}:
            return protocol not in _FIELDS_OF_ARP
        case {"meta": {"key": "l4proto"}}:
            return True
        case {"op": "==", "left": {"meta": {"key": "protocol"}}, "right": "ip" | "ip6"}:
            return True
        case dict():
            return any(map(_asks_of_ip, part.values()))
        case list() | tuple():
            return any(map(_asks_of_ip, part))
    return False
