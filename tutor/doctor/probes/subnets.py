"""The subnets of the course's networks: whether anything else is there already."""

from __future__ import annotations

import ipaddress
from shlex import quote

from checks.network_xml import attribute, definition
from tutor.doctor.findings import Finding, advice, problem
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, probe
from tutor.host.host import Host, together
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network, network_names
from tutor.host.links import Link, links
from tutor.host.routes import Route, routes
from tutor.text import Text, text

_WHY = text("Libvirt refuses to start a network whose subnet another interface has, or packets go astray.")
_EVERYWHERE = "0.0.0.0/0"


@probe("subnets", after=("daemon",))
def free_subnets(host: Host, needs: Needs) -> Answers:
    """The subnets of the course's networks belong to nobody else."""
    together(host, routes(), links())
    bridges = _bridges(host)
    known = host.ask(routes())
    found = []
    for name, subnet in needs.subnets.items():
        for route in known:
            holder = bridges.get(route["interface"])
            if holder != name and route["destination"] != _EVERYWHERE:
                found += _clash(host, name, subnet, route, holder)
    yield from {finding.what.render(str): finding for finding in found}.values()
    yield text("{subnets}: free", subnets=", ".join(needs.subnets.values()))


def _bridges(host: Host) -> dict[str, str]:
    """The network of libvirt's that each bridge belongs to.

    :raises Unobservable: where libvirt cannot be asked: its own bridges must not be taken for others'.
    """
    found: dict[str, str] = {}
    for name in host.ask(network_names(SYSTEM)):
        seen = host.ask(network(SYSTEM, name))
        bridge = attribute(definition(seen, live=True), "bridge", "name") if seen else None
        if bridge:
            found[bridge] = name
    return found


def _clash(host: Host, name: str, subnet: str, route: Route, holder: str | None) -> list[Finding]:
    ours, theirs = ipaddress.ip_network(subnet), ipaddress.ip_network(route["destination"], strict=False)
    if not ours.overlaps(theirs):
        return []
    interface = route["interface"]
    what = text(
        "{subnet} of the network {name} is routed through {interface}: {route}",
        subnet=subnet,
        name=name,
        interface=interface,
        route=route["destination"],
    )
    if theirs.prefixlen < ours.prefixlen:
        hint = text(
            "The network's own route is narrower and wins; what lies behind that part of it is not reached."
        )
        return [advice("subnet-inside", what, why=_WHY, hint=hint)]
    if holder is not None:
        hint = text(
            "Another network of libvirt's has it, {other}: give that one other addresses.", other=holder
        )
        return [problem("subnet-taken", what, why=_WHY, hint=hint)]
    if any(one["destination"] == _EVERYWHERE and one["interface"] == interface for one in host.ask(routes())):
        return [problem("subnet-is-uplink", what, why=_WHY, hint=_UPLINK)]
    hint, fix = _taken_by(host, route, ours)
    return [problem("subnet-taken", what, why=_WHY, hint=hint, fix=fix)]


_UPLINK = text(
    "This machine itself lives in that subnet, as a guest of libvirt's does. On its host, give the network "
    "that it is on other addresses, and start this machine again."
)


def _taken_by(
    host: Host, route: Route, ours: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> tuple[Text, tuple[str, ...]]:
    interface = route["interface"]
    link = next((one for one in host.ask(links()) if one["name"] == interface), None)
    again = text("Whatever set it will set it again when it starts: change it there, or keep it stopped.")
    if interface.startswith(("docker", "br-", "podman", "cni")):
        return text("It belongs to containers: give their network other addresses."), ()
    if link and (own := _addresses_in(link, ours)):
        return again, tuple(f"sudo ip address delete {one} dev {quote(interface)}" for one in own)
    return again, (f"sudo ip route delete {route['destination']} dev {quote(interface)}",)


def _addresses_in(link: Link, ours: ipaddress.IPv4Network | ipaddress.IPv6Network) -> list[str]:
    return [one for one in link["addresses"] if ipaddress.ip_interface(one).ip in ours]
