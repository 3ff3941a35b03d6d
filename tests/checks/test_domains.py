"""Each cause of a wrong domain has its own code."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.checks.domain_samples import CDROM, DISK, NIC, SCREEN, VM, a_domain, a_host, xml
from tests.checks.fake_host import FakeHost, judged, refusal
from tutor.grading.registry import REGISTRY
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import domain, in_session
from tutor.host.libvirt.networks import network
from tutor.host.question import Unobservable

MEMORY: dict[str, Any] = {"mebibytes": 2048}
HD: dict[str, Any] = {"device": "hd"}


def sized(memory: int, current: int) -> str:
    return xml(memory=f"<memory>{memory}</memory><currentMemory>{current}</currentMemory>")


def booting(boot: str, devices: str = DISK + NIC) -> str:
    return xml(devices, os=f"<os><type arch='x86_64'>hvm</type>{boot}</os>")


ORDERED_NIC = NIC.replace("</interface>", "<boot order='1'/></interface>")
ORDERED_DISK = DISK.replace("</disk>", "<boot order='2'/></disk>")
ORDERED_CDROM = CDROM.replace("</disk>", "<boot order='10'/></disk>")


@pytest.mark.parametrize(
    ("definition", "check", "params", "code"),
    [
        (xml(), "domain-memory", MEMORY, None),
        (sized(1048576, 1048576), "domain-memory", MEMORY, "wrong-memory"),
        (sized(2048, 2048), "domain-memory", MEMORY, "kibibytes"),
        (sized(2097152, 2048), "domain-memory", MEMORY, "kibibytes"),
        (sized(2097152, 1048576), "domain-memory", MEMORY, "wrong-current-memory"),
        (sized(4194304, 2097152), "domain-memory", MEMORY, "wrong-memory"),
        (xml(), "domain-vcpus", {"vcpus": 2}, None),
        (xml(vcpu=""), "domain-vcpus", {"vcpus": 1}, None),
        (xml(vcpu="<vcpu>1</vcpu>"), "domain-vcpus", {"vcpus": 2}, "wrong-vcpus"),
        (xml(vcpu="<vcpu current='1'>2</vcpu>"), "domain-vcpus", {"vcpus": 2}, "vcpus-offline"),
        (xml(vcpu="<vcpu current='2'>4</vcpu>"), "domain-vcpus", {"vcpus": 2}, "wrong-vcpus"),
        (xml(), "domain-graphics", {"graphics": "spice"}, None),
        (xml(SCREEN + "<graphics type='vnc'/>"), "domain-graphics", {"graphics": "spice"}, None),
        (xml("<graphics type='vnc'/>"), "domain-graphics", {"graphics": "spice"}, "wrong-graphics"),
        (xml(DISK), "domain-graphics", {"graphics": "spice"}, "no-graphics"),
        (xml(), "domain-machine", {"arch": "x86_64"}, None),
        (xml(os="<os><type arch='i686'>hvm</type></os>"), "domain-machine", {"arch": "x86_64"}, "wrong-arch"),
        (xml(os="<os><type arch='x86_64'>xen</type></os>"), "domain-machine", {"arch": "x86_64"}, "not-hvm"),
        (xml(), "domain-boot", HD, None),
        (booting("<boot dev='hd'/><boot dev='cdrom'/>"), "domain-boot", HD, None),
        (booting("<boot dev='cdrom'/><boot dev='hd'/>"), "domain-boot", HD, "boots-elsewhere"),
        (booting("<boot dev='network'/>"), "domain-boot", HD, "boots-elsewhere"),
        (booting(""), "domain-boot", HD, "boots-elsewhere"),
        (booting("", ORDERED_DISK + ORDERED_CDROM + NIC), "domain-boot", HD, None),
        (booting("", ORDERED_DISK + ORDERED_NIC), "domain-boot", HD, "boots-elsewhere"),
        (booting("", ORDERED_CDROM + NIC), "domain-boot", HD, "boots-elsewhere"),
        (booting("<kernel>/k</kernel><boot dev='hd'/>"), "domain-boot", HD, "boots-a-kernel"),
    ],
)
def test_each_cause(definition: str, check: str, params: dict[str, Any], code: str | None) -> None:
    finding = judged(check, a_host(a_domain(definition)), domain=VM, **params)
    assert finding.code == code
    assert bool(finding.fix) == (code is not None)


@pytest.mark.parametrize(
    ("kind", "kvm", "code", "noted"),
    [
        ("kvm", True, None, False),
        ("kvm", False, None, False),
        ("qemu", False, None, True),
        ("qemu", True, "not-kvm", False),
        ("hvf", False, "not-kvm", False),
    ],
)
def test_kvm_is_asked_for_where_it_is_usable(kind: str, code: str | None, *, kvm: bool, noted: bool) -> None:
    finding = judged("domain-type", a_host(a_domain(xml(kind=kind)), kvm=kvm), domain=VM)
    assert (finding.code, finding.note is not None) == (code, noted)


@pytest.mark.parametrize(
    ("state", "code", "fix"),
    [
        ("running", None, []),
        ("blocked", None, []),
        ("shut-off", "not-running", ["start"]),
        ("no-state", "not-running", ["start"]),
        ("paused", "paused", ["resume"]),
        ("suspended", "suspended", ["dompmwakeup"]),
        ("crashed", "crashed", ["destroy", "start"]),
        ("shutdown", "shutdown", ["destroy", "start"]),
    ],
)
def test_each_state(state: str, code: str | None, fix: list[str]) -> None:
    finding = judged("domain-running", a_host(a_domain(state=state)), domain=VM)
    assert finding.code == code
    assert [command.split()[3] for command in finding.fix] == fix


@pytest.mark.parametrize(
    ("answer", "fix"),
    [
        ({"name": "default", "active": True}, ["start"]),
        ({"name": "default", "active": False}, ["net-start", "start"]),
        (None, ["net-define", "net-list", "start"]),
        (refusal(), ["net-list", "start"]),
    ],
)
def test_a_domain_is_started_after_its_network(answer: Any, fix: list[str]) -> None:
    finding = judged("domain-running", a_host(a_domain(), network=answer), domain=VM)
    assert [command.split()[3] for command in finding.fix] == fix


@pytest.mark.parametrize(
    ("name", "session", "code", "fixes"),
    [
        (VM, False, "missing", 1),
        (VM, True, "in-session-mode", 1),
        (VM, refusal(), "missing", 1),
        ("..", False, "impossible-name", 0),
        ("\U0001f600" * 64, False, "impossible-name", 0),
    ],
)
def test_a_missing_domain(name: str, session: Any, code: str, fixes: int) -> None:
    answers = {**a_host(None), domain(SYSTEM, name): None, in_session("domain", name): session}
    finding = judged("domain-defined", answers, domain=name)
    assert (finding.code, len(finding.fix)) == (code, fixes)


def test_an_existing_domain() -> None:
    assert judged("domain-defined", a_host(a_domain()), domain=VM).code is None
    assert judged("domain-persistent", a_host(a_domain()), domain=VM).code is None


def test_a_transient_domain() -> None:
    finding = judged("domain-persistent", a_host(a_domain(persistent=False)), domain=VM)
    assert finding.code == "transient"


@pytest.mark.parametrize("kvm", [True, False])
def test_a_new_domain_is_of_the_best_type_here(*, kvm: bool) -> None:
    (fix,) = judged("domain-defined", a_host(None, kvm=kvm), domain=VM).fix
    assert f'<domain type="{"kvm" if kvm else "qemu"}">' in fix


@pytest.mark.parametrize(
    ("live", "noted"),
    [
        (xml(), set()),
        (xml(memory="<memory>1048576</memory>"), {"domain-memory"}),
        (xml(memory="<memory>2097152</memory><currentMemory>1048576</currentMemory>"), set()),
        (xml(vcpu="<vcpu current='1'>2</vcpu>"), {"domain-vcpus"}),
        (xml(DISK + NIC + "<graphics type='vnc'/>"), {"domain-graphics"}),
        (xml(DISK + SCREEN), {"domain-nic"}),
        (xml(DISK + DISK.replace("vda", "vdb") + NIC + SCREEN), {"domain-disk"}),
    ],
)
def test_what_runs_with_something_else_is_right_with_a_note(live: str, noted: set[str]) -> None:
    checks: dict[str, dict[str, Any]] = {
        "domain-memory": MEMORY,
        "domain-vcpus": {"vcpus": 2},
        "domain-graphics": {"graphics": "spice"},
        "domain-nic": {"network": "default"},
        "domain-disk": {"size": "30G"},
    }
    host = a_host(a_domain(live=live))
    findings = {name: judged(name, host, domain=VM, **params) for name, params in checks.items()}
    assert {one.code for one in findings.values()} == {None}
    assert {name for name, one in findings.items() if one.note} == noted


def test_a_domain_that_went_away_is_unknown() -> None:
    with pytest.raises(Unobservable, match="gone"):
        judged("domain-running", a_host(None), domain=VM)


REMEDIES = [check.name for check in REGISTRY if check.name.startswith("domain-") and check.remedy]
PARAMS: dict[str, dict[str, Any]] = {
    "domain-memory": MEMORY,
    "domain-vcpus": {"vcpus": 2},
    "domain-graphics": {"graphics": "spice"},
    "domain-boot": HD,
}


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_looks_before_it_adds_where_nothing_could_be_asked(name: str) -> None:
    check = REGISTRY.get(name)
    assert check is not None
    assert check.remedy is not None
    host = {**a_host(None), domain(SYSTEM, VM): refusal(), network(SYSTEM, "default"): refusal()}
    commands = check.remedy(FakeHost(host), domain=VM, **PARAMS.get(name, {}))
    # virsh add commands that may be run twice stand alone; the others are guarded.
    assert all("||" in one or re.search(r" set(maxmem|mem|vcpus) | --boot ", one) for one in commands)


@pytest.mark.parametrize("name", ["7", "+7", "007"])
def test_a_number_for_a_name_is_never_left_to_virsh(name: str) -> None:
    found = a_domain(sized(1, 1))
    finding = judged(
        "domain-memory", {**a_host(None), domain(SYSTEM, name): found}, domain=name, mebibytes=2048
    )
    assert all(f" {found['uuid']} " in command for command in finding.fix)
    (fix,) = judged(
        "domain-defined",
        {**a_host(None), domain(SYSTEM, name): None, in_session("domain", name): False},
        domain=name,
    ).fix
    assert "<uuid>" in fix
