"""The sources that doctor asks, on this host's own files and on what programs print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tutor.host import clock, listeners, reach, room, security, starting
from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.host.question import Unobservable


def machine(stdout: str = "", code: int = 0, stderr: str = "") -> Machine:
    """One whose programs all say this."""

    def run(_argv: Any, **_rest: Any) -> Completed:
        return Completed(code, stdout, stderr)

    return Machine(run_program=run)


SS = """\
udp UNCONN 0      0       192.168.122.1:53 0.0.0.0:* users:(("dnsmasq",pid=206,fd=5))
udp UNCONN 0      0      0.0.0.0%virbr0:67 0.0.0.0:* users:(("dnsmasq",pid=206,fd=3))
tcp LISTEN 0      32           0.0.0.0:53 0.0.0.0:*
tcp LISTEN 0      128             [::]:22    [::]:* users:(("evil\\") ",pid=x
udp UNCONN 0      0   127.0.0.53%lo:53 0.0.0.0:*
udp UNCONN 0      0   [fe80::1]%eth0:546 *:*
"""


def test_listeners_as_ss_prints_them() -> None:
    found = listeners.look_at_listeners(machine(SS))
    assert [(one["protocol"], one["address"], one["port"], one["interface"]) for one in found] == [
        ("udp", "192.168.122.1", 53, None),
        ("udp", "*", 67, "virbr0"),
        ("tcp", "*", 53, None),
        ("tcp", "*", 22, None),
        ("udp", "127.0.0.53", 53, "lo"),
        ("udp", "fe80::1", 546, "eth0"),
    ]
    assert found[0]["program"] == "dnsmasq"
    assert found[0]["pid"] == 206
    assert found[2]["program"] is None


def test_ss_that_fails_is_no_answer() -> None:
    with pytest.raises(Unobservable, match="failed"):
        listeners.look_at_listeners(machine(code=1, stderr="netlink"))


def test_the_unit_of_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "PROC", str(tmp_path))
    (tmp_path / "7").mkdir()
    (tmp_path / "7/cgroup").write_text("1:cpu:/\n0::/system.slice/named.service\n")
    assert listeners._unit(7) == "named.service"
    (tmp_path / "7/cgroup").write_text("0::/user.slice/user-1000.slice/session-1.scope\n")
    assert listeners._unit(7) is None
    assert listeners._unit(8) is None


def test_the_way_to_an_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_account", lambda: ("qemu", 64055, [64055]))
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    for above in (tmp_path, *tmp_path.parents):
        if not above.stat().st_mode & 1:
            monkeypatch.setattr(reach, "_above", lambda path: [os.path.dirname(path)])
    folder.chmod(0o755)
    assert _last(folder) == {"path": str(folder), "passable": True}
    folder.chmod(0o750)
    assert _last(folder) == {"path": str(folder), "passable": False}
    folder.chmod(0o711)
    assert _last(folder)["passable"]


def _last(folder: Path) -> Any:
    return reach.look_at_way(Machine(), str(folder / "x.iso"))["steps"][-1]


@pytest.mark.parametrize(
    ("mode", "entries", "expected"),
    [
        (0o700, [(2, 1, 64055), (16, 7, 0)], True),
        (0o755, [(2, 6, 64055), (16, 7, 0)], False),
        (0o700, [(2, 1, 64055), (16, 6, 0)], False),
        (0o700, [(8, 1, 77), (16, 7, 0)], True),
        (0o700, [(8, 1, 78), (16, 7, 0)], False),
        (0o701, [(2, 1, 1000), (16, 7, 0)], True),
    ],
)
def test_access_control_lists(
    mode: int,
    entries: list[tuple[int, int, int]],
    expected: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    os.chmod(tmp_path, mode)
    monkeypatch.setattr(reach, "_entries", lambda _folder: entries)
    assert reach._passable(str(tmp_path), 64055, [77]) is expected


def test_a_list_as_the_kernel_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    value = b"\x02\0\0\0" + b"\x02\0\x01\0" + (64055).to_bytes(4, "little") + b"\x10\0\x07\0\xff\xff\xff\xff"
    monkeypatch.setattr(os, "getxattr", lambda *_args: value)
    assert reach._entries("/x") == [(2, 1, 64055), (16, 7, 0xFFFFFFFF)]


def test_room_where_nothing_lies_yet(tmp_path: Path) -> None:
    found = room.look_at_space(Machine(), str(tmp_path / "not" / "there"))
    assert found["path"] == str(tmp_path)
    assert 0 < found["free"] <= found["total"]
    assert not found["read_only"]


def test_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < room.look_at_memory(Machine())["available"] <= room.look_at_memory(Machine())["total"]
    path = tmp_path / "meminfo"
    monkeypatch.setattr(room, "MEMINFO", str(path))
    with pytest.raises(Unobservable):
        room.look_at_memory(Machine())
    path.write_text("MemTotal: many kB\n")
    with pytest.raises(Unobservable):
        room.look_at_memory(Machine())


def test_the_clock_and_its_witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = tmp_path / "older", tmp_path / "newer"
    for path, seconds in ((older, 1_000), (newer, 2_000)):
        path.touch()
        os.utime(path, (seconds, seconds))
    monkeypatch.setattr(clock, "WITNESSES", (str(older), str(newer), str(tmp_path / "none")))
    found = clock.look_at_clock(Machine())
    assert (found["seen"], found["witness"]) == (2_000, str(newer))
    assert found["now"] > 1_767_225_600
    assert found["synchronised"] in (True, False, None)
    monkeypatch.setattr(clock, "WITNESSES", ())
    assert clock.look_at_clock(Machine())["witness"] is None


APPARMOR = (
    '{"MESSAGE": "audit: type=1400 apparmor=\\"DENIED\\" operation=\\"open\\" '
    'profile=\\"libvirt-1234\\" name=\\"/home/student/cd.iso\\" pid=7"}'
)
OTHERS = '{"MESSAGE": "audit: apparmor=\\"DENIED\\" profile=\\"snap.firefox\\" name=\\"/x\\""}'
NO_MESSAGES = '{"MESSAGE": [1]}\n{"MESSAGE": null}'
AVC = (
    '{"MESSAGE": "avc:  denied  { read } for  pid=7 comm=\\"qemu\\" name=\\"cd.iso\\" dev=\\"sda\\" '
    'scontext=system_u:system_r:svirt_t:s0 tcontext=x"}'
)


def test_refusals_in_the_kernels_log() -> None:
    found = list(security._refusals(f"{APPARMOR}\n{OTHERS}\n{NO_MESSAGES}\n{AVC}"))
    assert found == [
        {"profile": "libvirt-1234", "name": "/home/student/cd.iso"},
        {"profile": "system_u:system_r:svirt_t:s0", "name": "cd.iso"},
    ]


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (("virsh 9\n9.0.0\n", 0, ""), {"code": 0, "said": "9.0.0"}),
        (("", 1, "Traceback\nModuleNotFoundError: gi\n"), {"code": 1, "said": "ModuleNotFoundError: gi"}),
        (("", 0, ""), {"code": 0, "said": ""}),
    ],
)
def test_a_program_that_is_started(done: Any, expected: Any) -> None:
    assert starting.start(machine(*done), [("sh",)]) == {("sh",): expected}
    assert starting.start(machine(), [("no-such-program",)]) == {("no-such-program",): None}


def test_half_installed_packages() -> None:
    said = "a\tinstalled\nb\tunpacked\nc\tconfig-files\nd\thalf-configured\ne\ttriggers-pending\n"
    assert starting.audit(machine(said)) == ["b", "d"]
