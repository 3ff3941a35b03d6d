"""Libvirt's default network, and what is in the way of its start."""

from __future__ import annotations

from shlex import quote

from checks.network_xml import attribute, definition
from tutor.doctor.findings import problem
from tutor.doctor.judged import judged, spec
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, probe
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network, network_names
from tutor.host.links import links
from tutor.text import text

NETWORK = "default"


@probe("stale-bridges", after=("access",))
def stale_bridges(host: Host, _needs: Needs) -> Answers:
    """No bridge is left over from a network that does not run."""
    present = host.ask(links())
    stale = False
    for name in host.ask(network_names(SYSTEM)):
        found = host.ask(network(SYSTEM, name))
        bridge = attribute(definition(found, live=False), "bridge", "name") if found else None
        if found is None or found["active"] or bridge not in [link["name"] for link in present]:
            continue
        stale = True
        members = [link["name"] for link in present if link["master"] == bridge]
        yield problem(
            "stale-bridge",
            text("{bridge} is there, although the network {name} does not run", bridge=bridge, name=name),
            why=text("Libvirt makes the bridge when it starts the network, and cannot while it is there."),
            hint=text("Someone has made it by hand, or it has outlived its network."),
            # What is plugged into it may be somebody's connection.
            fix=[] if members else [f"sudo ip link delete {quote(bridge)}"],
        )
    if not stale:
        yield text("none is")


@probe("default-network", after=("access",))
def default_network(host: Host, _needs: Needs) -> Answers:
    """The default network runs, with its bridge and its dnsmasq, and starts with the machine."""
    return judged(
        host,
        spec("network-defined", network=NETWORK),
        spec("network-persistent", "network-defined", network=NETWORK),
        spec("network-active", "network-defined", network=NETWORK),
        spec("network-autostart", "network-persistent", network=NETWORK),
        spec("network-forward", "network-defined", network=NETWORK, forward="nat"),
        spec("network-dhcp", "network-active", network=NETWORK),
        spec("network-bridge", "network-active", network=NETWORK),
    )
