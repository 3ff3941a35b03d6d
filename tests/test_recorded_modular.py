"""A machine whose libvirt is modular, from a recording: no package of Debian's has these daemons.

The recording is a real machine's but for what systemd says of the daemons, and whether libvirt answers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_recorded import EVERYWHERE, checks_of, judge, recorded

DAEMONS = ("virtqemud", "virtnetworkd", "virtstoraged")
ASLEEP = {"load": "loaded", "active": "inactive", "sub": "dead", "file": "disabled"}
RUNNING = {"load": "loaded", "active": "active", "sub": "running", "file": "enabled"}
LISTENING = {"load": "loaded", "active": "active", "sub": "listening", "file": "enabled"}
NOT_THERE = {"load": "not-found", "active": "inactive", "sub": "dead", "file": ""}
DEAD = {"load": "loaded", "active": "inactive", "sub": "dead", "file": "disabled"}
SILENT = {"open": False, "code": 38, "errno": 2, "libvirt": 0, "hypervisor": 0}
STEP = "install/libvirt"


def modular(folder: Path, service: Any, socket: Any, **units: Any) -> Path:
    """A recording of a machine with modular daemons in these states; ``units`` are sockets that differ."""
    recording = json.loads(json.dumps(recorded("done-debian-13-nftables")))
    found = recording["observations"]
    for name in DAEMONS:
        found[f'unit["{name}.service"]']["value"] = service
        found[f'unit["{name}.socket"]']["value"] = units.get(name, socket)
    for kind in ("service", "socket"):
        found[f'unit["libvirtd.{kind}"]']["value"] = NOT_THERE
    if DEAD in (socket, *units.values()):
        for access in ("read", "write"):
            found[f'libvirt.connection["qemu:///system","{access}"]']["value"] = SILENT
    path = folder / "modular.json"
    path.write_text(json.dumps(recording))
    return path


def told(path: Path, name: str) -> dict[str, Any]:
    """What is said of one check of the step."""
    _, document = judge(path, "json", STEP)
    return next(one for one in checks_of(document) if one["id"] == f"{STEP}/{name}")


@pytest.mark.parametrize("service", [ASLEEP, RUNNING])
def test_the_whole_course_is_as_on_the_machine_itself(tmp_path: Path, service: dict[str, str]) -> None:
    _, document = judge(modular(tmp_path, service, LISTENING), "json")
    red = {one["id"]: one["code"] for one in checks_of(document) if one["status"] == "fail"}
    assert red == EVERYWHERE
    assert not [one for one in checks_of(document) if one["status"] == "unknown"]


def test_the_daemons_are_named(tmp_path: Path) -> None:
    path = modular(tmp_path, ASLEEP, LISTENING)
    assert told(path, "daemon")["observed"] == "virtqemud, virtnetworkd, virtstoraged: up"
    assert "only the socket is enabled" in told(path, "enabled")["note"]
    assert told(modular(tmp_path, RUNNING, LISTENING), "enabled")["note"] is None


def test_one_of_them_does_not_listen(tmp_path: Path) -> None:
    path = modular(tmp_path, ASLEEP, LISTENING, virtnetworkd=DEAD)
    assert told(path, "daemon")["code"] == "stopped"
    assert told(path, "daemon")["fix"] == ["sudo systemctl start virtqemud virtnetworkd virtstoraged"]
    assert told(path, "enabled")["fix"] == ["sudo systemctl enable virtqemud virtnetworkd virtstoraged"]
