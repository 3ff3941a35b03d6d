"""What will be tried: chosen from what was seen, so that nothing that is there is in its way."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from checks.cpu import kvm_is_usable
from checks.domain_disks import IMAGES
from checks.network_xml import addresses, definition
from tutor.doctor.needs import Needs
from tutor.doctor.trial import marks
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network, network_names
from tutor.host.links import links
from tutor.host.question import Unobservable
from tutor.host.routes import routes
from tutor.host.users import user
from tutor.shape import TypedDict
from tutor.text import text

Subnet = ipaddress.IPv4Network

#: Where a subnet of 16 addresses is looked for: private (RFC 1918), and seldom anybody's.
_RANGES = ("192.168.254.0/24", "192.168.221.0/24", "10.254.254.0/24", "172.31.254.0/24")
_PREFIX = 28


class Plan(TypedDict):
    """What the process is told.

    ``address`` is the network's own, with its prefix; ``kvm`` whether a guest should run under KVM;
    ``images`` the folder for a pool where there is none; ``system`` whether to try the system mode at all.
    """

    uid: int
    arch: str
    kvm: bool
    bridge: str
    address: str
    images: str
    system: bool


def make_plan(host: Host, needs: Needs, *, system_mode: bool) -> Plan:
    """The plan for this machine.

    :raises Unobservable: where its links and routes cannot be seen, or every subnet is taken.
    """
    uid = host.ask(user())["uid"]
    taken = {link["name"] for link in host.ask(links())}
    return {
        "uid": uid,
        "arch": _architecture(),
        "kvm": _has_kvm(host),
        "bridge": marks.bridge(uid, taken),
        "address": str(_free(host, needs)),
        "images": IMAGES,
        "system": system_mode,
    }


def _architecture() -> str:
    import os

    return os.uname().machine


def _has_kvm(host: Host) -> bool:
    try:
        return kvm_is_usable(host)
    except Unobservable:
        return False


def _free(host: Host, needs: Needs) -> ipaddress.IPv4Interface:
    taken = list(_taken(host, needs))
    for wide in _RANGES:
        for subnet in Subnet(wide).subnets(new_prefix=_PREFIX):
            if not any(subnet.overlaps(one) for one in taken):
                return ipaddress.IPv4Interface(f"{next(subnet.hosts())}/{_PREFIX}")
    raise Unobservable("no-free-subnet", text("every subnet that a network could be tried in is in use"))


def _taken(host: Host, needs: Needs) -> Iterator[Subnet]:
    """What is routed, is an address, or is a network's of libvirt's, running or not."""
    known = [route["destination"] for route in host.ask(routes()) if route["destination"] != "0.0.0.0/0"]
    known += [address for link in host.ask(links()) for address in link["addresses"]]
    known += needs.subnets.values()
    try:
        for name in host.ask(network_names(SYSTEM)):
            seen = host.ask(network(SYSTEM, name))
            known += addresses(definition(seen, live=False)) if seen else []
    except Unobservable:
        pass
    for one in known:
        if ":" not in one:
            yield Subnet(one, strict=False)
