"""Libvirt's XML, cut down to the elements and attributes that are listed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass, field
from tutor.host.xml import NotWellFormed, parse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(frozen=True, slots=True)
class Keep:
    """What of an element stays: its attributes, its text, its children by their tags (``*``: any)."""

    attributes: frozenset[str] = frozenset()
    children: Mapping[str, Keep] = field(default_factory=dict)
    text: bool = False


def _with(*attributes: str, text: bool = False, **children: Keep) -> Keep:
    return Keep(frozenset(attributes), children, text)


_TEXT = _with(text=True)
_BOOT = _with("dev", "order")
_DISK = _with(
    *("type", "device"),
    driver=_with("name", "type"),
    source=_with("file", "dev", "pool", "volume"),
    target=_with("dev", "bus"),
    boot=_BOOT,
    readonly=_with(),
    serial=_TEXT,
    wwn=_TEXT,
    backingStore=_with(),
)
_INTERFACE = _with(
    "type",
    mac=_with("address"),
    source=_with("network", "bridge", "dev"),
    target=_with("dev"),
    model=_with("type"),
    link=_with("state"),
    boot=_BOOT,
)
_OS = _with(
    "firmware",
    type=_with("arch", "machine", text=True),
    boot=_BOOT,
    loader=_with("type", "readonly", text=True),
    nvram=_with("format", "template", text=True),
    kernel=_TEXT,
)

#: What a domain is made of. Not its title, description, metadata, command line, passwords.
DOMAIN = _with(
    *("type", "id"),
    name=_TEXT,
    uuid=_TEXT,
    memory=_with("unit", text=True),
    currentMemory=_with("unit", text=True),
    vcpu=_with("placement", "current", text=True),
    os=_OS,
    features=_with(acpi=_with()),
    cpu=_with("mode", topology=_with("sockets", "dies", "cores", "threads")),
    devices=Keep(
        children={
            "disk": _DISK,
            "interface": _INTERFACE,
            "graphics": _with("type"),
            "*": _with("type", boot=_BOOT),
        }
    ),
)

_IP = _with(
    *("family", "address", "netmask", "prefix"),
    dhcp=_with(range=_with("start", "end"), host=_with("mac", "name", "ip")),
)

#: A network's shape. Not its metadata, nor what it tells guests by DNS.
NETWORK = _with(
    name=_TEXT,
    uuid=_TEXT,
    forward=_with("mode", "dev", interface=_with("dev"), nat=_with(port=_with("start", "end"))),
    bridge=_with("name", "stp", "delay"),
    mac=_with("address"),
    ip=_IP,
)

#: Of a network that the course does not know: who has which bridge and which addresses.
OTHER_NETWORK = _with(bridge=_with("name"), ip=_with("family", "address", "netmask", "prefix"))


def cut(content: str, keep: Keep) -> Element | None:
    """The document's root with what is kept of it; None where it is no XML that is read."""
    try:
        root = parse(content)
    except NotWellFormed:
        return None
    _prune(root, keep)
    return root


def spelt(root: Element | None) -> str:
    """The document as text; of none, nothing, which is malformed as well."""
    from xml.etree.ElementTree import tostring

    return "" if root is None else tostring(root, encoding="unicode")


def _prune(element: Element, keep: Keep) -> None:
    """Iterative in depth at most as deep as ``keep``, which is three."""
    for name in list(element.attrib):
        if name not in keep.attributes:
            del element.attrib[name]
    if not keep.text:
        element.text = None
    for child in list(element):
        inner = keep.children.get(child.tag) or keep.children.get("*")
        if inner is None:
            element.remove(child)
        else:
            child.tail = None
            _prune(child, inner)
