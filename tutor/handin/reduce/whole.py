"""Answers that are needed as they are, and tell of nothing but what the course is about."""

from __future__ import annotations

from typing import Any

from tutor.handin.reduce.context import Context, reducer


@reducer(
    # The machine: processor, kernel, distribution, a keyed hash of the machine's id.
    *("container", "cpu", "kvm-modules", "system", "sysctl"),
    # What is installed and runs, of what the course names.
    *("package", "program", "unit", "dnsmasq"),
    # The files that the course names: kind, owner and size, and of images format and size.
    *("file", "image", "link"),
    # Of libvirt, by name: whether it answers, sizes of disks, whether something is in the wrong mode.
    *("libvirt.connection", "libvirt.block-device", "libvirt.pool-volume", "libvirt.in-session"),
    "libvirt.snapshots",
    # Whether a packet gets through takes every route.
    "routes",
    # The student's own answers, and what was seen of snapshots before they were removed.
    *("answers", "remembered"),
)
def whole(value: Any, _args: tuple[str, ...], _context: Context) -> Any:
    """As it is."""
    return value
