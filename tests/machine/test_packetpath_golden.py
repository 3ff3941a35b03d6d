"""The packet path on what libvirt's own golden files make of the kernel's ruleset, with both backends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface

import pytest
from lxml import etree

from tests.packetpath.golden import SUITE, golden_files
from tutor.host.firewall import FORMS_COMMAND, split_forms
from tutor.packetpath import Link, Packet, Refused, Route, Ruleset, World, connect, could_leave, follow
from tutor.sandbox.machines import Machine, boot

_CLIENT = "203.0.113.7"
NETWORKS = [
    *("forward-dev", "isolated", "nat-default", "nat-ipv6", "nat-ipv6-masquerade", "nat-many-ips"),
    *("nat-no-dhcp", "nat-port-range", "nat-port-range-ipv6", "nat-tftp", "route-default"),
]


@dataclass(frozen=True)
class Network:
    """A network of the golden files: its name, bridge, mode of forwarding, uplink and addresses."""

    name: str
    bridge: str
    mode: str | None
    uplink: str
    addresses: tuple[IPv4Interface, ...]

    @property
    def guest(self) -> str:
        return str(self.addresses[0].ip + 49)


def network(name: str) -> Network:
    root = etree.parse(golden_files() / f"{name}.xml").getroot()
    forward, bridge = root.find("forward"), root.find("bridge")
    assert bridge is not None
    found = tuple(
        IPv4Interface(f"{ip.get('address')}/{ip.get('netmask') or ip.get('prefix')}")
        for ip in root.findall("ip")
        if ip.get("family", "ipv4") == "ipv4"
    )
    mode = None if forward is None else forward.get("mode", "nat")
    uplink = "eth0" if forward is None else forward.get("dev", "eth0")
    return Network(name, str(bridge.get("name")), mode, uplink, found)


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with boot("ready", suite=SUITE) as booted:
        yield booted


def loaded(machine: Machine, one: Network, backend: str) -> Ruleset:
    """Load the backend's commands for the network into a namespace of its own, and list it."""
    for name in ("base", f"{one.name}-linux"):
        machine.write(f"/tmp/{name}", (golden_files() / f"{name}.{backend}").read_text(), mode=0o755)
    links = f"ip link add {one.uplink} type dummy; ip link add {one.bridge} type bridge"
    commands = f"{links}; for name in base {one.name}-linux; do sh /tmp/$name > /dev/null 2>&1; done"
    machine.write("/tmp/load", f"{commands}\n{FORMS_COMMAND}\n")
    printed = machine.run("unshare --net sh /tmp/load", user="root", check=True).stdout
    return Ruleset.parse(*split_forms(printed))


def world(one: Network) -> World:
    bridge = Link(one.bridge, tuple(map(str, one.addresses)))
    links = (Link("lo", ("127.0.0.1/8",)), Link(one.uplink, ("198.51.100.2/24",)), bridge)
    return World(links, (Route("0.0.0.0/0", one.uplink, "198.51.100.1"),))


def test_all_of_libvirts_networks_are_here() -> None:
    assert sorted(path.stem for path in golden_files().glob("*.xml")) == NETWORKS


@pytest.mark.parametrize("backend", ["iptables", "nftables"])
@pytest.mark.parametrize("name", NETWORKS)
def test_guests_get_out_and_clients_get_in_as_the_network_says(
    machine: Machine, name: str, backend: str
) -> None:
    one = network(name)
    ruleset, around = loaded(machine, one, backend), world(one)
    leaving = could_leave(ruleset, around, one.bridge)
    assert leaving.answer == ("no" if one.mode is None else "yes")
    assert leaving.translated is None
    inwards = follow(ruleset, around, Packet(one.uplink, _CLIENT, one.guest, 22)).outcome
    assert isinstance(inwards, Refused) == (one.mode != "route")
    outwards = connect(ruleset, around, Packet(one.bridge, one.guest, _CLIENT, 80))
    assert isinstance(outwards.outcome, Refused) == (one.mode is None)
    translated = [step for step in outwards.steps if step.action == "to-source"]
    assert bool(translated) == (one.mode == "nat")
