"""The commands that put a port forward right.

They are tried on the ruleset as it was seen, with the packet path: what does not lead to the guest there is
not printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from checks.commands import virsh
from checks.forward_case import Case
from checks.leases import within
from checks.network_xml import addresses, definition
from checks.packet_world import delete, without
from tutor.dataclass import replace
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network, network_names
from tutor.host.question import Unobservable
from tutor.host.xml import NotWellFormed
from tutor.packetpath import Link, Local, Place, Refused, explain
from tutor.packetpath.ruleset import Chain, Rule
from tutor.packetpath.translated import Statement
from tutor.text import Text, text

#: The lesson's own table: ``ip nat`` belongs to iptables, and saved there would block the network.
TABLE = "labb"

#: Where each of libvirt's backends decides what is forwarded, and the table that tells it is there.
IPTABLES, NFTABLES = ("ip", "filter", "FORWARD"), ("ip", "libvirt_network", "forward")

#: More faults than anybody has at once.
_MANY = 16
_LAST = 1 << 30


def repair(case: Case) -> tuple[tuple[str, ...], Text | None]:
    """The commands; none, and a hint, where only a person can decide."""
    commands: list[str] = []
    for _ in range(_MANY):
        if case.reaches(case.connection):
            return tuple(commands), None
        done = _next(case, commands)
        if done is None:
            return (), _decide(case)
        command, case = done
        commands += [one for one in command if one not in commands]
    return (), _decide(case)


def _next(case: Case, before: list[str]) -> tuple[tuple[str, ...], Case] | None:
    """One thing put right, and the case as it is then."""
    outcome = case.arrival.outcome
    if isinstance(outcome, Refused) and outcome.how == "no-forwarding":
        command = "sudo sysctl -w net.ipv4.ip_forward=1"
        return (command,), replace(case, world=replace(case.world, forwarding=True))
    if case.mistranslated and case.translation and case.translation.place:
        return _without(case, case.translation.place)
    if isinstance(outcome, Local):
        return _translated(case, before)
    if case.goes_back:
        return _network_started(case, before)
    return _unrefused(case, before)


def _unrefused(case: Case, before: list[str]) -> tuple[tuple[str, ...], Case] | None:
    path = case.arrival if isinstance(case.arrival.outcome, Refused) else case.connection
    refusing = path.outcome.by if isinstance(path.outcome, Refused) else None
    if refusing is None:
        return None
    if case.names_it(refusing):
        return _without(case, refusing)
    libvirts = refusing.table in (IPTABLES[1], NFTABLES[1]) and path.steps[-1].hook == "forward"
    return _let_in(case, before, refusing.table) if libvirts else None


def _without(case: Case, place: Place) -> tuple[tuple[str, ...], Case] | None:
    if place.handle is None:
        return None
    return (delete(place),), replace(case, rules=without(case.rules, place))


def _translated(case: Case, before: list[str]) -> tuple[tuple[str, ...], Case] | None:
    """The lesson's rule, before others in a table of one's own."""
    name = _chain_for_it(case)
    kind = "{ type nat hook prerouting priority dstnat; policy accept; }"
    rule = f'iifname != "virbr*" tcp dport {case.packet.port} dnat to {case.address}:{case.to_port}'
    commands = (
        f"sudo nft add table ip {TABLE}",
        f"sudo nft 'add chain ip {TABLE} {name} {kind}'",
        f"sudo nft 'insert rule ip {TABLE} {name} {rule}'",
    )
    if commands[-1] in before:
        return None
    statements = (
        _match({"meta": {"key": "iifname"}}, "virbr*", "!="),
        _match({"payload": {"protocol": "tcp", "field": "dport"}}, case.packet.port),
        {"dnat": {"addr": case.address, "port": case.to_port}},
    )
    chain = Chain(("ip", TABLE, name), _LAST, (), "nat", "prerouting", -100)
    return commands, _with_rule(case, case.rules.chains.get(chain.name, chain), statements)


def _chain_for_it(case: Case) -> str:
    """The lesson's chain, unless something else is called so."""
    found = case.rules.chains.get(("ip", TABLE, "pre"))
    usable = found is None or (found.type, found.hook, found.policy) == ("nat", "prerouting", "accept")
    return "pre" if usable else f"pre{case.packet.port}"


def _let_in(case: Case, before: list[str], table: str) -> tuple[tuple[str, ...], Case] | None:
    """One accept before libvirt's own reject, in the backend that has it: the other's may be left over."""
    routes = [dict(step.values)["interface"] for step in case.arrival.steps if step.action == "route"]
    bridge = quote(str(routes[-1])) if routes else "virbr0"
    where = NFTABLES if table == NFTABLES[1] else IPTABLES
    chain = case.rules.chains.get(where)
    accept = f"FORWARD -o {bridge} -m conntrack --ctstate DNAT -j ACCEPT"
    command = (
        f"sudo nft insert rule {' '.join(NFTABLES)} oifname {bridge} ct status dnat counter accept"
        if where == NFTABLES
        # It may be there, after the reject.
        else f"sudo iptables -D {accept} 2>/dev/null; sudo iptables -I {accept}"
    )
    if command in before or chain is None:
        return None
    statements = (
        _match({"meta": {"key": "oifname"}}, bridge),
        _match({"ct": {"key": "status"}}, "dnat", "in"),
        {"accept": None},
    )
    return (command,), _with_rule(case, chain, statements)


def _match(left: Statement, right: object, op: str = "==") -> Statement:
    return {"match": {"op": op, "left": left, "right": right}}


def _with_rule(case: Case, chain: Chain, statements: tuple[Statement, ...]) -> Case:
    rule = Rule(Place(*chain.name, _LAST), statements)
    chains = {**case.rules.chains, chain.name: replace(chain, rules=(rule, *chain.rules))}
    return replace(case, rules=replace(case.rules, chains=chains))


def _network_started(case: Case, before: list[str]) -> tuple[tuple[str, ...], Case] | None:
    """The network that the address is from, if it is only stopped."""
    for name, own in _stopped_networks(case.host):
        command = virsh(case.host, "net-start", name)
        if within(case.address, [own]) and command not in before:
            bridge = Link("virbr0", (own,))
            links = (*(link for link in case.world.links if link.name != bridge.name), bridge)
            return (command,), replace(case, world=replace(case.world, links=links))
    return None


def _stopped_networks(host: Host) -> Iterator[tuple[str, str]]:
    """Their names, each with an address of its own; none where libvirt cannot be asked."""
    try:
        for name in host.ask(network_names(SYSTEM)):
            found = host.ask(network(SYSTEM, name))
            if found and not found["active"]:
                yield from ((name, own) for own in addresses(definition(found, live=False)))
    except (Unobservable, NotWellFormed):
        return


def _decide(case: Case) -> Text:
    """What a person has to decide about, as far as it is known."""
    for path in (case.arrival, case.connection):
        if isinstance(path.outcome, Refused) and path.steps:
            return text(
                "Decide about what refuses the packet, for it may be there for a reason of its own: {step}",
                step=explain(path.steps[-1]),
            )
    return text("No command is known to put this right: follow the packet, one hook at a time.")
