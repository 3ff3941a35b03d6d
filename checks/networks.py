"""Virtual networks of libvirt."""

from __future__ import annotations

from shlex import quote

from checks.commands import virsh
from checks.network_commands import (
    autostart,
    define,
    define_if_missing,
    forward_by,
    give_dhcp,
    restart,
    start,
)
from checks.network_xml import addresses, attribute, definition, mode
from checks.services import restart_command
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import file_status
from tutor.host.host import Host, together
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import in_session
from tutor.host.libvirt.networks import Network
from tutor.host.libvirt.networks import network as network_question
from tutor.host.links import Link, links
from tutor.host.processes import dnsmasq
from tutor.host.question import Unobservable
from tutor.text import text

_WHY_BRIDGE = text("The bridge is the switch that the guests are plugged into.")
_WHY_RESTART = text("Guests of the system mode should have their network after every start of the machine.")


def known(host: Host, name: str) -> Network:
    """A network that an earlier check has seen.

    :raises Unobservable: when it is gone in between.
    """
    found = host.ask(network_question(SYSTEM, name))
    if found is None:
        raise Unobservable("gone", text("the network {name} is gone", name=name))
    return found


@check("network-defined", remedy=define_if_missing)
def network_defined(host: Host, *, network: str) -> Finding:
    """The network {network} exists in the system's libvirt."""
    name = network
    found = host.ask(network_question(SYSTEM, name))
    if found is not None:
        return passed(text("{name} exists", name=name))
    elsewhere = _in_session(host, name)
    return failed(
        "in-session-mode" if elsewhere else "missing",
        text("it exists, but in qemu:///session")
        if elsewhere
        else text("there is no network {name}", name=name),
        why=text("Guests are attached to a network by its name."),
        hint=text("Look at: virsh -c qemu:///system net-list --all"),
        fix=define(host, name),
    )


@check("network-persistent")
def network_persistent(host: Host, *, network: str) -> Finding:
    """The network {network} is defined to stay, not only until it stops."""
    found = known(host, network)
    if found["persistent"]:
        return passed(text("{name} is persistent", name=network))
    return failed(
        "transient",
        text("{name} runs, but is gone as soon as it stops", name=network),
        why=_WHY_RESTART,
        hint=text("net-create only starts a network; net-define keeps it."),
        fix=(f"{virsh(host, 'net-dumpxml', network)} | {virsh(host, 'net-define', '/dev/stdin')}",),
    )


@check("network-active", remedy=start)
def network_active(host: Host, *, network: str) -> Finding:
    """The network {network} is active."""
    if known(host, network)["active"]:
        return passed(text("{name} is active", name=network))
    return failed(
        "inactive",
        text("{name} is defined, but not started", name=network),
        why=text("A guest on an inactive network cannot start."),
        hint=text("Start the network."),
        fix=start(host, network=network),
    )


@check("network-autostart", remedy=autostart)
def network_autostart(host: Host, *, network: str) -> Finding:
    """The network {network} starts with the machine."""
    if known(host, network)["autostart"]:
        return passed(text("{name} is marked for autostart", name=network))
    return failed(
        "no-autostart",
        text("{name} is not marked for autostart", name=network),
        why=_WHY_RESTART,
        hint=text("Starting it now and marking it for later are two things."),
        fix=autostart(host, network=network),
    )


@check("network-forward")
def network_forward(host: Host, *, network: str, forward: str) -> Finding:
    """The network {network} forwards by {forward}."""
    found = known(host, network)
    kept, runs = (mode(definition(found, live=live)) for live in (False, True))
    why = text("With NAT the guests reach the internet through the host's own address.")
    if kept != forward:
        return failed(
            "forward-changed",
            text("its definition says: {mode}", mode=kept or "-"),
            why=why,
            hint=text(
                "Look at the forward element: virsh -c qemu:///system net-dumpxml {name}", name=network
            ),
            fix=forward_by(host, found, forward),
        )
    if runs != forward:
        return failed(
            "restart-needed",
            text("it is defined as {mode}, but still runs as {live}", mode=kept, live=runs or "-"),
            why=why,
            hint=text("A network reads its definition when it starts."),
            fix=(restart(host, network),),
        )
    return passed(text("forward mode {mode}", mode=forward))


@check("network-bridge")
def network_bridge(host: Host, *, network: str) -> Finding:
    """The bridge of the network {network} exists and has the network's address."""
    together(host, network_question(SYSTEM, network), links())
    xml = definition(known(host, network), live=True)
    bridge = attribute(xml, "bridge", "name") or ""
    link = next((one for one in host.ask(links()) if one["name"] == bridge), None)
    if link is None or host.ask(file_status(f"/sys/class/net/{bridge}/bridge")) is None:
        return failed(
            "bridge-missing",
            text(
                "there is no bridge {bridge}, although libvirt says that the network is active", bridge=bridge
            ),
            why=_WHY_BRIDGE,
            hint=text("Someone took it away by hand: stop and start the network."),
            fix=(restart(host, network),),
        )
    return _bridge_state(link, addresses(xml))


def _bridge_state(link: Link, wanted: list[str]) -> Finding:
    """Its addresses, and whether it is turned on; the commands mend both."""
    bridge, missing = link["name"], [address for address in wanted if address not in link["addresses"]]
    add = [f"sudo ip address add {address} dev {quote(bridge)}" for address in missing]
    turn_on = [] if link["up"] else [f"sudo ip link set {quote(bridge)} up"]
    if missing:
        return failed(
            "address-missing",
            text("{bridge} has {addresses}", bridge=bridge, addresses=", ".join(link["addresses"]) or "-"),
            why=text("The host's address on the bridge is the guests' gateway, name server and DHCP server."),
            hint=text("Look at: ip address show {bridge}", bridge=bridge),
            fix=(*add, *turn_on),
        )
    if not link["up"]:
        return failed(
            "bridge-down",
            text("{bridge} is turned off", bridge=bridge),
            why=_WHY_BRIDGE,
            hint=text("Look at: ip link show {bridge}", bridge=bridge),
            fix=turn_on,
        )
    return passed(text("{bridge} has {addresses}", bridge=bridge, addresses=", ".join(wanted) or "-"))


@check("network-dhcp")
def network_dhcp(host: Host, *, network: str) -> Finding:
    """The network {network} has its dnsmasq, which gives the guests their addresses."""
    found = known(host, network)
    kept, runs = (definition(found, live=live).find("ip/dhcp/range") is not None for live in (False, True))
    if not kept:
        return failed(
            "no-dhcp",
            text("the network's definition has no dhcp element"),
            why=text("Guests get their addresses by DHCP."),
            hint=text("Look at: virsh -c qemu:///system net-dumpxml {name}", name=network),
            fix=give_dhcp(host, found),
        )
    if not runs:
        return failed(
            "restart-needed",
            text("its definition has DHCP, but it still runs without"),
            why=text("Guests get their addresses by DHCP."),
            hint=text("A network reads its definition when it starts."),
            fix=(restart(host, network),),
        )
    server = host.ask(dnsmasq(network))
    if server and server["running"]:
        return passed(text("dnsmasq runs as process {pid}", pid=server["pid"]))
    return failed(
        "dnsmasq-dead",
        text("libvirt started dnsmasq, but it does not run any more"),
        why=text("Without it no guest gets an address or a name."),
        hint=text("Restarting libvirt's daemon starts it again, and leaves the guests alone."),
        fix=(restart_command(host, "virtnetworkd"),),
    )


def _in_session(host: Host, name: str) -> bool:
    try:
        return host.ask(in_session("network", name))
    except Unobservable:
        return False
