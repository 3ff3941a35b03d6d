"""What no schema sees: addresses, names and files that do not go together."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tutor.relaxng.tree import Node
from tutor.text import Text, text
from tutor.validation.networks import advice_on_network
from tutor.validation.problem import Problem
from tutor.validation.tree import children, get

#: The kernel's IFNAMSIZ is 16, with the terminating zero.
LONGEST_INTERFACE = 15


def advice(root: Node) -> Iterator[Problem]:
    """Warnings about a document that is valid."""
    if root.name == ("", "network"):
        for bridge in children(root, "bridge"):
            yield from _name_of_bridge(bridge, "name")
        yield from advice_on_network(root)
    elif root.name == ("", "domain"):
        for devices in children(root, "devices"):
            yield from _disks(devices)
            yield from _interfaces(devices)


def _name_of_bridge(node: Node, attribute: str) -> Iterator[Problem]:
    name = get(node, attribute) or ""
    if len(name.encode()) > LONGEST_INTERFACE:
        what = text("the name of the bridge has more than 15 characters: {name}", name=name)
        yield _warning("bridge-name-too-long", node, what, text("Linux allows 15: choose a shorter one."))


def _interfaces(devices: Node) -> Iterator[Problem]:
    seen: set[str] = set()
    for interface in children(devices, "interface"):
        for source in children(interface, "source"):
            yield from _name_of_bridge(source, "bridge")
        for mac in children(interface, "mac"):
            address = (get(mac, "address") or "").lower()
            if address in seen:
                what = text("two network interfaces have the address {address}", address=address)
                hint = text("Leave one <mac> out: libvirt then chooses an address of its own.")
                yield _warning("duplicate-mac", mac, what, hint)
            seen.add(address)


def _disks(devices: Node) -> Iterator[Problem]:
    seen: set[str] = set()
    for disk in children(devices, "disk"):
        for source in children(disk, "source"):
            yield from _source(source)
        for target in children(disk, "target"):
            name = get(target, "dev") or ""
            if name in seen:
                what = text("two disks have the target {name}", name=name)
                hint = text("Each disk has a name of its own: vda, vdb and so on.")
                yield _warning("duplicate-target", target, what, hint)
            seen.add(name)


def _source(source: Node) -> Iterator[Problem]:
    path = get(source, "file") or get(source, "dev")
    if path and os.path.isabs(path) and _surely_missing(path):
        hint = text("Make it, for example with qemu-img create, or correct the path.")
        yield _warning("file-missing", source, text("there is no file {path}", path=path), hint)


def _surely_missing(path: str) -> bool:
    """Whether the file is not there; one in a folder that cannot be seen into may well be."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _warning(code: str, node: Node, what: Text, hint: Text) -> Problem:
    return Problem("warning", code, node.place, what, hint)
