"""Network links and their addresses."""

from __future__ import annotations

from typing import Any

from tutor.host.machine import Machine
from tutor.host.process import malformed
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict

_COMMAND = "ip address show"


class Link(TypedDict):
    """A link: ``kind`` is ``bridge``, ``tun``, ... or empty; addresses as ``192.168.122.1/24``."""

    name: str
    kind: str
    up: bool
    master: str | None
    addresses: list[str]


def links() -> Question[list[Link]]:
    """All links of this network namespace."""
    return Question("links", list[Link])


@source("links", by="ip -d -j address show", slow=True)
def look_at_links(machine: Machine) -> list[Link]:
    """See :func:`links`."""
    found = machine.run(["ip", "-d", "-j", "address", "show"]).parsed(_COMMAND)
    try:
        # Whatever was asked not to be shown is an empty object.
        links = [_link(entry) for entry in found if entry]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise malformed(_COMMAND) from None
    if not links:  # there is always the loopback
        raise malformed(_COMMAND)
    return links


def _link(entry: dict[str, Any]) -> Link:
    name, flags, master = entry["ifname"], entry["flags"], entry.get("master")
    kind = entry.get("linkinfo", {}).get("info_kind", "")
    if not (isinstance(name, str) and isinstance(kind, str) and isinstance(flags, list)):
        raise TypeError
    return {
        "name": name,
        "kind": kind,
        "up": "UP" in flags,
        "master": str(master) if master else None,
        "addresses": [f"{a['local']}/{int(a['prefixlen'])}" for a in entry["addr_info"] if "local" in a],
    }
