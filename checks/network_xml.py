"""What a network's definition says."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, TypeAlias

from tutor.host.libvirt.networks import Network
from tutor.host.question import Unobservable
from tutor.host.xml import shared
from tutor.text import text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Interface: TypeAlias = "ipaddress.IPv4Interface | ipaddress.IPv6Interface"

#: The first octets at which IPv4's class B and class C begin (RFC 791).
_CLASS_B, _CLASS_C = 128, 192


def mode(xml: Element) -> str | None:
    """The forward mode; nat where the element has no mode (libvirt.org/formatnetwork.html)."""
    element = xml.find("forward")
    return None if element is None else element.get("mode", "nat")


def attribute(xml: Element, path: str, name: str) -> str | None:
    """An attribute of the element at ``path``; None where either is missing."""
    element = xml.find(path)
    return None if element is None else element.get(name)


def addresses(xml: Element) -> list[str]:
    """The network's own addresses, as ``192.168.122.1/24``."""
    return [str(own) for own in (interface(element) for element in xml.findall("ip")) if own is not None]


def interface(element: Element) -> Interface | None:
    """An ip element's address with its prefix, which libvirt takes from the address where it is not given."""
    address = element.get("address")
    if not address:
        return None
    try:
        prefix = element.get("prefix") or element.get("netmask") or _usual_prefix(address)
        found: ipaddress.IPv4Interface | ipaddress.IPv6Interface = ipaddress.ip_interface(
            f"{address}/{prefix}"
        )
    except ValueError:
        raise Unobservable(
            "malformed", text("{address} is no address of a network", address=address)
        ) from None
    return found


def _usual_prefix(address: str) -> int:
    """The class of an IPv4 address decides, 64 for IPv6 (libvirt's virSocketAddrGetIPPrefix)."""
    first = ipaddress.ip_address(address).packed[0]
    if ":" in address:
        return 64
    return 8 if first < _CLASS_B else 16 if first < _CLASS_C else 24


def is_ipv4(element: Element) -> bool:
    """Whether an ip element is of IPv4, which it is where nothing else is said."""
    return element.get("family", "ipv4") == "ipv4"


def definition(found: Network, *, live: bool) -> Element:
    """What runs, or what the next start will read.

    :raises NotWellFormed: when a recording holds no XML there.
    """
    return shared(found["xml" if live else "inactive_xml"])
