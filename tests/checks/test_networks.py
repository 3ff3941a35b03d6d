"""The default network: what is defined, what runs, and what the kernel has of it."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import checks.networks  # noqa: F401 - registers
from checks import network_commands
from checks.network_xml import addresses
from tests.checks.fake_host import FakeHost, judged, refusal
from tests.checks.test_services import DEBIAN, FEDORA, Units
from tests.checks.test_services import a_host as a_daemon
from tutor.host import processes
from tutor.host.files import file_status
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import in_session
from tutor.host.libvirt.networks import network
from tutor.host.links import links
from tutor.host.machine import Machine
from tutor.host.processes import dnsmasq
from tutor.host.question import Unobservable
from tutor.host.xml import NotWellFormed, parse

NAT = "<forward mode='nat'/>"
DHCP = "<dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>"


def xml(
    forward: str = NAT, ip: str = f"<ip address='192.168.122.1' netmask='255.255.255.0'>{DHCP}</ip>"
) -> str:
    return f"<network><name>default</name><uuid>u</uuid>{forward}<bridge name='virbr0'/>{ip}</network>"


def a_host(found: dict[str, Any] | None = None, units: Units = DEBIAN, **changes: Any) -> dict[Any, Any]:
    """A machine with the network default as it should be, but for ``found`` and ``changes``."""
    right = {"name": "default", "uuid": "u", "active": True, "persistent": True, "autostart": True}
    link = {"name": "virbr0", "kind": "bridge", "up": True, "master": None, "addresses": ["192.168.122.1/24"]}
    return {
        **a_daemon(units),
        network(SYSTEM, "default"): {**right, "xml": xml(), "inactive_xml": xml(), **(found or {})},
        in_session("network", "default"): False,
        links(): [{**link, **changes}],
        file_status("/sys/class/net/virbr0/bridge"): {"kind": "directory"},
        dnsmasq("default"): {"pid": 7, "running": True},
    }


def both(text: str) -> dict[str, str]:
    return {"xml": text, "inactive_xml": text}


@pytest.mark.parametrize("check", ["persistent", "active", "autostart", "bridge", "dhcp", "defined"])
def test_as_it_should_be(check: str) -> None:
    assert judged(f"network-{check}", a_host(), network="default").code is None


@pytest.mark.parametrize(
    ("check", "found", "code"),
    [
        ("persistent", {"persistent": False}, "transient"),
        ("active", {"active": False}, "inactive"),
        ("autostart", {"autostart": False}, "no-autostart"),
        ("dhcp", both(xml(ip="<ip address='192.168.122.1' netmask='255.255.255.0'/>")), "no-dhcp"),
        ("dhcp", both(xml(ip="<ip address='192.168.122.1' prefix='24'><dhcp/></ip>")), "no-dhcp"),
        ("dhcp", both(xml(ip="")), "no-dhcp"),
        ("dhcp", {"xml": xml(ip="")}, "restart-needed"),
    ],
)
def test_the_definition(check: str, found: dict[str, Any], code: str) -> None:
    finding = judged(f"network-{check}", a_host(found), network="default")
    assert finding.code == code
    assert finding.fix


@pytest.mark.parametrize("elsewhere", [False, True, refusal()])
def test_missing(elsewhere: Any) -> None:
    host = {**a_host(), network(SYSTEM, "default"): None, in_session("network", "default"): elsewhere}
    finding = judged("network-defined", host, network="default")
    assert finding.code == ("in-session-mode" if elsewhere is True else "missing")
    assert finding.fix == (f"virsh -c qemu:///system net-define {network_commands.DEFAULT_XML}",)


def test_only_the_default_network_comes_with_libvirt() -> None:
    host = {**a_host(), network(SYSTEM, "mitt"): None, in_session("network", "mitt"): False}
    assert judged("network-defined", host, network="mitt").fix == ()
    assert network_commands._anew(FakeHost(host), "mitt") == ()


@pytest.mark.parametrize(
    ("kept", "runs", "code"),
    [
        (NAT, NAT, None),
        ("<forward/>", "<forward dev='eth0'/>", None),
        ("<forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>", NAT, None),
        ("<forward mode='route'/>", "<forward mode='route'/>", "forward-changed"),
        ("<forward mode='route'/>", NAT, "forward-changed"),
        ("", "", "forward-changed"),
        ("<forward mode='bridge'/>", "<forward mode='bridge'/>", "forward-changed"),
        (NAT, "<forward mode='route'/>", "restart-needed"),
        (NAT, "", "restart-needed"),
    ],
)
def test_forward(kept: str, runs: str, code: str | None) -> None:
    finding = judged(
        "network-forward",
        a_host({"xml": xml(runs), "inactive_xml": xml(kept)}),
        network="default",
        forward="nat",
    )
    assert finding.code == code


@pytest.mark.parametrize(
    "kept", ["<forward mode='route'/>", "<forward dev='eth0' mode='open'></forward>", ""]
)
def test_the_command_changes_the_mode_and_nothing_else(kept: str) -> None:
    finding = judged("network-forward", a_host(both(xml(kept))), network="default", forward="nat")
    changed = _sed(finding.fix[0], xml(kept))
    assert parse(changed).find("forward").get("mode") == "nat"  # type: ignore[union-attr]
    assert changed.replace("mode='nat'", "") == xml(kept or "<forward />").replace(
        "mode='route'", ""
    ).replace("mode='open'", "")


@pytest.mark.parametrize(
    "ip",
    [
        "<ip address='192.168.122.1' netmask='255.255.255.0'/>",
        "<ip address='192.168.122.1' prefix='24'>\n<tftp root='/x'/>\n</ip>",
        "<ip address='192.168.122.1' prefix='24'>\n<dhcp/>\n</ip>",
        "<ip address='192.168.122.1' prefix='24'>\n<dhcp>\n<host mac='52:54:00:aa:bb:cc'/>\n</dhcp></ip>",
        "<ip family='ipv6' address='fd00::1' prefix='64'/>\n<ip address='192.168.122.1' prefix='24'/>",
    ],
)
def test_the_command_adds_a_range_and_keeps_the_rest(ip: str) -> None:
    text = xml(ip=f"\n{ip}\n")
    changed = _sed(judged("network-dhcp", a_host(both(text)), network="default").fix[0], text)
    found = [element.get("start") for element in parse(changed).findall("ip/dhcp/range")]
    assert found == ["192.168.122.2"]
    assert ("<host" in changed) == ("<host" in ip)


@pytest.mark.parametrize("kept", ["<forward mode='bridge'/>", ""])
def test_without_addresses_it_is_defined_anew(kept: str) -> None:
    """Libvirt refuses NAT for a network that has none."""
    host = a_host(both(xml(kept, ip="")))
    forward = judged("network-forward", host, network="default", forward="nat")
    assert network_commands.DEFAULT_XML in forward.fix[0]
    assert judged("network-dhcp", host, network="default").fix == forward.fix


def test_too_small_a_subnet_is_defined_anew() -> None:
    finding = judged(
        "network-dhcp", a_host(both(xml(ip="<ip address='10.0.0.1' prefix='30'/>"))), network="default"
    )
    assert network_commands.DEFAULT_XML in finding.fix[0]


@pytest.mark.parametrize(
    ("changes", "code", "fixes"),
    [
        ({}, None, 0),
        ({"addresses": ["fe80::1/64", "192.168.122.1/24"]}, None, 0),
        ({"name": "virbr1"}, "bridge-missing", 1),
        ({"addresses": []}, "address-missing", 1),
        ({"addresses": ["192.168.122.1/16"]}, "address-missing", 1),
        ({"up": False}, "bridge-down", 1),
        ({"up": False, "addresses": []}, "address-missing", 2),
    ],
)
def test_bridge(changes: dict[str, Any], code: str | None, fixes: int) -> None:
    finding = judged("network-bridge", a_host(**changes), network="default")
    assert (finding.code, len(finding.fix)) == (code, fixes)


def test_a_link_of_that_name_that_is_no_bridge() -> None:
    host = {**a_host(), file_status("/sys/class/net/virbr0/bridge"): None}
    assert judged("network-bridge", host, network="default").code == "bridge-missing"


@pytest.mark.parametrize(
    ("element", "own"),
    [
        ("<ip address='192.168.5.1' netmask='255.255.255.128'/>", ["192.168.5.1/25"]),
        ("<ip address='192.168.5.1'/>", ["192.168.5.1/24"]),
        ("<ip address='172.16.0.1'/>", ["172.16.0.1/16"]),
        ("<ip address='10.0.0.1'/>", ["10.0.0.1/8"]),
        ("<ip family='ipv6' address='FD00:0::1'/>", ["fd00::1/64"]),
        ("<ip/>", []),
    ],
)
def test_a_networks_own_addresses(element: str, own: list[str]) -> None:
    assert addresses(parse(xml(ip=element))) == own


@pytest.mark.parametrize("server", [None, {"pid": 7, "running": False}])
@pytest.mark.parametrize(("units", "daemon"), [(DEBIAN, "libvirtd"), (FEDORA, "virtnetworkd")])
def test_dnsmasq_dead(server: Any, units: Units, daemon: str) -> None:
    finding = judged("network-dhcp", {**a_host(units=units), dnsmasq("default"): server}, network="default")
    assert (finding.code, finding.fix) == ("dnsmasq-dead", (f"sudo systemctl restart {daemon}",))


def test_a_network_that_went_away_in_between_is_unknown() -> None:
    with pytest.raises(Unobservable, match="gone"):
        judged("network-active", {**a_host(), network(SYSTEM, "default"): None}, network="default")


@given(
    st.text()
    | st.sampled_from(["<network>", "<ip address='x'/>", "<a><ip address='1.2.3.4' prefix='99'/></a>"])
)
def test_whatever_a_recording_holds_is_answered_or_unknown(text: str) -> None:
    for check in ("network-bridge", "network-dhcp"):
        try:
            judged(check, a_host(both(text)), network="default")
        except (Unobservable, NotWellFormed):
            continue


def test_a_hidden_process_is_not_a_dead_one(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hidepid=2 all of them seem to be missing, init too."""
    monkeypatch.setattr(processes, "PID_FILES", str(tmp_path))
    (tmp_path / "default.pid").write_text("4194304\n")
    machine = Machine(environ={})
    assert processes.look_at_dnsmasq(machine, "default") == {"pid": 4194304, "running": False}
    monkeypatch.setattr(processes, "PROC", str(tmp_path))
    with pytest.raises(Unobservable, match="not-permitted"):
        processes.look_at_dnsmasq(machine, "default")
    (tmp_path / "default.pid").write_text("no number")
    with pytest.raises(Unobservable, match="unreadable"):
        processes.look_at_dnsmasq(machine, "default")
    assert processes.look_at_dnsmasq(machine, "other") is None


def _sed(command: str, text: str) -> str:
    """What the sed of a printed command makes of ``text``."""
    _, _, rest = command.partition(" | ")
    sed, _, _ = rest.partition(" | virsh")
    return subprocess.run(["sh", "-c", sed], input=text, capture_output=True, text=True, check=True).stdout
