"""Domains, in the system's libvirt and in the user's own."""

from __future__ import annotations

import os
from typing import Any, TypedDict

from tutor.host.libvirt.connection import NO_DOMAIN, SESSION, ask, connect
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source

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
    """A domain's disk as libvirt reads its file: bytes seen by the guest, bytes in use."""

    capacity: int
    allocation: int
    physical: int


def domain(uri: str, name: str) -> Question[Domain | None]:
    """The domain of that name; None where there is none."""
    return Question("libvirt.domain", Domain | None, (uri, name))  # type: ignore[arg-type]


def domain_names(uri: str) -> Question[list[str]]:
    """The names of all domains, sorted."""
    return Question("libvirt.domains", list[str], (uri,))


def block_device(uri: str, name: str, target: str) -> Question[BlockDevice | None]:
    """The size of the disk ``target`` (``vda``) of a domain; None where there is no such domain."""
    return Question("libvirt.block-device", BlockDevice | None, (uri, name, target))  # type: ignore[arg-type]


def in_session(kind: str, name: str) -> Question[bool]:
    """Whether the user's own libvirt (``qemu:///session``) has a ``domain`` or ``network`` so called.

    Answered without starting that daemon: by its definition files, and by the daemon itself
    where it runs.
    """
    return Question("libvirt.in-session", bool, (kind, name))


@source("libvirt.domain", by="libvirt", slow=True)
def look_at_domain(machine: Machine, uri: str, name: str) -> Domain | None:
    """See :func:`domain`."""
    return ask(machine, uri, lambda handle: _describe(handle.lookupByName(name)), NO_DOMAIN)


@source("libvirt.domains", by="libvirt", slow=True)
def list_domains(machine: Machine, uri: str) -> list[str]:
    """See :func:`domain_names`."""
    return ask(machine, uri, lambda h: sorted(d.name() for d in h.listAllDomains(0)), NO_DOMAIN) or []


@source("libvirt.block-device", by="libvirt", slow=True)
def look_at_block_device(machine: Machine, uri: str, name: str, target: str) -> BlockDevice | None:
    """See :func:`block_device`."""

    def measure(handle: Any) -> BlockDevice:
        capacity, allocation, physical = handle.lookupByName(name).blockInfo(target, 0)
        return {"capacity": capacity, "allocation": allocation, "physical": physical}

    return ask(machine, uri, measure, NO_DOMAIN)


@source("libvirt.in-session", by="~/.config/libvirt/qemu, libvirt", slow=True)
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
    except Exception:  # noqa: BLE001 - no daemon of this user runs, so it holds nothing more
        return False


_session_names: dict[str, Any] = {
    "domain": lambda handle: [found.name() for found in handle.listAllDomains(0)],
    "network": lambda handle: [found.name() for found in handle.listAllNetworks(0)],
}


def _describe(found: Any) -> Domain:
    inactive = 2  # VIR_DOMAIN_XML_INACTIVE
    persistent = bool(found.isPersistent())
    return {
        "name": found.name(),
        "uuid": found.UUIDString(),
        "state": STATES[found.state(0)[0]],
        "persistent": persistent,
        "autostart": bool(persistent and found.autostart()),
        "xml": found.XMLDesc(0),
        "inactive_xml": found.XMLDesc(inactive),
    }
