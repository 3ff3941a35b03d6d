"""Sources that read what the kernel and the system keep: files of /proc, /sys, /run and /etc."""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.asking import ask
from tests.faults.people import nobody
from tests.faults.table import Family, Row, cases
from tutor.host import clock, cpu, kernel, kvm, processes, room, security
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.question import Question


@dataclass(frozen=True)
class Look:
    """A source that reads a file, and where the module keeps its path.

    :param well: what the file says where all is well.
    """

    question: Question[Any]
    module: Any
    name: str
    well: str


LOOKS: dict[str, Look] = {
    "cpu": Look(cpu.cpu(), cpu, "CPUINFO", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx\n"),
    "container": Look(cpu.container(), cpu, "MANAGER", "systemd-nspawn\n"),
    "sysctl": Look(kernel.sysctl("ip_forward"), kernel, "SYSCTL", "1\n"),
    "system": Look(kernel.system(), kernel, "OS_RELEASE", 'ID=debian\nVERSION_ID="12"\n'),
    "memory": Look(room.memory(), room, "MEMINFO", "MemTotal: 8 kB\nMemAvailable: 4 kB\n"),
    "guards": Look(security.guards(), security, "SELINUX", "1\n"),
    "dnsmasq": Look(processes.dnsmasq("default"), processes, "PID_FILES", f"{os.getpid()}\n"),
}

#: What no file of the system's holds.
GARBAGE = {
    "no-text": b"\xff\xfe\x00nonsense\n",
    "empty": b"",
    "huge": b"x" * 8_000_000,
    "colons": b"::::\n:\nMemTotal:\nMemAvailable: x kB\n",
    "numbers": b"9" * 5000,
}

_EITHER = "unknown: `{0}`"
#: Reasons, or the answer where the file says nothing of what was asked.
LIES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "cpu": (_EITHER.format("malformed"), lambda _: False),
    "container": ("a container whose manager is not known by name", lambda answer: isinstance(answer, str)),
    "sysctl": ("the first 4 KiB, as they are: shown, and not what any check wants", lambda a: len(a) <= 4096),
    "system": ("a system of no known name", lambda answer: answer["id"] is None),
    "memory": (_EITHER.format("unreadable"), lambda _: False),
    "guards": ("it does not enforce: only the kernel's own word does", lambda a: not a["selinux"]),
    "dnsmasq": (_EITHER.format("unreadable"), lambda _: False),
}
MISSING: Mapping[str, tuple[str, Any]] = {
    "cpu": (_EITHER.format("unreadable"), "unreadable"),
    "container": ("a machine of its own, unless another manager has left its mark", None),
    "sysctl": ("there is no such setting", None),
    "system": ("a system of no known name", {"id": None, "version": None}),
    "memory": (_EITHER.format("unreadable"), "unreadable"),
    "guards": ("no SELinux here", {"selinux": False}),
    "dnsmasq": ("libvirt started none", None),
}
DENIED: Mapping[str, tuple[str, Any]] = {
    "cpu": (_EITHER.format("not-permitted"), "not-permitted"),
    "container": ("a container all the same: its file is there", "container"),
    "sysctl": (_EITHER.format("unreadable"), "unreadable"),
    "system": ("a system of no known name", {"id": None, "version": None}),
    "memory": (_EITHER.format("unreadable"), "unreadable"),
    "guards": (_EITHER.format("not-permitted"), "not-permitted"),
    "dnsmasq": (_EITHER.format("unreadable"), "unreadable"),
}
_FILES = {
    "cpu": "/proc/cpuinfo",
    "container": "/run/systemd/container",
    "sysctl": "a file of /proc/sys",
    "system": "/etc/os-release",
    "memory": "/proc/meminfo",
    "guards": "/sys/fs/selinux/enforce",
    "dnsmasq": "libvirt's file with the process id",
}


def _told(fault: str, done: str, outcomes: Mapping[str, tuple[str, Any]]) -> dict[tuple[str, str], Any]:
    return {(name, fault): (done.format(_FILES[name]), said) for name, (said, _) in outcomes.items()}


_HANGS = {
    (name, "hangs"): (f"a FIFO that nobody writes to lies at {_FILES[name]}", "as if it were empty, at once")
    for name in LOOKS
}
_CHANGES = {
    (name, "changes"): (f"{_FILES[name]} says something else the second time", "one run has one answer")
    for name in LOOKS
}


def _alone(source: str, fault: str, done: str, answer: str, test: str) -> Row:
    return Row(source, fault, done, answer, f"tests/faults/test_kernel.py::{test}")


