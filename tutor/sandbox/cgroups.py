"""A control group for each machine: its init believes the tree below is its own (cgroups(7))."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# A new group of cpuset version 1 has no processors until somebody gives it some; no machine needs one.
_UNUSED = "cpuset"


def own_groups() -> list[Path]:
    """Return the groups this process is in, in every mounted hierarchy, version 1 and 2, as directories."""
    membership = dict(_memberships())
    groups = [Path(f"{mount}/{membership.get(kind, '').lstrip('/')}") for mount, kind in _hierarchies()]
    return [group for group in groups if (group / "cgroup.procs").exists()]


def below_ours(name: str) -> list[Path]:
    """Return the group called ``name`` below each of this process's; none is made."""
    return [group / name for group in own_groups()]


def create(groups: Iterable[Path]) -> None:
    """Make these groups."""
    for group in groups:
        group.mkdir(exist_ok=True)


def members(groups: Iterable[Path]) -> list[int]:
    """Return the processes in these groups and below them, as this host numbers them."""
    found: set[int] = set()
    for group in groups:
        for directory, _, _ in os.walk(group):
            # A group may go away meanwhile, with its processes.
            with contextlib.suppress(OSError):
                found.update(map(int, Path(directory, "cgroup.procs").read_text().split()))
    return sorted(found - {0})


def remove(groups: Iterable[Path]) -> None:
    """Remove these groups and what the machine made in them; its processes must be gone."""
    for group in groups:
        for directory, _, _ in os.walk(group, topdown=False):
            # Busy means a process is still ending: nothing worse than an empty group stays.
            with contextlib.suppress(OSError):
                Path(directory).rmdir()


def _hierarchies() -> list[tuple[str, str]]:
    """Return mount point and kind (its controllers; nothing for version 2) of the mounted hierarchies."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind == "cgroup2":
            found.append((before.split()[4], ""))
        if kind == "cgroup" and _UNUSED not in options:
            found.append((before.split()[4], _controllers(options)))
    return found


def _memberships() -> list[tuple[str, str]]:
    """Return kind and path of the groups this process is in."""
    rows = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    return [(controllers, path) for _, controllers, path in rows]


def _controllers(options: str) -> str:
    """Pick the controllers out of the mount options, in the spelling of /proc/self/cgroup."""
    plain = {"rw", "ro", "seclabel", "xattr", "clone_children"}
    words = [
        word for word in options.split(",") if word not in plain and not word.startswith("release_agent=")
    ]
    return ",".join(words)
