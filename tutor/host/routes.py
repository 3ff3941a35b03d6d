"""Routes of the main table."""

from __future__ import annotations

from typing import Any

from tutor.host.machine import Machine
from tutor.host.process import malformed
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict

_COMMAND = "ip route show"


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
    # Older ones print nothing where there is no route.
    found = machine.run(["ip", "-j", "-4", "route", "show", "table", "main"]).parsed(_COMMAND) or []
    try:
        return [_route(entry, hop) for entry in found for hop in _hops(entry)]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise malformed(_COMMAND) from None


def _hops(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The ways of a route: several of a multipath route, none of one that refuses (ip-route(8), TYPE)."""
    if entry.get("type", "unicast") != "unicast":
        return []
    return [hop for hop in entry.get("nexthops", [entry]) if "dev" in hop]


def _route(entry: dict[str, Any], hop: dict[str, Any]) -> Route:
    destination, gateway = entry["dst"], hop.get("gateway")
    if destination == "default":
        destination = "0.0.0.0/0"
    if not (isinstance(hop["dev"], str) and (gateway is None or isinstance(gateway, str))):
        raise TypeError
    return {
        "destination": destination if "/" in destination else f"{destination}/32",
        "interface": hop["dev"],
        "gateway": gateway,
    }
