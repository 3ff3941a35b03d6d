"""The firewall: that libvirt can write its rules, that they are there, and that nothing overrules them."""

from __future__ import annotations

import ipaddress
import re
from shlex import quote

from checks.forward_keeping import NFTABLES_CONF
from checks.forward_repair import IPTABLES, NFTABLES
from checks.network_xml import addresses, attribute, definition
from checks.packet_world import CLIENT, evaluated, ruleset, told, world
from checks.services import restart_command, rules_anew
from tutor.doctor.findings import Finding, advice, problem, unknown
from tutor.doctor.needs import Needs
from tutor.doctor.probes.networks import NETWORK
from tutor.doctor.registry import Answers, NotApplicable, probe
from tutor.host.files import file_text
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network
from tutor.host.programs import program
from tutor.host.question import Unobservable
from tutor.host.starting import nat_readable
from tutor.packetpath import Packet, Path, Place, Reaches, Refused, Ruleset, Unknown, connect
from tutor.text import text

#: A port that every guest wants to reach: HTTPS.
_PORT = 443

#: Chains that others leave for rules like ours (docs.docker.com, packet filtering; ufw(8)).
_DOCKER, _UFW = ("ip", "filter", "DOCKER-USER"), ("ip", "filter", "ufw-user-forward")

_RESTART_DOCKER = "sudo systemctl restart docker"


@probe("nat-table", after=("daemon",))
def nat_table(host: Host, _needs: Needs) -> Answers:
    """Libvirt can read and write iptables' table nat."""
    if host.ask(program("iptables")) is None:
        raise NotApplicable(text("iptables is not installed"))
    saved = host.ask(file_text(NFTABLES_CONF))
    if not host.ask(nat_readable()):
        docker = [_RESTART_DOCKER] if host.ask(program("dockerd")) is not None else []
        yield problem(
            "nat-table-foreign",
            text("iptables cannot read its own table ip nat: rules of another kind were put into it"),
            why=text(
                "Libvirt's daemon reads that table before its first network: "
                "after the next boot none with NAT starts."
            ),
            hint=text(
                "The table is deleted, and libvirt writes its own rules anew. Yours belong in a table of "
                "their own, as the step networks/port-forward has it."
            ),
            fix=["sudo nft delete table ip nat", restart_command(host, "virtnetworkd"), *docker],
        )
    if saved is not None and re.search(r"^\s*table\s+ip\s+nat\b", saved["text"], re.MULTILINE):
        yield advice(
            "nat-table-saved",
            text("{file} holds a table ip nat, which is iptables' own", file=NFTABLES_CONF),
            why=text("Loaded before libvirt, it keeps the default network from starting after a restart."),
            hint=text("Give your rules in that file a table of their own."),
        )
    yield text("it can")


@probe("libvirt-rules", after=("default-network",))
def libvirt_rules(host: Host, _needs: Needs) -> Answers:
    """The rules that libvirt wrote for the default network are there."""
    bridge, _ = _bridge(host)
    rules = ruleset(host)
    if not _has_rules(rules, bridge):
        yield problem(
            "rules-flushed",
            text("no rule of libvirt's is about {bridge}", bridge=bridge),
            why=text("Guests get neither addresses nor a way out, and the network does not start again."),
            hint=text(
                "Something has emptied the ruleset, such as a restart of nftables. Libvirt writes them anew."
            ),
            fix=[rules_anew(host)],
        )
        return
    yield text("they are")


@probe("way-out", after=("libvirt-rules",))
def way_out(host: Host, _needs: Needs) -> Answers:
    """Guests of the default network get out, and answers come back."""
    bridge, guest = _bridge(host)
    rules, around = ruleset(host), world(host)
    packet = Packet(bridge, guest, CLIENT, _PORT)
    path = evaluated(lambda: connect(rules, around, packet))
    if isinstance(path.outcome, Reaches):
        yield text("{guest} reaches the internet", guest=guest)
    elif isinstance(path.outcome, Unknown):
        doubt = path.doubts[0].construct if path.doubts else "?"
        yield unknown("unknown-construct", text("it hangs on something not known here: {what}", what=doubt))
    else:
        yield _cut_off(rules, bridge, path)


def _bridge(host: Host) -> tuple[str, str]:
    """The default network's bridge, and an address that a guest of it might have."""
    found = host.ask(network(SYSTEM, NETWORK))
    if found is None or not found["active"]:
        raise Unobservable("gone", text("the network {name} is gone", name=NETWORK))
    xml = definition(found, live=True)
    own = next((one for one in addresses(xml) if ":" not in one), None)
    if own is None:
        raise NotApplicable(text("the network has no IPv4 address"))
    interface = ipaddress.ip_interface(own)
    guest = next(one for one in reversed(list(interface.network.hosts())) if one != interface.ip)
    return attribute(xml, "bridge", "name") or "", str(guest)


def _has_rules(rules: Ruleset, bridge: str) -> bool:
    word = re.compile(rf'"?{re.escape(bridge)}"?(\s|$)')
    ours = (
        chain
        for name, chain in rules.chains.items()
        if name[2].startswith("LIBVIRT_") or name[:2] == NFTABLES[:2]
    )
    return any(word.search(rule.place.text) for chain in ours for rule in chain.rules)


def _cut_off(rules: Ruleset, bridge: str, path: Path) -> Finding:
    outcome = path.outcome
    why = text("A guest cannot install anything, and updates nothing, without the internet.")
    seen = told([*path.steps[-1:], *path.steps[:-1]])
    if isinstance(outcome, Refused) and outcome.how == "no-forwarding":
        hint = text("Libvirt turns it on; something has turned it off: look into /etc/sysctl.d.")
        return problem(
            "forwarding-off", seen, why=why, hint=hint, fix=["sudo sysctl -w net.ipv4.ip_forward=1"]
        )
    place = outcome.by if isinstance(outcome, Refused) else None
    fix = _accept(rules, bridge, place) if place else ()
    hint = text(
        "Another firewall drops what is forwarded. These rules last until it is restarted: see its manual."
    )
    return problem("guests-cut-off", seen, why=why, hint=hint, fix=fix)


def _accept(rules: Ruleset, bridge: str, place: Place) -> tuple[str, ...]:
    """Let them through where it is decided: an accept elsewhere never helps (nft(8), VERDICT STATEMENT)."""
    name = quote(bridge)
    if _UFW in rules.chains and place.chain in ("FORWARD", "ufw-reject-forward"):
        return (f"sudo ufw route allow in on {name}", f"sudo ufw route allow out on {name}")
    if (place.family, place.table) == IPTABLES[:2]:
        chain = _DOCKER[2] if _DOCKER in rules.chains else IPTABLES[2]
        back = "-m conntrack --ctstate RELATED,ESTABLISHED"
        return (
            f"sudo iptables -I {chain} -i {name} -j ACCEPT",
            f"sudo iptables -I {chain} -o {name} {back} -j ACCEPT",
        )
    base = _base_chain(rules, place)
    if base is None:
        return ()
    insert = f"sudo nft insert rule {' '.join(map(quote, base))}"
    return (f"{insert} iifname {name} accept", f"{insert} oifname {name} ct state established,related accept")


def _base_chain(rules: Ruleset, place: Place) -> tuple[str, str, str] | None:
    """The chain at forward of the table in which it is refused; None where there are several."""
    table = (place.family, place.table)
    found = [
        chain.name
        for chain in rules.base_chains(place.family)
        if chain.name[:2] == table and chain.hook == "forward"
    ]
    return found[0] if len(found) == 1 else None
