"""What no schema sees: addresses, names and files that do not go together."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterator

from tutor.relaxng.document import Node
from tutor.text import Text, text
from tutor.validation.problem import Problem

#: The kernel's IFNAMSIZ is 16, with the terminating zero.
LONGEST_INTERFACE = 15

Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def advice(root: Node) -> Iterator[Problem]:
    """Warnings about a document that is valid."""
    if root.name[1] == "network":
        yield from _network(root)
    elif root.name[1] == "domain":
        yield from _domain(root)


def _network(root: Node) -> Iterator[Problem]:
    for bridge in _children(root, "bridge"):
        name = _get(bridge, "name") or ""
        if len(name) > LONGEST_INTERFACE:
            what = text("the bridge name {name} is longer than 15 characters", name=name)
            yield _warning("bridge-name-too-long", bridge, what)
    for ip in _children(root, "ip"):
        interface = _interface(ip)
        if interface is not None:
            for dhcp in _children(ip, "dhcp"):
                yield from _ranges(dhcp, interface)
                yield from _hosts(dhcp, interface)


def _ranges(dhcp: Node, interface: Interface) -> Iterator[Problem]:
    for element in _children(dhcp, "range"):
        start, end = _address(_get(element, "start")), _address(_get(element, "end"))
        if start is None or end is None:
            continue
        if start.version == end.version and int(start) > int(end):
            what = text("the range is reversed: {start} comes after {end}", start=str(start), end=str(end))
            yield _warning("range-reversed", element, what)
        for address in (start, end):
            if address not in interface.network:
                yield _warning("range-outside", element, _outside(address, interface))


def _hosts(dhcp: Node, interface: Interface) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Node] = {}
    for host in _children(dhcp, "host"):
        address = _address(_get(host, "ip"))
        if address is not None and address not in interface.network:
            yield _warning("address-outside", host, _outside(address, interface))
        for kind in ("mac", "ip"):
            value = (_get(host, kind) or "").lower()
            if value and seen.setdefault((kind, value), host) is not host:
                yield _warning(
                    f"duplicate-{kind}", host, text("{value} stands in two host entries", value=value)
                )


def _domain(root: Node) -> Iterator[Problem]:
    for devices in _children(root, "devices"):
        yield from _disks(devices)
        seen: set[str] = set()
        for interface in _children(devices, "interface"):
            for mac in _children(interface, "mac"):
                address = (_get(mac, "address") or "").lower()
                if address in seen:
                    what = text("two network interfaces have the address {address}", address=address)
                    yield _warning("duplicate-mac", mac, what)
                seen.add(address)


def _disks(devices: Node) -> Iterator[Problem]:
    for disk in _children(devices, "disk"):
        for source in _children(disk, "source"):
            path = _get(source, "file")
            if path and os.path.isabs(path) and _surely_missing(path):
                what = text("there is no file {path}", path=path)
                yield _warning("file-missing", source, what)


def _surely_missing(path: str) -> bool:
    """Whether the file is not there; one in a folder that cannot be seen into may well be."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _outside(address: Address, interface: Interface) -> Text:
    return text(
        "{address} is not in the network {network}", address=str(address), network=str(interface.network)
    )


def _warning(code: str, node: Node, what: Text) -> Problem:
    return Problem("warning", code, node.place, what)


def _interface(ip: Node) -> Interface | None:
    mask = _get(ip, "prefix") or _get(ip, "netmask")
    return _parsed(ipaddress.ip_interface, f"{_get(ip, 'address')}/{mask}") if mask else None


def _address(value: str | None) -> Address | None:
    return _parsed(ipaddress.ip_address, value) if value else None


def _parsed(parse: Callable[[str], object], value: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    try:
        return parse(value)
    except ValueError:
        return None


def _children(node: Node, name: str) -> Iterator[Node]:
    return (child for child in node.children if isinstance(child, Node) and child.name == ("", name))


def _get(node: Node, name: str) -> str | None:
    return dict(node.attributes).get(("", name))
