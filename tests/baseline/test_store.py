"""The stored baseline: whole or not at all, and never taken for what it is not."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.baseline.world import domain, machine, network, place
from tutor.baseline.complete import completed, has_gaps
from tutor.baseline.place import open_path, whole_path
from tutor.baseline.records import Baseline, Machine
from tutor.baseline.store import BaselineError, glance, load, save
from tutor.baseline.things import Thing

FILE = Thing("file", ("/f",), "s/f")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def baseline(of: Machine) -> Baseline:
    return {
        "baseline": "libvirt-tutor",
        "schema": 1,
        "tool": "1",
        "taken": "2026-01-01T12:00:00+00:00",
        "completed": None,
        "machine": of,
    }


def full() -> Machine:
    return machine(
        [FILE],
        libvirt={"domains": [domain("u", "vm")], "networks": [network("n", "default")], "pools": []},
        lines={"/rc": {"there": True, "found": {"export": ["export X"]}, "more": True}},
    )


def test_it_comes_back_as_it_was(environ: dict[str, str]) -> None:
    assert load(environ, "libvirt") is None
    save(environ, "libvirt", baseline(full()))
    assert load(environ, "libvirt") == glance(environ, "libvirt") == baseline(full())
    path = Path(whole_path(environ, "libvirt"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load(environ, "another") is None


def test_one_with_gaps_lies_elsewhere_until_they_are_closed(environ: dict[str, str]) -> None:
    save(environ, "libvirt", baseline({**full(), "firewall": None}))
    assert not os.path.exists(whole_path(environ, "libvirt"))
    assert os.path.exists(open_path(environ, "libvirt"))
    save(environ, "libvirt", baseline(full()))
    assert load(environ, "libvirt") == baseline(full())
    assert not os.path.exists(open_path(environ, "libvirt"))


def test_a_course_cannot_name_a_file_elsewhere(environ: dict[str, str], tmp_path: Path) -> None:
    for course in ("../../x", "/etc/passwd", "", "a\nb"):
        assert Path(whole_path(environ, course)).parent == tmp_path / ".local/state/libvirt-tutor/baseline"


DAMAGES: dict[str, Any] = {
    "empty": b"",
    "cut off": b'{"baseline": "libvirt-tutor", "schema": 1',
    "no object": b"[]",
    "nested": b"[" * 100_000,
    "another schema": json.dumps({**baseline(full()), "schema": 2}).encode(),
    "another file": json.dumps({**baseline(full()), "baseline": "other"}).encode(),
    "a part is missing": json.dumps({**baseline(full()), "machine": {}}).encode(),
    "of another shape": json.dumps(
        {**baseline(full()), "machine": {**full(), "places": {"/f": True}}}
    ).encode(),
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_not_used(environ: dict[str, str], content: bytes) -> None:
    path = Path(whole_path(environ, "libvirt"))
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(BaselineError):
        load(environ, "libvirt")


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_what_is_no_file_is_not_used(environ: dict[str, str], tmp_path: Path, kind: str) -> None:
    path = Path(whole_path(environ, "libvirt"))
    path.parent.mkdir(parents=True)
    if kind == "link":
        (tmp_path / "real").write_text(json.dumps(baseline(full())))
        path.symlink_to(tmp_path / "real")
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(BaselineError):
        load(environ, "libvirt")


def test_gaps_are_what_could_not_be_seen() -> None:
    assert not has_gaps(full())
    assert has_gaps({**full(), "libvirt": None})
    assert has_gaps({**full(), "firewall": None})
    assert has_gaps({**full(), "places": {"/f": place(there=None)}})
    assert has_gaps({**full(), "lines": {"/rc": {"there": None, "found": {}, "more": True}}})
    # A machine without libvirt: what its networks are like is seen once it is there.
    assert has_gaps({**full(), "libvirt": None, "absent": True})
    running = {"default": {"active": True, "autostart": True}}
    assert not has_gaps({**full(), "libvirt": None, "absent": True, "started": running})  # type: ignore[typeddict-item]


def test_a_gap_is_closed_by_what_is_there_then() -> None:
    before = machine([FILE], libvirt=None, firewall=None, places={"/f": place(there=None)})
    now = full()
    now["places"]["/f"] = place()
    after = completed(before, now)
    assert after["libvirt"] == now["libvirt"]
    assert after["firewall"] == now["firewall"]
    assert after["places"]["/f"]["there"] is True


def test_what_was_seen_stays_as_it_was_seen() -> None:
    before = machine([FILE])
    now = full()
    now["places"] = {"/f": place(), "/new": place()}
    now["firewall"] = {"tables": ["ip labb"], "rules": {}, "handles": {}}
    after = completed(before, now)
    assert after["libvirt"] == before["libvirt"]
    assert after["firewall"] == before["firewall"]
    assert after["places"]["/f"]["there"] is False
    assert after["places"]["/new"]["there"] is True, "a name of which nothing is known counts as it is now"


def test_no_libvirt_at_all_is_seen_and_stays() -> None:
    before = machine([FILE], libvirt=None, absent=True)
    now = {**full(), "started": {"default": {"active": False, "autostart": False}}}
    after = completed(before, now)  # type: ignore[arg-type]
    assert (after["absent"], after["libvirt"]) == (True, None)
    assert after["started"] == now["started"]
    later = completed(after, {**full(), "started": {"default": {"active": True, "autostart": True}}})
    assert later["started"] == after["started"]
