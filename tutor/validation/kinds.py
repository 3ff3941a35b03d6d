"""The kinds of document that libvirt has, by their root element."""

from __future__ import annotations

from tutor.relaxng.tree import Node
from tutor.text import text
from tutor.validation.nearest import nearest
from tutor.validation.problem import Problem

#: The schema of each kind of document, by its root element.
SCHEMA_OF = {
    "capabilities": "capability.rng",
    "cpu": "cpu.rng",
    "domain": "domain.rng",
    "domainCapabilities": "domaincaps.rng",
    "domainbackup": "domainbackup.rng",
    "domaincheckpoint": "domaincheckpoint.rng",
    "domainsnapshot": "domainsnapshot.rng",
    "filter": "nwfilter.rng",
    "filterbinding": "nwfilterbinding.rng",
    "interface": "interface.rng",
    "network": "network.rng",
    "networkport": "networkport.rng",
    "device": "nodedev.rng",
    "pool": "storagepool.rng",
    "secret": "secret.rng",
    "storagepoolCapabilities": "storagepoolcaps.rng",
    "volume": "storagevol.rng",
}

#: What virsh takes each kind with, of those that a person writes.
COMMAND_OF = {
    "cpu": "virsh cpu-compare",
    "domain": "virsh define",
    "domainbackup": "virsh backup-begin",
    "domaincheckpoint": "virsh checkpoint-create",
    "domainsnapshot": "virsh snapshot-create",
    "filter": "virsh nwfilter-define",
    "filterbinding": "virsh nwfilter-binding-create",
    "interface": "virsh iface-define",
    "network": "virsh net-define",
    "networkport": "virsh net-port-create",
    "device": "virsh nodedev-create",
    "pool": "virsh pool-define",
    "secret": "virsh secret-define",
    "volume": "virsh vol-create",
}

#: Parts of a domain, in files of their own for ``virsh attach-device``: no schema is for them.
_DEVICES = {
    *("audio", "channel", "console", "controller", "disk", "emulator", "filesystem", "graphics", "hostdev"),
    *("hub", "input", "iommu", "lease", "memballoon", "memory", "nvram", "panic", "parallel", "redirdev"),
    *("rng", "serial", "shmem", "smartcard", "sound", "tpm", "video", "vsock", "watchdog"),
}


def unknown_kind(root: Node) -> Problem:
    """A root element that none of libvirt's documents has."""
    name = root.name[1]
    what = text("libvirt has no document that begins with <{name}>", name=name)
    near = nearest(name, SCHEMA_OF)
    if name in _DEVICES:
        hint = text(
            "It is a part of a domain, and is judged there: <domain> ... <devices> <{name}>", name=name
        )
    elif near is not None:
        hint = text("Did you mean <{name}>?", name=near)
    else:
        hint = text("Usual ones are <domain>, <network>, <pool>, <volume> and <domainsnapshot>.")
    return Problem("error", "unknown-kind", root.place, what, hint)


def with_namespace(root: Node) -> Problem:
    """A root element that is libvirt's by its name only."""
    what = text("<{name}> is in the namespace {namespace}", name=root.name[1], namespace=root.name[0])
    hint = text("Libvirt's own elements are in none: take xmlns='...' and the prefix away.")
    return Problem("error", "wrong-namespace", root.place, what, hint)
