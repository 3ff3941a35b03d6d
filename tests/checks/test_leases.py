"""Addresses that guests have got, and those that are kept for them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import checks.host_entries
import checks.leases  # noqa: F401 - registers
from tests.checks.fake_host import judged
from tutor.grading.verdict import Status
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.domains import domain
from tutor.host.libvirt.leases import leases
from tutor.host.libvirt.networks import network
from tutor.host.links import links
from tutor.host.question import Unobservable
from tutor.host.xml import NotWellFormed

MAC, OTHER, WANTED = "52:54:00:aa:bb:cc", "52:54:00:77:77:77", "192.168.122.50"
ENTRY = f"<host mac='{MAC}' name='vm-nat' ip='{WANTED}'/>"
VIRSH = "virsh -c qemu:///system"
UPDATE = f"{VIRSH} net-update default"


def network_xml(*entries: str, subnet: str = "192.168.122.1") -> str:
    return (
        "<network><name>default</name><bridge name='virbr0'/>"
        f"<ip address='{subnet}' netmask='255.255.255.0'><dhcp>{''.join(entries)}</dhcp></ip></network>"
    )


def domain_xml(mac: str = MAC, name: str = "default") -> str:
    return (
        "<domain type='kvm'><devices><interface type='network'>"
        f"<mac address='{mac.upper()}'/><source network='{name}'/><target dev='vnet0'/>"
        "</interface></devices></domain>"
    )


def a_host(
    *,
    live: str = "",
    kept: str = "",
    card: str = "",
    state: str = "running",
    had: list[dict[str, Any]] | None = None,
    master: str | None = "virbr0",
    **changes: Any,
) -> dict[Any, Any]:
    """A machine with vm-nat running on default, and a lease, but no entry."""
    lease = {"mac": MAC, "address": WANTED, "hostname": None}
    right = {"name": "default", "uuid": "u", "active": True, "persistent": True, "autostart": True, **changes}
    return {
        connection(SYSTEM, "write"): {"open": True},
        network(SYSTEM, "default"): {
            **right,
            "xml": live or network_xml(),
            "inactive_xml": kept or network_xml(),
        },
        domain(SYSTEM, "vm-nat"): {
            "name": "vm-nat",
            "uuid": "d",
            "state": state,
            "persistent": True,
            "autostart": False,
            "xml": domain_xml(),
            "inactive_xml": card or domain_xml(),
        },
        leases(SYSTEM, "default"): [lease] if had is None else had,
        links(): [{"name": "vnet0", "kind": "tun", "up": True, "master": master, "addresses": []}],
    }


def lease_of(host: dict[Any, Any]) -> Any:
    return judged("domain-lease", host, domain="vm-nat", network="default")


def entry_of(host: dict[Any, Any], address: str = WANTED) -> Any:
    return judged("network-host-entry", host, domain="vm-nat", network="default", address=address)


def address_of(host: dict[Any, Any]) -> Any:
    return judged("domain-has-address", host, domain="vm-nat", network="default", address=WANTED)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        (a_host(), None),
        (a_host(active=False), "network-down"),
        (a_host(master=None), "not-on-the-bridge"),
        (a_host(master="virbr1"), "not-on-the-bridge"),
        (a_host(had=[]), "no-lease"),
        (a_host(had=[{"mac": OTHER, "address": WANTED, "hostname": None}]), "no-lease"),
        (a_host(had=[{"mac": OTHER, "address": WANTED, "hostname": "vm-nat"}]), "older-mac"),
        (a_host(had=[{"mac": MAC, "address": "10.0.0.1", "hostname": None}]), "outside-subnet"),
    ],
)
def test_the_lease(host: dict[Any, Any], code: str | None) -> None:
    finding = lease_of(host)
    assert finding.code == code
    assert bool(finding.fix) == bool(code)


def test_of_two_leases_that_of_ipv4_counts() -> None:
    had = [{"mac": MAC, "address": one, "hostname": None} for one in ("fd00::7", WANTED)]
    assert lease_of(a_host(had=had)).code is None


@pytest.mark.parametrize("check", [lease_of, address_of])
def test_of_a_guest_that_does_not_run(check: Any) -> None:
    finding = check(a_host(state="shut-off"))
    assert (finding.status, finding.code, finding.fix) == (Status.SKIP, "not-running", ())


@pytest.mark.parametrize(
    ("had", "code"), [([], "no-lease"), ([{"mac": MAC, "address": "192.168.122.7"}], "old-address")]
)
def test_the_address(had: list[Any], code: str) -> None:
    assert address_of(a_host()).code is None
    finding = address_of(a_host(had=had))
    assert finding.code == code
    assert finding.fix[0] == f"{VIRSH} destroy vm-nat && {VIRSH} start vm-nat"


def test_an_address_that_another_has_is_for_a_person_to_free() -> None:
    finding = address_of(a_host(had=[{"mac": OTHER, "address": WANTED, "hostname": None}]))
    assert (finding.code, finding.fix) == ("address-taken", ())


def host_entry(mac: str = MAC, address: str = WANTED, name: str = "vm-nat") -> str:
    return f"<host mac='{mac}' name='{name}' ip='{address}'/>"


@pytest.mark.parametrize(
    ("live", "kept", "code"),
    [
        ([], [], "missing"),
        ([ENTRY], [], "live-only"),
        ([], [ENTRY], "config-only"),
        ([host_entry(OTHER)], [host_entry(OTHER)], "another-mac"),
        ([f"<host name='vm-nat' ip='{WANTED}'/>"], [ENTRY], "another-mac"),
        ([host_entry(OTHER, "192.168.122.60")], [], "another-mac"),
        ([host_entry(address="192.168.122.60")], [ENTRY], "another-address"),
        ([host_entry(address="10.1.1.1")], [host_entry(address="10.1.1.1")], "outside-subnet"),
        ([f"<host mac='{MAC}' name='vm-nat'/>"], [], "another-address"),
        ([ENTRY], [ENTRY, host_entry(OTHER, name="b")], "duplicate"),
    ],
)
def test_the_entry(live: list[str], kept: list[str], code: str) -> None:
    finding = entry_of(a_host(live=network_xml(*live), kept=network_xml(*kept)))
    assert finding.code == code
    assert all(command.startswith(UPDATE) for command in finding.fix)
    missing = [flag for flag, one in (("--live", live), ("--config", kept)) if ENTRY not in one]
    assert [word for word in finding.fix[-1].split() if word.startswith("--")] == (missing or ["--config"])


@pytest.mark.parametrize("mac", [MAC, MAC.upper()])
def test_an_entry_that_is_right(mac: str) -> None:
    xml = network_xml(host_entry(mac), host_entry(OTHER, "192.168.122.60", "b"))
    finding = entry_of(a_host(live=xml, kept=xml))
    assert (finding.code, finding.note) == (None, None)


def test_an_entry_without_a_name_is_noted() -> None:
    xml = network_xml(f"<host mac='{MAC}' ip='{WANTED}'/>")
    assert entry_of(a_host(live=xml, kept=xml)).note is not None


def test_of_a_stopped_network_only_the_definition_counts() -> None:
    finding = entry_of(a_host(active=False))
    assert (finding.code, [command.split()[-1] for command in finding.fix]) == ("missing", ["--config"])
    xml = network_xml(ENTRY)
    assert entry_of(a_host(live=xml, kept=xml, active=False)).code is None


def test_a_network_that_is_gone_when_it_stops_keeps_nothing() -> None:
    xml = network_xml(ENTRY)
    finding = entry_of(a_host(live=xml, kept=xml, persistent=False))
    assert finding.code == "live-only"
    assert finding.fix == (f"{VIRSH} net-dumpxml default | {VIRSH} net-define /dev/stdin",)


def test_the_mac_is_that_of_the_next_start() -> None:
    xml = network_xml(ENTRY)
    assert entry_of(a_host(live=xml, kept=xml, card=domain_xml(OTHER))).code == "another-mac"


def test_an_address_outside_the_network_is_for_a_person_to_decide() -> None:
    xml = network_xml(ENTRY, subnet="10.0.0.1")
    finding = entry_of(a_host(live=xml, kept=xml))
    assert (finding.code, finding.fix) == ("wrong-subnet", ())


@pytest.mark.parametrize("check", [lease_of, entry_of])
def test_a_domain_without_such_an_interface_is_unknown(check: Any) -> None:
    host = a_host(card=domain_xml(name="other"))
    host[domain(SYSTEM, "vm-nat")]["xml"] = domain_xml(name="other")
    with pytest.raises(Unobservable, match="gone"):
        check(host)


HOSTILE = st.text() | st.sampled_from(
    [
        network_xml(host_entry(address="x")),
        network_xml("<host/>"),
        network_xml(subnet="300.1.1.1"),
        "<network/>",
        "<a><ip><dhcp><host mac='' ip=''/></dhcp></ip></a>",
        domain_xml(""),
    ]
)


@given(HOSTILE, HOSTILE, st.text() | st.just("1.2.3"))
def test_whatever_a_recording_holds_is_answered_or_unknown(one: str, other: str, address: str) -> None:
    """Malformed XML is unknown too: the runner says where it is malformed."""
    host = a_host(live=one, kept=other, had=[{"mac": MAC, "address": address, "hostname": None}])
    strange = {**host, domain(SYSTEM, "vm-nat"): {**host[domain(SYSTEM, "vm-nat")], "inactive_xml": one}}
    for check in (lease_of, entry_of, address_of):
        for made_up in (host, strange):
            try:
                check(made_up)
            except (Unobservable, NotWellFormed):
                continue
