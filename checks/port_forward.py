"""A port of the host that leads to a guest, judged as the kernel would: by following the packet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checks.packet_world import CLIENT, ruleset, uplink, world
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import file_text, listing
from tutor.host.firewall import firewall
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.packetpath import Local, Packet, Path, Reaches, Refused, Step, Unknown, connect, explain, follow
from tutor.packetpath.explain import where
from tutor.text import Text, text

#: The lesson's own table: ``ip nat`` belongs to iptables, and saved there would block the network.
TABLE = "labb"

#: Files that put rules back after a start of the machine.
HOOKS = "/etc/libvirt/hooks"
NFTABLES_CONF = "/etc/nftables.conf"

_WHY = text("A service in a guest of a NAT network is reached from outside only through a port of the host.")


@check("port-forward")
def port_forward(host: Host, *, port: int, address: str, to_port: int) -> Finding:
    """A TCP connection from outside to port {port} of this host reaches {address} port {to_port}."""
    rules, around = ruleset(host), world(host)
    link = uplink(around)
    destination = link.addresses[0].partition("/")[0] if link.addresses else ""
    packet = Packet(link.name, CLIENT, destination, port)
    arrived, whole = follow(rules, around, packet), connect(rules, around, packet)
    outcome = whole.outcome
    if isinstance(outcome, Unknown):
        place = where(outcome.by) if outcome.by else text("the kernel")
        raise Unobservable(
            "unknown-construct",
            text("{construct} is not known here: {where}", construct=outcome.construct, where=place),
        )
    wanted = Reaches(address, str(to_port), "")
    if isinstance(outcome, Reaches) and (outcome.address, outcome.port) == (wanted.address, wanted.port):
        return passed(_told(whole.steps), note=_not_kept(host, port))
    recipe = _recipe(host, port, address, to_port)
    code, observed, fix = _what_is_wrong(host, arrived, whole, recipe, (port, address, to_port))
    return failed(
        code,
        observed,
        why=_WHY,
        hint=text("See the rules with their numbers: sudo nft -a list ruleset; test from another machine, not from here."),
        fix=fix,
    )


def _what_is_wrong(
    host: Host, arrived: Path, whole: Path, recipe: tuple[str, ...], wanted: tuple[int, str, int]
) -> tuple[str, Text, tuple[str, ...]]:
    outcome = arrived.outcome
    if isinstance(outcome, Refused):
        return _refused(host, outcome, arrived)
    if isinstance(outcome, Local):
        code, observed = _not_translated(host, *wanted)
        return code, observed, recipe
    if isinstance(whole.outcome, Refused):
        return "reply-lost", text("the answer is lost: {steps}", steps=_told(whole.steps)), ()
    # It is translated, but to somewhere else: that rule goes, and the right one comes.
    code = "wrong-target"
    if isinstance(outcome, Reaches):
        code = "wrong-address" if outcome.address != wanted[1] else "wrong-guest-port"
    return code, _told(arrived.steps), (*_delete(arrived.steps, "to-destination"), *recipe)


def _refused(host: Host, outcome: Refused, path: Path) -> tuple[str, Text, tuple[str, ...]]:
    last = path.steps[-1] if path.steps else None
    observed = _told(path.steps)
    if outcome.how == "no-forwarding":
        return "forwarding-off", observed, ("sudo sysctl -w net.ipv4.ip_forward=1",)
    if last is not None and last.hook == "forward":
        return "forward-refused", observed, (_let_in(host),)
    return "refused-before", observed, ()


def _not_translated(host: Host, port: int, address: str, to_port: int) -> tuple[str, Text]:
    """Why no rule takes the packet, although one may look as if it should."""
    document = host.ask(firewall())["json"]["nftables"]
    hooked = {
        (chain["family"], chain["table"], chain["name"])
        for entry in document
        if (chain := entry.get("chain")) and chain.get("hook")
    }
    for entry in document:
        rule = entry.get("rule")
        if not rule or not _leads_to(rule, address):
            continue
        where_ = f"{rule['family']} {rule['table']} {rule['chain']}"
        if rule["family"] == "ip6":
            return "wrong-family", text("a rule leads there, but {where} never sees IPv4", where=where_)
        if (rule["family"], rule["table"], rule["chain"]) not in hooked:
            return "chain-not-hooked", text("a rule leads there, but no packet comes to {where}", where=where_)
        if "udp" in str(rule["expr"]):
            return "wrong-protocol", text("a rule in {where} takes UDP, not TCP", where=where_)
        return "wrong-port", text("a rule in {where} leads there, but not from port {port}", where=where_, port=port)
    return "no-rule", text("no rule sends port {port} to {address} port {to}", port=port, address=address, to=to_port)


def _leads_to(rule: dict[str, Any], address: str) -> bool:
    return any("dnat" in part and address in str(part["dnat"]) for part in rule.get("expr", []))


def _recipe(host: Host, port: int, address: str, to_port: int) -> tuple[str, ...]:
    """The lesson's rules: a table of one's own, and one accept where libvirt's reject is decided."""
    chain = f"add chain ip {TABLE} pre {{ type nat hook prerouting priority dstnat; policy accept; }}"
    rule = f'add rule ip {TABLE} pre iifname != "virbr*" tcp dport {port} dnat to {address}:{to_port}'
    commands = (
        f"sudo nft add table ip {TABLE}",
        f"sudo nft '{chain}'",
        f"sudo nft flush chain ip {TABLE} pre",
        f"sudo nft '{rule}'",
    )
    return (*commands, _let_in(host))


