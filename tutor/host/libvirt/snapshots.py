"""Snapshots of a domain."""

from __future__ import annotations

from typing import Any

from tutor.host.libvirt.connection import NO_DOMAIN, ask
from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.host.xml import parse
from tutor.shape import TypedDict


class Snapshot(TypedDict):
    """A snapshot that libvirt has metadata of.

    ``created`` is in seconds since the epoch; ``state`` is the domain's own at that time;
    ``memory`` and each disk's ``snapshot`` are ``internal``, ``external`` or ``no``.
    """

    name: str
    parent: str | None
    current: bool
    created: int
    description: str
    state: str
    memory: str
    disks: dict[str, str]


def snapshots(uri: str, domain: str) -> Question[list[Snapshot] | None]:
    """A domain's snapshots, oldest first; None where there is no such domain."""
    return Question("libvirt.snapshots", list[Snapshot] | None, (uri, domain))  # type: ignore[arg-type]


@source("libvirt.snapshots", by="libvirt", apart=True)
def look_at_snapshots(machine: Machine, uri: str, domain: str) -> list[Snapshot] | None:
    """See :func:`snapshots`."""

    def describe(handle: Any) -> list[Snapshot]:
        subject = handle.lookupByName(domain)
        # Asked once: each asking of a snapshot whether it is the one would be a call of its own.
        current = subject.snapshotCurrent(0).getName() if subject.hasCurrentSnapshot(0) else None
        found = [_describe(one, current) for one in subject.listAllSnapshots(0)]
        return sorted(found, key=lambda one: (one["created"], one["name"]))

    return ask(machine, uri, describe, NO_DOMAIN)


def _describe(found: Any, current: str | None) -> Snapshot:
    root = parse(found.getXMLDesc(0))
    memory = root.find("memory")
    return {
        "name": found.getName(),
        "parent": root.findtext("parent/name"),
        "current": found.getName() == current,
        "created": int(root.findtext("creationTime") or 0),
        "description": (root.findtext("description") or "").strip(),
        "state": root.findtext("state") or "",
        "memory": memory.get("snapshot", "no") if memory is not None else "no",
        "disks": {
            disk.get("name", ""): disk.get("snapshot", "internal") for disk in root.findall("disks/disk")
        },
    }
