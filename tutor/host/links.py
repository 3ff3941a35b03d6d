"""Network links and their addresses."""

from __future__ import annotations

import json
from typing import TypedDict

from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.text import text


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
    done = machine.run(["ip", "-d", "-j", "address", "show"])
    try:
        found = json.loads(done.stdout)
        return [_link(entry) for entry in found if "ifname" in entry]
    except (ValueError, TypeError, KeyError):
        raise Unobservable(
            "failed", text("ip address show failed: {error}", error=done.stderr.strip())
        ) from None


def _link(entry: dict[str, object]) -> Link:
    flags, addresses, info = entry.get("flags"), entry.get("addr_info"), entry.get("linkinfo")
    master = entry.get("master")
    return {
        "name": str(entry["ifname"]),
        "kind": str(info.get("info_kind", "")) if isinstance(info, dict) else "",
        "up": isinstance(flags, list) and "UP" in flags,
        "master": str(master) if master else None,
        "addresses": [f"{a['local']}/{a['prefixlen']}" for a in addresses if "local" in a]
        if isinstance(addresses, list)
        else [],
    }
