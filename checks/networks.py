"""Virtual networks of libvirt."""

from __future__ import annotations

import ipaddress
from shlex import quote
from typing import TYPE_CHECKING

from checks.commands import virsh
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import in_session
from tutor.host.libvirt.networks import Network
from tutor.host.libvirt.networks import network as network_question
from tutor.host.links import links
from tutor.host.processes import dnsmasq
from tutor.host.question import Unobservable
from tutor.host.xml import parse
from tutor.text import text

if TYPE_CHECKING:
    from lxml.etree import _Element

#: libvirt's own definition of the default network, in every distribution.
DEFAULT_XML = "/usr/share/libvirt/networks/default.xml"

_WHY_RESTART = text("Guests of the system mode should have their network after every start of the machine.")


def known(host: Host, name: str) -> Network:
    """A network that an earlier check has seen.

    :raises Unobservable: when it is gone in between.
    """
    found = host.ask(network_question(SYSTEM, name))
    if found is None:
        raise Unobservable("gone", text("the network {name} is gone", name=name))
    return found


def _define(host: Host, name: str) -> tuple[str, ...]:
    return (virsh(host, "net-define", DEFAULT_XML),) if name == "default" else ()


def _define_if_missing(host: Host, *, network: str) -> tuple[str, ...]:
    """Blocked: nobody knows whether the network is there, so the command looks first."""
    look = f"{virsh(host, 'net-uuid', network)} >/dev/null 2>&1"
    return tuple(f"{look} || {define}" for define in _define(host, network))


def _autostart(host: Host, *, network: str) -> tuple[str, ...]:
    return (virsh(host, "net-autostart", network),)


def _start(host: Host, *, network: str) -> tuple[str, ...]:
    """Starting twice is an error, so a blocked check's command looks first."""
    try:
        stopped = host.ask(network_question(SYSTEM, network))
    except Unobservable:
        stopped = None
    start = virsh(host, "net-start", network)
    if stopped is not None and not stopped["active"]:
        return (start,)
    return (f"{virsh(host, 'net-list', '--name')} | grep -qxF {quote(network)} || {start}",)