FAMILY = Family(
    "What the kernel and the system keep",
    "The kernel answers by itself, in less than a millisecond; nobody is waited for. What lies there instead "
    "is read up to 64 KiB, and not waited for. Only the device of KVM may hang: it has 10 seconds.",
    (
        *cases(__name__, "test_lies", _told("lies", "{} holds no text, nothing, 8 MB, other rows", LIES))[0],
        *cases(__name__, "test_hangs", _HANGS)[0],
        *cases(__name__, "test_missing", _told("missing", "there is no {}", MISSING))[0],
        *cases(__name__, "test_denied", _told("denied", "{} may not be read by this user", DENIED))[0],
        *cases(__name__, "test_changes", _CHANGES)[0],
        _alone(
            *("dnsmasq", "changes", "the process dies; another program gets its number"),
            *("it does not run", "test_a_process_that_died"),
        ),
        _alone(
            *("dnsmasq", "denied", "the processes of others are hidden (hidepid=2)"),
            *("unknown: `not-permitted`", "test_hidden_processes"),
        ),
        _alone(
            *("kvm-modules", "lies", "a file and a dangling link among the modules, and names that are none"),
            *("only a module's own name counts", "test_modules_lie"),
        ),
        _alone(
            *("kvm-modules", "hangs", "a FIFO lies at /sys/module"),
            *("unknown: `unreadable`, at once", "test_modules_hang"),
        ),
        _alone(
            *("kvm-modules", "missing", "there is no /sys/module"),
            *("unknown: `unreadable`", "test_modules_missing"),
        ),
        _alone(
            *("kvm-modules", "denied", "/sys/module may not be read by this user"),
            *("unknown: `not-permitted`", "test_modules_denied"),
        ),
        _alone(
            *("kvm-modules", "changes", "a module is loaded between two questions of a run"),
            *("one run has one answer", "test_modules_change"),
        ),
        _alone(
            *("kvm-opened", "lies", "/dev/kvm is another device, which takes none of KVM's requests"),
            *("it opens, and is no KVM (`api` 0)", "test_another_device"),
        ),
        _alone(
            *("kvm-opened", "hangs", "opening /dev/kvm does not return"),
            *("unknown: `timed-out`", "test_a_device_that_hangs"),
        ),
        _alone(
            *("kvm-opened", "missing", "there is no /dev/kvm"),
            *("the error of opening it is the answer (ENOENT)", "test_no_device"),
        ),
        _alone(
            *("kvm-opened", "denied", "/dev/kvm may not be opened by this user"),
            *("the error of opening it is the answer (EACCES)", "test_a_device_of_others"),
        ),
        _alone(
            *("kvm-opened", "changes", "/dev/kvm goes between two questions of a run"),
            *("one run has one answer", "test_a_device_that_goes"),
        ),
        _alone(
            *("clock", "lies", "a file of the system is dated ahead of the clock"),
            *("the file is named as a witness; the clock is not believed", "test_a_clock_that_is_behind"),
        ),
        _alone(
            *("clock", "hangs", "a FIFO lies where a witness was"),
            *("its time is read like any other's, at once", "test_a_witness_that_hangs"),
        ),
        _alone(
            *("clock", "missing", "there is no witness, and no adjtimex(2)"),
            *("the time alone; whether it is synchronised is not known", "test_no_witness"),
        ),
        _alone(
            *("clock", "denied", "the witnesses lie in a folder that this user may not enter"),
            *("the time alone", "test_witnesses_of_others"),
        ),
        _alone(
            *("clock", "changes", "a witness is written between two questions of a run"),
            *("one run has one answer", "test_a_witness_that_changes"),
        ),
    ),
)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the source of the test looks: a path that is the test's to fill."""
    look = LOOKS[request.node.callspec.params["case"][0]]
    monkeypatch.setattr(cpu, "MARKERS", ())
    monkeypatch.setattr(security, "APPARMOR", str(tmp_path / "none"))
    inside = {"SYSCTL": "ip_forward", "PID_FILES": "default.pid"}.get(look.name)
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / (inside or "file")
    value: Any = str(folder if inside else path)
    monkeypatch.setattr(look.module, look.name, (value,) if look.name == "OS_RELEASE" else value)
    return path


def holds(answer: Any, expected: Any) -> bool:
    """Whether the answer is that, or has these fields."""
    if isinstance(expected, dict):
        return all(answer[name] == value for name, value in expected.items())
    return bool(answer == expected)


@pytest.mark.parametrize("case", [(name, "lies") for name in LIES], ids="-".join)
def test_lies(case: tuple[str, str], place: Path) -> None:
    sound = LIES[case[0]][1]
    for kind, content in GARBAGE.items():
        place.write_bytes(content)
        answer = ask(LOOKS[case[0]].question)
        assert answer in ("malformed", "unreadable") or sound(answer), (kind, answer)


@pytest.mark.parametrize("case", _HANGS, ids="-".join)
def test_hangs(case: tuple[str, str], place: Path) -> None:
    os.mkfifo(place)
    began = time.monotonic()
    answer = ask(LOOKS[case[0]].question)
    assert answer in ("malformed", "unreadable") or LIES[case[0]][1](answer)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("case", [(name, "missing") for name in MISSING], ids="-".join)
def test_missing(case: tuple[str, str], place: Path) -> None:
    assert not place.exists()
    assert holds(ask(LOOKS[case[0]].question), MISSING[case[0]][1])


@pytest.mark.parametrize("case", [(name, "denied") for name in DENIED], ids="-".join)
def test_denied(case: tuple[str, str], place: Path) -> None:
    place.write_text(LOOKS[case[0]].well)
    place.chmod(0)
    with nobody():
        answer = ask(LOOKS[case[0]].question)
    assert holds(answer, DENIED[case[0]][1])


