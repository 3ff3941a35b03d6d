"""Networks: ports, subnets, bridges, and the firewall."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.fake_host import refusal
from tests.doctor.world import ask, codes, fixes
from tutor.doctor.findings import Health
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network
from tutor.host.programs import program

XML = (
    "<network><name>{name}</name><forward mode='nat'/><bridge name='{bridge}'/>"
    "<ip address='{address}' netmask='255.255.255.0'/></network>"
)


def net(name: str, bridge: str, address: str, *, active: bool = True) -> dict[str, Any]:
    xml = XML.format(name=name, bridge=bridge, address=address)
    flags = {"active": active, "persistent": True, "autostart": True}
    return {"name": name, "uuid": "", **flags, "xml": xml, "inactive_xml": xml}


def link(name: str, *addresses: str, kind: str = "", master: str | None = None) -> dict[str, Any]:
    return {"name": name, "kind": kind, "up": True, "master": master, "addresses": list(addresses)}


def route(destination: str, interface: str, gateway: str | None = None) -> dict[str, Any]:
    return {"destination": destination, "interface": interface, "gateway": gateway}


def machine(routes: list[Any], links: list[Any], *networks: dict[str, Any]) -> dict[Any, Any]:
    default = net("default", "virbr0", "192.168.122.1")
    every = [default, *networks]
    seen = {network(SYSTEM, one["name"]): one for one in every}
    names = {"libvirt.networks": sorted(one["name"] for one in every)}
    own = route("192.168.122.0/24", "virbr0")
    return {"routes": [own, *routes], "links": links, **names, **seen}


def listener(port: int, address: str = "*", **more: Any) -> dict[str, Any]:
    rest = {"interface": None, "program": None, "pid": None, "unit": None}
    return {"protocol": "udp", "address": address, "port": port, **rest, **more}


@pytest.mark.parametrize(
    ("socket", "expected"),
    [
        (listener(53), ["port-53-taken"]),
        (listener(67), ["port-67-taken"]),
        (listener(53, protocol="tcp"), ["port-53-taken"]),
        (listener(67, protocol="tcp"), []),
        (listener(53, "127.0.0.53"), []),
        (listener(67, interface="virbr0"), []),
        (listener(5353), []),
    ],
)
def test_ports(socket: dict[str, Any], expected: list[str]) -> None:
    answers = {"listeners": [socket], "owned-listeners": refusal("not-permitted")}
    assert codes("ports", answers) == expected


def test_whose_a_port_is() -> None:
    named = [listener(53, program="named", pid=7, unit="named.service")]
    udp_and_tcp = [*named, {**named[0], "protocol": "tcp"}]
    both = {"listeners": [listener(53)], "owned-listeners": udp_and_tcp}
    assert fixes("ports", both) == ["sudo systemctl disable --now named.service"]
    by_hand = {"listeners": [listener(53)], "owned-listeners": [listener(53, program="dnsmasq", pid=7)]}
    assert fixes("ports", by_hand) == ["sudo kill 7"]


def test_a_subnet_of_another_interface() -> None:
    answers = machine([route("192.168.50.0/24", "lab0")], [link("lab0", "192.168.50.7/24")])
    assert codes("subnets", answers) == ["subnet-taken"]
    assert fixes("subnets", answers) == ["sudo ip address delete 192.168.50.7/24 dev lab0"]


def test_a_subnet_behind_a_gateway() -> None:
    answers = machine([route("192.168.50.0/25", "tun0", "10.8.0.1")], [link("tun0", "10.8.0.2/24")])
    assert fixes("subnets", answers) == ["sudo ip route delete 192.168.50.0/25 dev tun0"]


def test_a_wider_route_is_advice() -> None:
    answers = machine([route("192.168.0.0/16", "tun0", "10.8.0.1")], [link("tun0", "10.8.0.2/24")])
    found = ask("subnets", answers)
    assert {one.code for one in found.findings} == {"subnet-inside"}
    assert found.health is Health.WELL


def test_a_machine_that_lives_in_the_subnet_is_not_cut_off() -> None:
    uplink = [route("0.0.0.0/0", "eth0", "192.168.122.1"), route("192.168.122.0/24", "eth0")]
    answers = machine(uplink, [link("eth0", "192.168.122.70/24")])
    assert codes("subnets", answers) == ["subnet-is-uplink"]
    assert not fixes("subnets", answers)


def test_containers_are_left_alone() -> None:
    answers = machine([route("192.168.50.0/24", "br-1234")], [link("br-1234", "192.168.50.1/24")])
    assert codes("subnets", answers) == ["subnet-taken"]
    assert not fixes("subnets", answers)


def test_another_network_of_libvirts() -> None:
    other = net("other", "virbr7", "192.168.50.1")
    answers = machine([route("192.168.50.0/24", "virbr7")], [link("virbr7")], other)
    assert codes("subnets", answers) == ["subnet-taken"]
    assert not fixes("subnets", answers)


def test_the_networks_own_bridge_is_no_clash_even_where_libvirt_is_silent() -> None:
    assert codes("subnets", machine([], [])) == []
    silent = {**machine([], []), "libvirt.networks": refusal("timed-out")}
    assert ask("subnets", silent).health is Health.UNKNOWN


def test_stale_bridges() -> None:
    default = net("default", "virbr0", "192.168.122.1", active=False)
    stopped = {network(SYSTEM, "default"): default, "libvirt.networks": ["default"]}
    assert codes("stale-bridges", {**stopped, "links": []}) == []
    left = {**stopped, "links": [link("virbr0", kind="bridge")]}
    assert fixes("stale-bridges", left) == ["sudo ip link delete virbr0"]
    used = {**stopped, "links": [link("virbr0", kind="bridge"), link("eth1", master="virbr0")]}
    assert codes("stale-bridges", used) == ["stale-bridge"]
    assert not fixes("stale-bridges", used)
    assert codes("stale-bridges", machine([], [link("virbr0", kind="bridge")])) == []


def test_the_table_nat() -> None:
    well: dict[Any, Any] = {program("iptables"): "/usr/sbin/iptables", "file-text": None, "unit": refusal()}
    assert codes("nat-table", {**well, "nat-readable": True}) == []
    assert codes("nat-table", {**well, "nat-readable": False, program("dockerd"): None}) == [
        "nat-table-foreign"
    ]
    saved = {"path": "", "text": "flush ruleset\ntable ip nat {\n}\n"}
    assert codes("nat-table", {**well, "nat-readable": True, "file-text": saved}) == ["nat-table-saved"]
    assert ask("nat-table", {program("iptables"): None}).health is Health.SKIPPED
