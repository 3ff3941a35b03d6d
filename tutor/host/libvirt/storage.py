"""Storage pools and volumes."""

from __future__ import annotations

from typing import Any

from tutor.host.libvirt.connection import NO_STORAGE_VOL, ask
from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict


class Pool(TypedDict):
    """A storage pool, with its live and its persistent definition."""

    name: str
    active: bool
    persistent: bool
    autostart: bool
    xml: str
    inactive_xml: str


class Volume(TypedDict):
    """A volume: the pool that holds it, and libvirt's description of it."""

    name: str
    pool: str
    xml: str


def pools(uri: str) -> Question[list[Pool]]:
    """All storage pools, by name."""
    return Question("libvirt.pools", list[Pool], (uri,))


def volume(uri: str, path: str) -> Question[Volume | None]:
    """The volume whose file is ``path`` (absolute); None where no active pool knows one.

    A pool knows what it saw when it was last refreshed: the file itself is the better witness.
    """
    return Question("libvirt.volume", Volume | None, (uri, path))  # type: ignore[arg-type]


@source("libvirt.pools", by="libvirt", apart=True)
def list_pools(machine: Machine, uri: str) -> list[Pool]:
    """See :func:`pools`."""

    def describe(handle: Any) -> list[Pool]:
        return sorted(
            (_pool(found) for found in handle.listAllStoragePools(0)), key=lambda pool: pool["name"]
        )

    return ask(machine, uri, describe, NO_STORAGE_VOL) or []


@source("libvirt.volume", by="libvirt", apart=True)
def look_at_volume(machine: Machine, uri: str, path: str) -> Volume | None:
    """See :func:`volume`."""

    def describe(handle: Any) -> Volume:
        found = handle.storageVolLookupByPath(path)
        return {
            "name": found.name(),
            "pool": found.storagePoolLookupByVolume().name(),
            "xml": found.XMLDesc(0),
        }

    return ask(machine, uri, describe, NO_STORAGE_VOL)


def _pool(found: Any) -> Pool:
    inactive = 1  # VIR_STORAGE_XML_INACTIVE
    persistent = bool(found.isPersistent())
    return {
        "name": found.name(),
        "active": bool(found.isActive()),
        "persistent": persistent,
        "autostart": bool(persistent and found.autostart()),
        "xml": found.XMLDesc(0),
        "inactive_xml": found.XMLDesc(inactive),
    }
