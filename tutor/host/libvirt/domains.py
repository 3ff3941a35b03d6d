"""Domains, in the system's libvirt and in the user's own."""

from __future__ import annotations

import errno
import os
from typing import Any

from tutor.host.libvirt.connection import (
    NO_DOMAIN,
    NO_STORAGE_VOL,
    SESSION,
    SYSTEM_ERROR,
    ask,
    code_of,
    connect,
    nobody_listens,
    unanswered,
)
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.host.xml import parse
from tutor.shape import TypedDict

# Codes of virErrorNumber that only disks meet: no such pool, and a pool that is not active.
NO_STORAGE_POOL = 49
OPERATION_INVALID = 55

#: Names of virDomainState (libvirt-domain.h), by number.
STATES = ("no-state", "running", "blocked", "paused", "shutdown", "shut-off", "crashed", "suspended")


class Domain(TypedDict):
    """A domain. ``xml`` is what runs, ``inactive_xml`` what the next start will read."""

    name: str
    uuid: str
    state: str
    persistent: bool
    autostart: bool
    xml: str
    inactive_xml: str


class BlockDevice(TypedDict):
    """A domain's disk as libvirt reads its file: bytes seen by the guest, bytes in use, bytes of the file.

    Where the file is not of the driver's type, libvirt finds no header and takes ``physical`` for
    the ``capacity`` (libvirt 9.0).
    """

    capacity: int
    allocation: int
    physical: int


class PoolVolume(TypedDict):
    """A volume of an active storage pool; ``format`` as libvirt probed it, ``capacity`` in bytes."""

    path: str
    format: str
    capacity: int


def domain(uri: str, name: str) -> Question[Domain | None]:
    """The domain of that name; None where there is none."""
    return Question("libvirt.domain", Domain | None, (uri, name))  # type: ignore[arg-type]


def domain_names(uri: str) -> Question[list[str]]:
    """The names of all domains, sorted."""
    return Question("libvirt.domains", list[str], (uri,))


def block_device(uri: str, name: str, target: str) -> Question[BlockDevice | None]:
    """The size of the disk ``target`` (``vda``) of a domain; None where there is no such domain or file."""
    return Question("libvirt.block-device", BlockDevice | None, (uri, name, target))  # type: ignore[arg-type]


def pool_volume(uri: str, pool: str, name: str) -> Question[PoolVolume | None]:
    """The volume that a disk of type volume names; None where no active pool so called has it."""
    return Question("libvirt.pool-volume", PoolVolume | None, (uri, pool, name))  # type: ignore[arg-type]


def in_session(kind: str, name: str) -> Question[bool]:
    """Whether the user's own libvirt (``qemu:///session``) has a ``domain`` or ``network`` so called.

    Answered without starting that daemon: by its definition files, and by the daemon itself
    where it runs.
    """
    return Question("libvirt.in-session", bool, (kind, name))


@source("libvirt.domain", by="libvirt", apart=True)
def look_at_domain(machine: Machine, uri: str, name: str) -> Domain | None:
    """See :func:`domain`."""
    return ask(machine, uri, lambda handle: _describe(handle.lookupByName(name)), NO_DOMAIN)


@source("libvirt.domains", by="libvirt", apart=True)
def list_domains(machine: Machine, uri: str) -> list[str]:
    """See :func:`domain_names`."""
    return ask(machine, uri, lambda h: sorted(d.name() for d in h.listAllDomains(0)), NO_DOMAIN) or []


@source("libvirt.block-device", by="libvirt", apart=True)
def look_at_block_device(machine: Machine, uri: str, name: str, target: str) -> BlockDevice | None:
    """See :func:`block_device`."""

    def measure(handle: Any) -> BlockDevice | None:
        found = handle.lookupByName(name)
        try:
            capacity, allocation, physical = found.blockInfo(target, 0)
        except Exception as error:
            if code_of(error) == SYSTEM_ERROR and error.get_int1() == errno.ENOENT:  # type: ignore[attr-defined]
                return None
            raise
        return {"capacity": capacity, "allocation": allocation, "physical": physical}

    return ask(machine, uri, measure, NO_DOMAIN)


@source("libvirt.pool-volume", by="libvirt", apart=True)
def look_at_pool_volume(machine: Machine, uri: str, pool: str, name: str) -> PoolVolume | None:
    """See :func:`pool_volume`."""

    def describe(handle: Any) -> PoolVolume | None:
        try:
            found = handle.storagePoolLookupByName(pool).storageVolLookupByName(name)
        except Exception as error:
            if code_of(error) in (NO_STORAGE_POOL, OPERATION_INVALID):
                return None
            raise
        kind = parse(found.XMLDesc(0)).find("target/format")
        return {
            "path": found.path(),
            "format": kind.get("type", "raw") if kind is not None else "raw",
            "capacity": found.info()[1],
        }

    return ask(machine, uri, describe, NO_STORAGE_VOL)


@source("libvirt.in-session", by="~/.config/libvirt/qemu, libvirt", apart=True)
def look_in_session(machine: Machine, kind: str, name: str) -> bool:
    """See :func:`in_session`."""
    config = machine.environ.get("XDG_CONFIG_HOME") or os.path.join(machine.home, ".config")
    folder = os.path.join(config, "libvirt/qemu", "networks" if kind == "network" else "")
    if "/" not in name and "\0" not in name and os.path.exists(os.path.join(folder, f"{name}.xml")):
        return True
    try:
        return name in connect(machine, SESSION).call(_session_names[kind])
    except Unobservable:
        raise
    except Exception as error:  # noqa: BLE001 - said why there is none
        if nobody_listens(error):
            return False  # no daemon of this user runs, so it holds nothing more
        raise unanswered(SESSION, error) from None


_session_names: dict[str, Any] = {
    "domain": lambda handle: [found.name() for found in handle.listAllDomains(0)],
    "network": lambda handle: [found.name() for found in handle.listAllNetworks(0)],
}


def _state(number: int) -> str:
    if not 0 <= number < len(STATES):
        msg = f"state {number}"
        raise ValueError(msg)
    return STATES[number]


def _describe(found: Any) -> Domain:
    inactive = 2  # VIR_DOMAIN_XML_INACTIVE
    persistent = bool(found.isPersistent())
    return {
        "name": found.name(),
        "uuid": found.UUIDString(),
        "state": _state(found.state(0)[0]),
        "persistent": persistent,
        "autostart": bool(persistent and found.autostart()),
        "xml": found.XMLDesc(0),
        "inactive_xml": found.XMLDesc(inactive),
    }
