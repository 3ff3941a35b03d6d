"""Addresses of a network that do not go together."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from tutor.relaxng.tree import Node
from tutor.text import Text, text
from tutor.validation.problem import Problem
from tutor.validation.tree import children, get

#: Of networks of two addresses or one, all are usable (RFC 3021).
_ALL_USABLE = 2

_Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def advice_on_network(root: Node) -> Iterator[Problem]:
    """Warnings about addresses."""
    for ip in children(root, "ip"):
        interface = _interface(ip)
        if interface is None:
            continue
        yield from _own(ip, interface)
        for dhcp in children(ip, "dhcp"):
            yield from _ranges(dhcp, interface)
            yield from _hosts(dhcp, interface)


def _own(ip: Node, interface: _Interface) -> Iterator[Problem]:
    """The bridge's own address."""
    network, address = interface.network, interface.ip
    if network.num_addresses <= _ALL_USABLE or address.version != 4:  # noqa: PLR2004
        return
    if address in (network.network_address, network.broadcast_address):
        what = text("{address} is no host's address in {network}", address=str(address), network=str(network))
        hint = text("The first, {first}, is the usual one.", first=str(network[1]))
        yield _warning("address-not-usable", ip, what, hint)


def _ranges(dhcp: Node, interface: _Interface) -> Iterator[Problem]:
    for element in children(dhcp, "range"):
        start, end = _address(get(element, "start")), _address(get(element, "end"))
        if start is None or end is None:
            continue
        if start.version == end.version and int(start) > int(end):
            what = text("the range is reversed: {start} comes after {end}", start=str(start), end=str(end))
            yield _warning("range-reversed", element, what, text("Swap start and end."))
        for address in dict.fromkeys((start, end)):
            if address not in interface.network:
                yield _outside("range-outside", element, address, interface)


def _hosts(dhcp: Node, interface: _Interface) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Node] = {}
    for host in children(dhcp, "host"):
        address = _address(get(host, "ip"))
        if address is not None and address not in interface.network:
            yield _outside("address-outside", host, address, interface)
        if address == interface.ip:
            what = text("{address} is the address of the bridge itself", address=str(address))
            yield _warning("duplicate-ip", host, what, text("Give the guest another one."))
        for kind in ("mac", "ip"):
            value = (get(host, kind) or "").lower()
            first = seen.setdefault((kind, value), host)
            if value and first is not host:
                line = first.place.line
                what = text("{value} stands in the entry of line {line} too", value=value, line=line)
                yield _warning(f"duplicate-{kind}", host, what, text("Each guest has one entry of its own."))


def _outside(code: str, node: Node, address: _Address, interface: _Interface) -> Problem:
    network = interface.network
    what = text("{address} is not in the network {network}", address=str(address), network=str(network))
    edge = 0 if network.num_addresses <= _ALL_USABLE else 1
    first, last = str(network[edge]), str(network[-1 - edge])
    return _warning(code, node, what, text("Choose one from {first} to {last}.", first=first, last=last))


def _warning(code: str, node: Node, what: Text, hint: Text) -> Problem:
    return Problem("warning", code, node.place, what, hint)


def _interface(ip: Node) -> _Interface | None:
    mask = get(ip, "prefix") or get(ip, "netmask")
    try:
        return ipaddress.ip_interface(f"{get(ip, 'address')}/{mask}") if mask else None
    except ValueError:
        return None


def _address(value: str | None) -> _Address | None:
    try:
        return ipaddress.ip_address(value) if value else None
    except ValueError:
        return None
