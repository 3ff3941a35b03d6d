"""Virtual networks."""

from __future__ import annotations

from typing import Any

from tutor.host.libvirt.connection import NO_NETWORK, ask
from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict


class Network(TypedDict):
    """A network. ``xml`` is what runs, ``inactive_xml`` what a restart will read.

    Of a stopped network both are the same.
    """

    name: str
    uuid: str
    active: bool
    persistent: bool
    autostart: bool
    xml: str
    inactive_xml: str


def network(uri: str, name: str) -> Question[Network | None]:
    """The network of that name; None where there is none."""
    return Question("libvirt.network", Network | None, (uri, name))  # type: ignore[arg-type]


def network_names(uri: str) -> Question[list[str]]:
    """The names of all networks, sorted."""
    return Question("libvirt.networks", list[str], (uri,))


@source("libvirt.network", by="libvirt", apart=True)
def look_at_network(machine: Machine, uri: str, name: str) -> Network | None:
    """See :func:`network`."""
    return ask(machine, uri, lambda handle: _describe(handle.networkLookupByName(name)), NO_NETWORK)


@source("libvirt.networks", by="libvirt", apart=True)
def list_networks(machine: Machine, uri: str) -> list[str]:
    """See :func:`network_names`."""
    return ask(machine, uri, lambda h: sorted(n.name() for n in h.listAllNetworks(0)), NO_NETWORK) or []


def _describe(found: Any) -> Network:
    inactive = 1  # VIR_NETWORK_XML_INACTIVE
    return {
        "name": found.name(),
        "uuid": found.UUIDString(),
        "active": bool(found.isActive()),
        "persistent": bool(found.isPersistent()),
        "autostart": bool(found.isPersistent() and found.autostart()),
        "xml": found.XMLDesc(0),
        "inactive_xml": found.XMLDesc(inactive),
    }