@pytest.mark.parametrize("case", _CHANGES, ids="-".join)
def test_changes(case: tuple[str, str], place: Path) -> None:
    look, host = LOOKS[case[0]], LiveHost(Machine({}))
    place.write_text(look.well)
    first = ask(look.question, host)
    assert first not in ("malformed", "unreadable", None)
    place.write_text("other\n")
    assert ask(look.question, host) == first


# Processes.


def test_a_process_that_died(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PID_FILES", str(tmp_path))
    with subprocess.Popen(["sleep", "30"]) as another:
        (tmp_path / "default.pid").write_text(str(another.pid))
        expected = {"pid": another.pid, "running": False}
        assert ask(processes.dnsmasq("default")) == expected
        another.kill()
    assert ask(processes.dnsmasq("default")) == expected


def test_hidden_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PID_FILES", str(tmp_path))
    (tmp_path / "default.pid").write_text("1")
    monkeypatch.setattr(processes, "PROC", str(tmp_path))
    assert ask(processes.dnsmasq("default")) == "not-permitted"


# The modules of the kernel.


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "module"
    monkeypatch.setattr(cpu, "SYS_MODULE", str(path))
    return path


def test_modules_lie(modules: Path) -> None:
    (modules / "kvm_amd").mkdir(parents=True)
    (modules / "kvm_intel_of_mine").mkdir()
    os.mkdir(os.fsencode(modules) + b"/kvm\xff")
    assert ask(cpu.kvm_modules()) == ["kvm_amd"]


def test_modules_hang(modules: Path) -> None:
    os.mkfifo(modules)
    assert ask(cpu.kvm_modules()) == "unreadable"


def test_modules_missing(modules: Path) -> None:
    assert not modules.exists()
    assert ask(cpu.kvm_modules()) == "unreadable"


def test_modules_denied(modules: Path) -> None:
    (modules / "kvm").mkdir(parents=True)
    modules.chmod(0)
    with nobody():
        assert ask(cpu.kvm_modules()) == "not-permitted"


def test_modules_change(modules: Path) -> None:
    (modules / "kvm").mkdir(parents=True)
    host = LiveHost(Machine({}))
    assert ask(cpu.kvm_modules(), host) == ["kvm"]
    (modules / "kvm_intel").mkdir()
    assert ask(cpu.kvm_modules(), host) == ["kvm"]


# The device of KVM.


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kvm"
    monkeypatch.setattr(kvm, "DEVICE", str(path))
    return path


def test_another_device(device: Path) -> None:
    device.symlink_to("/dev/null")
    assert ask(kvm.kvm_opened()) == {"errno": 0, "api": 0, "machine": None}


def test_a_device_that_hangs(device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a FIFO to read and write does not wait: what waits here is the request to the device."""
    os.mkfifo(device)
    monkeypatch.setattr("tutor.host.live.LIMIT", 0.3)
    monkeypatch.setattr(kvm, "_version", lambda _device: time.sleep(2))
    assert ask(kvm.kvm_opened()) == "timed-out"


def test_no_device(device: Path) -> None:
    assert not device.exists()
    assert ask(kvm.kvm_opened()) == {"errno": 2, "api": 0, "machine": None}


def test_a_device_of_others(device: Path) -> None:
    device.touch(mode=0)
    with nobody():
        assert ask(kvm.kvm_opened()) == {"errno": 13, "api": 0, "machine": None}


def test_a_device_that_goes(device: Path) -> None:
    device.symlink_to("/dev/null")
    host = LiveHost(Machine({}))
    assert ask(kvm.kvm_opened(), host)["errno"] == 0
    device.unlink()
    assert ask(kvm.kvm_opened(), host)["errno"] == 0


# The clock.


@pytest.fixture
def witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "status"
    monkeypatch.setattr(clock, "WITNESSES", (str(path),))
    return path


def test_a_clock_that_is_behind(witness: Path) -> None:
    witness.touch()
    os.utime(witness, (4_000_000_000, 4_000_000_000))
    seen = ask(clock.clock())
    assert (seen["seen"], seen["witness"]) == (4_000_000_000, str(witness))
    assert seen["now"] < seen["seen"]


def test_a_witness_that_hangs(witness: Path) -> None:
    os.mkfifo(witness)
    assert ask(clock.clock())["witness"] == str(witness)


def test_no_witness(witness: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not witness.exists()
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert ask(clock.clock()) == {**ask(clock.clock()), "seen": 0, "witness": None, "synchronised": None}


def test_witnesses_of_others(witness: Path) -> None:
    witness.touch()
    witness.parent.chmod(0)
    with nobody():
        assert ask(clock.clock())["witness"] is None


def test_a_witness_that_changes(witness: Path) -> None:
    witness.touch()
    host = LiveHost(Machine({}))
    first = ask(clock.clock(), host)
    os.utime(witness, (4_000_000_000, 4_000_000_000))
    assert ask(clock.clock(), host) == first
