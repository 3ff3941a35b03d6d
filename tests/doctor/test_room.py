"""Room on the disk and in memory."""

from __future__ import annotations

from typing import Any

from tests.doctor.world import NEEDS, codes
from tutor.course.load import load_course
from tutor.course.variables import resolve
from tutor.doctor.needs import MIB, needs_of
from tutor.doctor.probes.room import LEAST_DISK

GIB = 1024 * MIB


def disk(free: int, *, files: int | None = 10_000, read_only: bool = False) -> dict[Any, Any]:
    path = "/var/lib/libvirt/images"
    return {"space": {"path": path, "total": 100 * GIB, "free": free, "files": files, "read_only": read_only}}


def test_the_disk() -> None:
    assert codes("disk", disk(31 * GIB)) == []
    assert codes("disk", disk(29 * GIB)) == ["disk-small"]
    assert codes("disk", disk(LEAST_DISK)) == ["disk-small"]
    assert codes("disk", disk(LEAST_DISK - 1)) == ["disk-full"]
    assert codes("disk", disk(40 * GIB, files=3)) == ["no-more-files"]
    assert codes("disk", disk(40 * GIB, files=None)) == []
    assert codes("disk", disk(0, read_only=True)) == ["read-only"]


def test_memory() -> None:
    def with_(total: int, available: int) -> dict[Any, Any]:
        return {"memory": {"total": total, "available": available}}

    assert codes("memory", with_(8 * GIB, 4 * GIB)) == []
    assert codes("memory", with_(8 * GIB, GIB)) == ["memory-low"]
    assert codes("memory", with_(2 * GIB, 2 * GIB)) == ["memory-small"]


def test_the_needs_are_computed_from_the_course() -> None:
    course = load_course(None, "sv")
    assert needs_of(course, resolve(course)) == NEEDS
