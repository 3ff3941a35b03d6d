"""The system's probes on made-up machines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.fake_host import refusal
from tests.doctor.world import ask, codes, fixes
from tutor.doctor.findings import Health
from tutor.doctor.probes.system import PUBLISHED
from tutor.host.files import file_status, file_text
from tutor.host.programs import package, program

OS: dict[Any, Any] = {
    "system": {
        "kernel": "6.1.0-1-amd64",
        "platform": "Linux",
        "id": "debian",
        "version": "12",
        "machine": None,
    },
    "libvirt.connection": {
        "open": True,
        "code": 0,
        "errno": 0,
        "libvirt": 9_000_000,
        "hypervisor": 7_002_000,
    },
    "cpu": {"arch": "x86_64", "vendor": "", "flags": ["vmx"]},
}
NOW = PUBLISHED + 10_000_000
FILE = {"path": "", "kind": "directory", "mode": 0o755, "uid": 0, "gid": 0, "size": 0, "readable": True}


def clock(**changed: Any) -> dict[Any, Any]:
    seen = {"now": NOW, "seen": NOW - 60, "witness": "/etc/passwd", "synchronised": True, **changed}
    return {"clock": seen, "container": None}


def test_another_system_is_advice() -> None:
    other = {**OS, "system": {**OS["system"], "id": "fedora", "version": "41"}}
    assert codes("system", OS) == []
    found = ask("system", other)
    assert [one.code for one in found.findings] == ["unproven-system"]
    assert found.health is Health.WELL


def test_the_clock() -> None:
    assert codes("clock", clock()) == []
    assert codes("clock", clock(now=PUBLISHED - 1, seen=0)) == ["clock-behind"]
    assert codes("clock", clock(seen=NOW + 90_000)) == ["clock-behind"]
    assert codes("clock", clock(seen=NOW + 3_600)) == []
    assert codes("clock", clock(synchronised=False)) == ["clock-unsynchronised"]
    assert codes("clock", {**clock(synchronised=False), "container": "systemd-nspawn"}) == []
    assert codes("clock", clock(synchronised=None)) == []


def kernel(*there: str, container: str | None = None) -> dict[Any, Any]:
    return {**OS, "file": None, "container": container, **{file_status(path): FILE for path in there}}


def test_the_kernel() -> None:
    bridge, tun, modules = "/sys/module/bridge", "/dev/net/tun", "/lib/modules/6.1.0-1-amd64"
    assert codes("kernel", kernel(bridge, tun)) == []
    assert codes("kernel", kernel(tun, modules)) == []
    assert codes("kernel", kernel(bridge, modules)) == ["tun-missing"]
    assert codes("kernel", kernel(tun)) == ["kernel-upgraded"]
    assert codes("kernel", kernel(container="docker")) == ["tun-missing"]
    assert codes("kernel", kernel(tun, container="docker")) == []
    assert not fixes("kernel", kernel(tun)), "only a restart helps"


def test_sudo() -> None:
    def with_(works: bool) -> dict[Any, Any]:
        return {program("sudo"): "/usr/bin/sudo", "sudo": {"works": works, "said": "no"}}

    assert codes("sudo", with_(True)) == []
    assert codes("sudo", with_(False)) == ["no-sudo"]
    assert codes("sudo", {program("sudo"): None}) == ["sudo-missing"]
    unseen = ask("sudo", {program("sudo"): "/usr/bin/sudo", "sudo": refusal("not-permitted")})
    assert unseen.health is Health.UNKNOWN


def test_packages() -> None:
    assert codes("packages", {"half-installed": []}) == []
    assert codes("packages", {"half-installed": ["virtinst"]}) == ["half-installed"]


@pytest.mark.parametrize(
    ("hosts", "switch", "expected"),
    [
        ("127.0.1.1 lab", "", []),
        ("127.0.1.1 lab.example lab # mine", "", []),
        ("# 127.0.1.1 lab", "hosts: files dns", ["host-name-unknown"]),
        ("127.0.0.1 localhost", "hosts: files myhostname", []),
        ("lab", "hosts: files", ["host-name-unknown"]),
    ],
)
def test_the_host_name(hosts: str, switch: str, expected: list[str]) -> None:
    texts = {"/etc/hostname": "lab\n", "/etc/hosts": hosts, "/etc/nsswitch.conf": switch}
    answers = {file_text(path): {"path": path, "text": text} for path, text in texts.items()}
    assert codes("host-name", answers) == expected


def test_a_hostile_host_name_is_quoted() -> None:
    answers = {
        file_text("/etc/hostname"): {"path": "", "text": "$(reboot)"},
        file_text("/etc/hosts"): None,
        file_text("/etc/nsswitch.conf"): None,
    }
    assert "'$(reboot)'" in fixes("host-name", answers)[0]


@pytest.mark.parametrize(
    ("version", "expected"),
    [("9.0.0-4+deb12u2", []), ("1:9.0.0-4", []), ("11.3.0-3", ["daemon-outdated"])],
)
def test_a_daemon_from_before_an_upgrade(version: str, expected: list[str]) -> None:
    found = {"name": "libvirt-daemon", "version": version}
    assert (
        codes("versions", {**OS, "file": None, package("libvirt-daemon"): found, "package": None}) == expected
    )


def test_versions_that_nobody_told_are_not_asked_for() -> None:
    silent = {**OS, "libvirt.connection": refusal(), "file": None}
    assert ask("versions", silent).health is Health.SKIPPED
