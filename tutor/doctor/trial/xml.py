"""The definitions of what is tried: as small as each can be."""

from __future__ import annotations

import ipaddress
from xml.sax.saxutils import escape, quoteattr

from tutor.doctor.trial import marks
from tutor.doctor.trial.plan import Plan

#: The volume's size, and the guest's memory.
_BYTES, _MEBIBYTES = 1024 * 1024, 32


def pool(plan: Plan) -> str:
    """A pool of the images folder, for as long as we run."""
    uid = plan["uid"]
    return (
        f"<pool type='dir'><name>{marks.name(uid)}</name><uuid>{marks.mark('pool', uid)}</uuid>"
        f"<target><path>{escape(plan['images'])}</path></target></pool>"
    )


def volume(plan: Plan) -> str:
    """An image with nothing in it."""
    return (
        f"<volume><name>{marks.volume(plan['uid'])}</name><capacity>{_BYTES}</capacity>"
        "<target><format type='qcow2'/></target></volume>"
    )


def network(plan: Plan) -> str:
    """A network like the default one: NAT, names and addresses by dnsmasq, a bridge of its own."""
    uid, own = plan["uid"], ipaddress.IPv4Interface(plan["address"])
    hosts = list(own.network.hosts())
    return (
        f"<network><name>{marks.name(uid)}</name><uuid>{marks.mark('network', uid)}</uuid>"
        f"<forward mode='nat'/><bridge name={quoteattr(plan['bridge'])} stp='on' delay='0'/>"
        f"<ip address='{own.ip}' prefix='{own.network.prefixlen}'>"
        f"<dhcp><range start='{hosts[1]}' end='{hosts[-1]}'/></dhcp></ip></network>"
    )


def guest(plan: Plan, kind: str, image: str | None, *, networked: bool) -> str:
    """A guest that never runs an instruction; with the disk and the network that were made before it."""
    uid = plan["uid"]
    disk = (
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
        f"<source file={quoteattr(image)}/><target dev='vda' bus='virtio'/></disk>"
        if image
        else ""
    )
    card = (
        f"<interface type='network'><source network='{marks.name(uid)}'/><model type='virtio'/></interface>"
        if networked
        else ""
    )
    return (
        f"<domain type='{kind}'><name>{marks.name(uid)}</name><uuid>{marks.mark('guest', uid)}</uuid>"
        f"<memory unit='MiB'>{_MEBIBYTES}</memory><vcpu>1</vcpu>"
        f"<os><type arch={quoteattr(plan['arch'])}>hvm</type></os>"
        f"<devices>{disk}{card}</devices></domain>"
    )
