"""Addresses that a network has handed out."""

from __future__ import annotations

from typing import Any

from tutor.host.libvirt.connection import NO_NETWORK, ask
from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict


class Lease(TypedDict):
    """A DHCP lease that has not run out. ``mac`` is in small letters."""

    mac: str
    address: str
    hostname: str | None


def leases(uri: str, network: str) -> Question[list[Lease] | None]:
    """The leases of a network; None where there is no such network."""
    return Question("libvirt.leases", list[Lease] | None, (uri, network))  # type: ignore[arg-type]


@source("libvirt.leases", by="libvirt", apart=True)
def look_at_leases(machine: Machine, uri: str, network: str) -> list[Lease] | None:
    """See :func:`leases`."""

    def describe(handle: Any) -> list[Lease]:
        return [_lease(one) for one in handle.networkLookupByName(network).DHCPLeases()]

    return ask(machine, uri, describe, NO_NETWORK)


def _lease(found: dict[str, Any]) -> Lease:
    mac, address = found.get("mac") or "", found["ipaddr"]
    if not isinstance(address, str):
        raise TypeError
    return {"mac": mac.lower(), "address": address, "hostname": found.get("hostname")}