@check("network-defined", remedy=_define_if_missing)
def network_defined(host: Host, *, network: str) -> Finding:
    """The network {network} exists in the system's libvirt."""
    name = network
    found = host.ask(network_question(SYSTEM, name))
    if found is not None:
        return passed(text("{name} exists", name=name))
    elsewhere = _in_session(host, name)
    return failed(
        "in-session-mode" if elsewhere else "missing",
        text("it exists, but in qemu:///session") if elsewhere else text("there is no network {name}", name=name),
        why=text("Guests are attached to a network by its name."),
        hint=text("Look at: virsh -c qemu:///system net-list --all"),
        fix=_define(host, name),
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


@check("network-active", remedy=_start)
def network_active(host: Host, *, network: str) -> Finding:
    """The network {network} is active."""
    if known(host, network)["active"]:
        return passed(text("{name} is active", name=network))
    return failed(
        "inactive",
        text("{name} is defined, but not started", name=network),
        why=text("A guest on an inactive network cannot start."),
        hint=text("Start the network."),
        fix=_start(host, network=network),
    )


@check("network-autostart", remedy=_autostart)
def network_autostart(host: Host, *, network: str) -> Finding:
    """The network {network} starts with the machine."""
    if known(host, network)["autostart"]:
        return passed(text("{name} is marked for autostart", name=network))
    return failed(
        "no-autostart",
        text("{name} is not marked for autostart", name=network),
        why=_WHY_RESTART,
        hint=text("Starting it now and marking it for later are two things."),
        fix=_autostart(host, network=network),
    )


@check("network-forward")
def network_forward(host: Host, *, network: str, forward: str) -> Finding:
    """The network {network} forwards by {forward}."""
    found = known(host, network)
    kept, runs = (_mode(parse(found[which])) for which in ("inactive_xml", "xml"))
    restart = (virsh(host, "net-destroy", network), virsh(host, "net-start", network)) if found["active"] else ()
    why = text("With NAT the guests reach the internet through the host's own address.")
    if kept != forward:
        return failed(
            "forward-changed",
            text("its definition says: {mode}", mode=kept or "-"),
            why=why,
            hint=text("Look at the forward element: virsh -c qemu:///system net-dumpxml {name}", name=network),
            fix=(_redefine(host, network, kept, forward), *restart),
        )
    if runs != forward:
        return failed(
            "restart-needed",
            text("it is defined as {mode}, but still runs as {live}", mode=kept, live=runs or "-"),
            why=why,
            hint=text("A network reads its definition when it starts."),
            fix=restart,
        )
    return passed(text("forward mode {mode}", mode=forward))


@check("network-bridge")
def network_bridge(host: Host, *, network: str) -> Finding:
    """The bridge of the network {network} exists and has the network's address."""
    xml = parse(known(host, network)["xml"])
    bridge = _attribute(xml, "bridge", "name") or ""
    if host.ask(file_status(f"/sys/class/net/{bridge}/bridge")) is None:
        return failed(
            "bridge-missing",
            text("there is no bridge {bridge}, although libvirt says that the network is active", bridge=bridge),
            why=text("The bridge is the switch that the guests are plugged into."),
            hint=text("Someone took it away by hand: stop and start the network."),
            fix=(virsh(host, "net-destroy", network), virsh(host, "net-start", network)),
        )
    wanted = _addresses(xml)
    link = next((one for one in host.ask(links()) if one["name"] == bridge), None)
    has = link["addresses"] if link else []
    missing = [address for address in wanted if address not in has]
    if missing:
        return failed(
            "address-missing",
            text("{bridge} has {addresses}", bridge=bridge, addresses=", ".join(has) or "-"),
            why=text("The host's address on the bridge is the guests' gateway, name server and DHCP server."),
            hint=text("Look at: ip address show {bridge}", bridge=bridge),
            fix=tuple(f"sudo ip address add {address} dev {quote(bridge)}" for address in missing),
        )
    if link is not None and not link["up"]:
        return failed(
            "bridge-down",
            text("{bridge} is turned off", bridge=bridge),
            why=text("The bridge is the switch that the guests are plugged into."),
            hint=text("Look at: ip link show {bridge}", bridge=bridge),
            fix=(f"sudo ip link set {quote(bridge)} up",),
        )
    return passed(text("{bridge} has {addresses}", bridge=bridge, addresses=", ".join(wanted) or "-"))


@check("network-dhcp")
def network_dhcp(host: Host, *, network: str) -> Finding:
    """The network {network} has its dnsmasq, which gives the guests their addresses."""
    if parse(known(host, network)["xml"]).find("ip/dhcp") is None:
        return failed(
            "no-dhcp",
            text("the network's definition has no dhcp element"),
            why=text("Guests get their addresses by DHCP."),
            hint=text("Look at: virsh -c qemu:///system net-dumpxml {name}", name=network),
        )
    server = host.ask(dnsmasq(network))
    if server and server["running"]:
        return passed(text("dnsmasq runs as process {pid}", pid=server["pid"]))
    return failed(
        "dnsmasq-dead",
        text("libvirt started dnsmasq, but it does not run any more"),
        why=text("Without it no guest gets an address or a name."),
        hint=text("Restarting libvirt's daemon starts it again, and leaves the guests alone."),
        fix=("sudo systemctl restart libvirtd",),
    )


def _in_session(host: Host, name: str) -> bool:
    try:
        return host.ask(in_session("network", name))
    except Unobservable:
        return False


def _mode(xml: _Element) -> str | None:
    """The forward mode; nat where the element has no mode (libvirt.org/formatnetwork.html)."""
    element = xml.find("forward")
    return None if element is None else element.get("mode", "nat")


def _redefine(host: Host, name: str, kept: str | None, forward: str) -> str:
    """Change the definition's forward mode, and nothing else of what the student has in it."""
    if kept is None:
        change = f"s|</uuid>|</uuid><forward mode='{forward}'/>|"
    else:
        change = f"s|(<forward .*mode=')[a-z]+'|\\1{forward}'|"
    dump = f"{virsh(host, 'net-dumpxml', '--inactive', name)}"
    return f"{dump} | sed -E {quote(change)} | {virsh(host, 'net-define', '/dev/stdin')}"


def _attribute(xml: _Element, path: str, name: str) -> str | None:
    element = xml.find(path)
    return None if element is None else element.get(name)


def _addresses(xml: _Element) -> list[str]:
    """The network's own addresses, as ``192.168.122.1/24``."""
    found = []
    for element in xml.findall("ip"):
        prefix = element.get("prefix") or element.get("netmask")
        if prefix and element.get("address"):
            found.append(str(ipaddress.ip_interface(f"{element.get('address')}/{prefix}")))
    return found