def _let_in(host: Host) -> str:
    """One accept before libvirt's own reject, for the backend that libvirt uses here."""
    tables = [entry.get("table", {}) for entry in host.ask(firewall())["json"]["nftables"]]
    if any(table.get("name") == "libvirt_network" for table in tables):
        return "sudo nft insert rule ip libvirt_network forward oifname virbr0 ct status dnat counter accept"
    accept = "FORWARD -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT"
    return f"sudo iptables -C {accept} 2>/dev/null || sudo iptables -I {accept}"


def _delete(steps: Sequence[Step], action: str) -> tuple[str, ...]:
    places = [step.place for step in steps if step.action == action and step.place]
    return tuple(
        f"sudo nft delete rule {place.family} {place.table} {place.chain} handle {place.handle}"
        for place in places
        if place.handle is not None
    )


def _told(steps: Sequence[Step]) -> Text:
    """The path, a step a line."""
    values = {f"step{number}": explain(step) for number, step in enumerate(steps)}
    return Text("\n".join(f"{{{name}}}" for name in values), values)


def _not_kept(host: Host, port: int) -> Text | None:
    """Rules that nobody puts back are gone after the next start."""
    try:
        kept = [*_hooks(host), NFTABLES_CONF]
        if any(str(port) in found["text"] for path in kept if (found := host.ask(file_text(path)))):
            return None
    except Unobservable:
        return None
    return text("right now, but no hook of libvirt puts the rules back: they are gone when the machine restarts")


def _hooks(host: Host) -> list[str]:
    names = [f"{HOOKS}/{name}" for name in host.ask(listing(HOOKS)) or [] if not name.endswith(".d")]
    more = [f"{HOOKS}/network.d/{name}" for name in host.ask(listing(f"{HOOKS}/network.d")) or []]
    return [*names, *more]


@check("network-sealed")
def network_sealed(host: Host, *, network: str) -> Finding:
    """Nothing from the network {network} gets out of this host."""
    from checks.network_xml import attribute, definition
    from checks.networks import known
    from tutor.packetpath import could_leave

    bridge = attribute(definition(known(host, network), live=True), "bridge", "name") or ""
    rules, around = ruleset(host), world(host)
    if bridge not in [link.name for link in around.links]:
        raise Unobservable("gone", text("there is no bridge {bridge}", bridge=bridge))
    leaving = could_leave(rules, around, bridge)
    if leaving.answer == "no":
        note = text("a port forward takes connections from there too") if leaving.translated else None
        return passed(text("whatever comes from {bridge} is refused", bridge=bridge), note=note)
    steps = leaving.path.steps if leaving.path else ()
    if leaving.answer == "unknown":
        doubt = leaving.path.doubts[0] if leaving.path and leaving.path.doubts else None
        raise Unobservable("unknown-construct", text("it hangs on something not known here: {what}", what=str(doubt)))
    opened = [step for step in steps if step.action == "accept" and step.hook == "forward" and step.place]
    return failed(
        "leaves",
        _told(steps),
        why=text("An isolated network is one that nobody has opened a way out of, by hand either."),
        hint=text("Take the rule away that accepts it."),
        fix=_delete(opened[-1:], "accept") or ("sudo systemctl restart libvirtd",),
    )
