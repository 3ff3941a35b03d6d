"""Everything that libvirt holds, with what tells one thing from another of the same name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tutor.host.libvirt.connection import code_of, connect, unanswered
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.host.xml import parse
from tutor.shape import TypedDict

# Codes of virErrorNumber: what was listed a moment ago and is gone now.
_GONE = (42, 43, 49, 50, 72)

_INACTIVE_DOMAIN = 2  # VIR_DOMAIN_XML_INACTIVE
_INACTIVE_NETWORK = 1  # VIR_NETWORK_XML_INACTIVE


class HeldSnapshot(TypedDict):
    """A snapshot of a domain, with its parent's name."""

    name: str
    parent: str | None


class HeldDomain(TypedDict):
    """A domain. Its definitions, live and persistent, are taken together.

    ``disks`` are the files that it may write to; ``files`` all that it rests on: those, what backs
    them, its media, its firmware's variables. ``pools`` are those whose volumes it names.
    """

    uuid: str
    name: str
    active: bool
    persistent: bool
    disks: list[str]
    files: list[str]
    networks: list[str]
    pools: list[str]
    snapshots: list[HeldSnapshot]


class HostEntry(TypedDict):
    """An address that a network keeps for a guest."""

    mac: str | None
    name: str | None
    ip: str | None


class HeldNetwork(TypedDict):
    """A network; ``live`` and ``kept`` are the entries of what runs, and of its definition."""

    uuid: str
    name: str
    active: bool
    persistent: bool
    autostart: bool
    live: list[HostEntry]
    kept: list[HostEntry]


class HeldVolume(TypedDict):
    """A volume, with the file that backs it."""

    path: str
    backing: str | None


class HeldPool(TypedDict):
    """A storage pool; the volumes are those of an active one."""

    uuid: str
    name: str
    active: bool
    persistent: bool
    volumes: list[HeldVolume]


class Inventory(TypedDict):
    """All domains, networks and storage pools, by uuid."""

    domains: list[HeldDomain]
    networks: list[HeldNetwork]
    pools: list[HeldPool]


def inventory(uri: str, *, refresh: bool = False) -> Question[Inventory]:
    """All that libvirt holds on ``uri``.

    :param refresh: have the pools look at their folders first; a pool knows what it saw the last time.
    """
    return Question("libvirt.inventory", Inventory, (uri, "refresh" if refresh else ""))


@source("libvirt.inventory", by="libvirt", apart=True)
def look_at_inventory(machine: Machine, uri: str, refresh: str) -> Inventory:
    """See :func:`inventory`."""
    if refresh:
        # Asked of the writing connection; where this user has none, what the pools know has to do.
        with contextlib.suppress(Exception):
            connect(machine, uri, "write").call(_refresh)
    try:
        return connect(machine, uri).call(_describe)
    except Unobservable:
        raise
    except Exception as error:  # noqa: BLE001 - said why there is none
        raise unanswered(uri, error) from None


def _refresh(handle: Any) -> None:
    for pool in handle.listAllStoragePools(0):
        with contextlib.suppress(Exception):
            pool.refresh(0)


def _describe(handle: Any) -> Inventory:
    return {
        "domains": list(_each(handle.listAllDomains(0), _domain)),
        "networks": list(_each(handle.listAllNetworks(0), _network)),
        "pools": list(_each(handle.listAllStoragePools(0), _pool)),
    }


def _each(found: list[Any], describe: Callable[[Any], Any]) -> Iterator[Any]:
    """Each described, in the order of their uuids; what is gone meanwhile is left out."""
    yield from _still_there(sorted(found, key=lambda one: str(one.UUIDString())), describe)


def _still_there(found: Iterable[Any], describe: Callable[[Any], Any]) -> Iterator[Any]:
    """Each described, but for what was listed a moment ago and is gone now."""
    for one in found:
        try:
            yield describe(one)
        except Exception as error:
            if code_of(error) not in _GONE:
                raise


def _domain(found: Any) -> HeldDomain:
    documents = [parse(found.XMLDesc(flags)) for flags in (0, _INACTIVE_DOMAIN)]
    disks = [disk for document in documents for disk in document.findall("devices/disk")]
    own = [disk for disk in disks if disk.get("device", "disk") == "disk" and disk.find("readonly") is None]
    sources = [each for disk in disks for each in disk.iter("source")]
    nvram = [(document.findtext("os/nvram") or "").strip() for document in documents]
    return {
        "uuid": found.UUIDString(),
        "name": found.name(),
        "active": bool(found.isActive()),
        "persistent": bool(found.isPersistent()),
        "disks": _known(_path(disk.find("source")) for disk in own),
        "files": _known([*(_path(each) for each in sources), *nvram]),
        "networks": _known(
            each.get("network")
            for document in documents
            for each in document.findall("devices/interface/source")
        ),
        "pools": _known(each.get("pool") for each in sources),
        "snapshots": list(_still_there(_by_name(found.listAllSnapshots(0)), _snapshot)),
    }


def _by_name(snapshots: list[Any]) -> list[Any]:
    return sorted(snapshots, key=lambda one: str(one.getName()))


def _snapshot(found: Any) -> HeldSnapshot:
    return {"name": found.getName(), "parent": parse(found.getXMLDesc(0)).findtext("parent/name")}


def _path(source: Any) -> str | None:
    """The file that a disk's source names."""
    return None if source is None else source.get("file") or source.get("dev")


def _known(names: Any) -> list[str]:
    return sorted({str(name) for name in names if name})


def _network(found: Any) -> HeldNetwork:
    persistent = bool(found.isPersistent())
    return {
        "uuid": found.UUIDString(),
        "name": found.name(),
        "active": bool(found.isActive()),
        "persistent": persistent,
        "autostart": bool(persistent and found.autostart()),
        "live": _entries(found.XMLDesc(0)) if found.isActive() else [],
        "kept": _entries(found.XMLDesc(_INACTIVE_NETWORK)) if persistent else [],
    }


def _entries(document: str) -> list[HostEntry]:
    return [
        {"mac": one.get("mac"), "name": one.get("name"), "ip": one.get("ip")}
        for one in parse(document).findall("ip/dhcp/host")
    ]


def _pool(found: Any) -> HeldPool:
    active = bool(found.isActive())
    return {
        "uuid": found.UUIDString(),
        "name": found.name(),
        "active": active,
        "persistent": bool(found.isPersistent()),
        "volumes": list(_still_there(_volumes(found), _volume)) if active else [],
    }


def _volumes(pool: Any) -> list[Any]:
    return sorted(pool.listAllVolumes(0), key=lambda volume: str(volume.name()))


def _volume(found: Any) -> HeldVolume:
    backing = (parse(found.XMLDesc(0)).findtext("backingStore/path") or "").strip()
    return {"path": found.path(), "backing": backing or None}
