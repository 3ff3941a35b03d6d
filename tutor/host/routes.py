"""Routes of the main table."""

from __future__ import annotations

import json
from typing import Any, TypedDict

from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.text import text


class Route(TypedDict):
    """An IPv4 route: ``destination`` as a prefix, ``0.0.0.0/0`` for the default route."""

    destination: str
    interface: str
    gateway: str | None


def routes() -> Question[list[Route]]:
    """The IPv4 routes of this network namespace."""
    return Question("routes", list[Route])


@source("routes", by="ip -j -4 route show", slow=True)
def look_at_routes(machine: Machine) -> list[Route]:
    """See :func:`routes`."""
    done = machine.run(["ip", "-j", "-4", "route", "show", "table", "main"])
    try:
        return [_route(entry, hop) for entry in json.loads(done.stdout or "[]") for hop in _hops(entry)]
    except (ValueError, TypeError, KeyError):
        raise Unobservable(
            "failed", text("ip route show failed: {error}", error=done.stderr.strip())
        ) from None


def _hops(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The ways of a route: several of a multipath route, none of one that refuses (ip-route(8), TYPE)."""
    if entry.get("type", "unicast") != "unicast":
        return []
    return [hop for hop in entry.get("nexthops", [entry]) if "dev" in hop]


def _route(entry: dict[str, Any], hop: dict[str, Any]) -> Route:
    destination = entry["dst"]
    if destination == "default":
        destination = "0.0.0.0/0"
    return {
        "destination": destination if "/" in destination else f"{destination}/32",
        "interface": hop["dev"],
        "gateway": hop.get("gateway"),
    }
