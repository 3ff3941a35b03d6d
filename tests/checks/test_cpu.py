"""Each cause of missing hardware virtualization has its own code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import checks.cpu  # noqa: F401 - registers
from tests.checks.fake_host import judged
from tutor.host import cpu as source
from tutor.host.cpu import container, cpu, kvm_modules
from tutor.host.files import file_status
from tutor.host.machine import Machine

DEVICE = file_status("/dev/kvm")


def a_host(**changes: Any) -> dict[Any, Any]:
    """An Intel machine where everything is right, but for ``changes``."""
    seen = {"flags": ["vmx"], "modules": ["kvm", "kvm_intel"], "device": "character-device", **changes}
    status = {"path": "/dev/kvm", "mode": 0o660, "uid": 0, "gid": 1, "size": 0, "readable": 0, "writable": 0}
    return {
        cpu(): {"arch": seen.get("arch", "x86_64"), "vendor": "", "flags": seen["flags"]},
        kvm_modules(): seen["modules"],
        container(): seen.get("container"),
        DEVICE: {**status, "kind": seen["device"]} if seen["device"] else None,
    }


@pytest.mark.parametrize(
    ("check", "changes", "code", "fix"),
    [
        ("cpu-virtualization", {}, None, ""),
        ("cpu-virtualization", {"flags": ["svm", "hypervisor"]}, None, ""),
        ("cpu-virtualization", {"flags": []}, "no-flag", ""),
        ("cpu-virtualization", {"flags": ["hypervisor"]}, "no-nesting", ""),
        ("cpu-virtualization", {"flags": [], "arch": "aarch64"}, "other-architecture", ""),
        ("kvm-module", {}, None, ""),
        ("kvm-module", {"flags": ["svm"], "modules": ["kvm", "kvm_amd"]}, None, ""),
        ("kvm-module", {"flags": ["svm"]}, "firmware-off", ""),
        ("kvm-module", {"modules": ["kvm"]}, "firmware-off", ""),
        ("kvm-module", {"modules": ["kvm_intel"]}, "module-missing", "modprobe kvm_intel"),
        ("kvm-module", {"modules": []}, "module-missing", "modprobe kvm_intel"),
        ("kvm-module", {"modules": [], "flags": ["svm"]}, "module-missing", "modprobe kvm_amd"),
        ("kvm-module", {"modules": [], "container": "docker"}, "module-missing", ""),
        ("kvm-module", {"flags": [], "arch": "aarch64"}, "other-architecture", ""),
        ("kvm-device", {}, None, ""),
        ("kvm-device", {"device": None}, "device-missing", "mknod"),
        ("kvm-device", {"device": None, "modules": []}, "device-missing", "modprobe kvm_intel"),
        ("kvm-device", {"device": None, "modules": ["kvm"]}, "device-missing", ""),
        ("kvm-device", {"device": None, "flags": [], "modules": []}, "device-missing", ""),
        ("kvm-device", {"device": None, "container": "systemd-nspawn"}, "in-container", ""),
        ("kvm-device", {"device": "file"}, "not-a-device", "rm -r /dev/kvm"),
        ("kvm-device", {"device": "directory", "container": "lxc"}, "not-a-device", ""),
    ],
)
def test_each_cause(check: str, changes: dict[str, Any], code: str | None, fix: str) -> None:
    finding = judged(check, a_host(**changes))
    assert finding.code == code
    assert fix in " ".join(finding.fix)
    assert bool(finding.fix) == bool(fix)
    assert finding.code is None or finding.status.value == "skip" or finding.hint is not None


@pytest.mark.parametrize(
    ("cpuinfo", "flags"),
    [
        ("flags\t\t: fpu vmx hypervisor\n", ["vmx", "hypervisor"]),
        ("flags\t\t: fpu svm\n\nflags\t\t: fpu\n", ["svm"]),
        ("flags\t\t: fpu vmxnet svm_lock evmx\n", []),
        ("model name\t: vmx svm\nvmx flags\t: vnmi ept vmx\nflags\t\t: fpu\n", []),
    ],
)
def test_only_a_whole_word_among_the_flags_counts(
    cpuinfo: str, flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(cpuinfo)
    monkeypatch.setattr(source, "CPUINFO", str(tmp_path / "cpuinfo"))
    assert source.look_at_cpu(Machine(environ={}))["flags"] == flags


def test_a_built_in_module_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/sys/module lists a built-in module with parameters, unlike lsmod."""
    for name in ("kvm", "kvm_amd", "loop"):
        (tmp_path / name / "parameters").mkdir(parents=True)
    monkeypatch.setattr(source, "SYS_MODULE", str(tmp_path))
    assert source.look_at_modules(Machine(environ={})) == ["kvm", "kvm_amd"]
