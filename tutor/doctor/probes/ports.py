"""The ports that libvirt's dnsmasq needs on each bridge: 53 for names, 67 for addresses."""

from __future__ import annotations

from tutor.doctor.findings import Finding, problem
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, probe
from tutor.host.host import Host
from tutor.host.listeners import Listener, listeners, owned_listeners
from tutor.host.question import Unobservable
from tutor.text import text

#: DNS and DHCP (RFC 1035, RFC 2131).
PORTS = (53, 67)


@probe("ports")
def free_ports(host: Host, _needs: Needs) -> Answers:
    """No other program has the ports 53 and 67 of every address."""
    taken = [one for one in host.ask(listeners()) if _is_in_the_way(one)]
    if not taken:
        yield text("nobody else has them")
        return
    seen: dict[tuple[int, str | None], Listener] = {}
    for one in _owned(host, taken):
        seen.setdefault((one["port"], one["unit"] or one["program"]), one)
    for one in seen.values():
        yield _finding(one)


def _is_in_the_way(one: Listener) -> bool:
    """One that is tied to an interface, or to an address of its own, leaves the bridges alone."""
    wanted = one["protocol"] == "udp" or one["port"] == PORTS[0]
    return wanted and one["port"] in PORTS and one["address"] == "*" and one["interface"] is None


def _owned(host: Host, taken: list[Listener]) -> list[Listener]:
    try:
        owned = [one for one in host.ask(owned_listeners()) if _is_in_the_way(one)]
    except Unobservable:
        owned = []
    return owned or taken


def _finding(one: Listener) -> Finding:
    who = one["unit"] or one["program"]
    what = (
        text("{program} has port {port} of every address", program=who, port=one["port"])
        if who
        else text("a program has port {port} of every address", port=one["port"])
    )
    fix = []
    if one["unit"]:
        fix = [f"sudo systemctl disable --now {one['unit']}"]
    elif one["pid"]:
        fix = [f"sudo kill {one['pid']}"]
    return problem(
        f"port-{one['port']}-taken",
        what,
        why=text(
            "Libvirt's dnsmasq cannot have the port on its bridge then, and the network does not start."
        ),
        hint=text(
            "Or keep it, and let it listen only where needed: bind-interfaces in dnsmasq, listen-on in named."
        ),
        fix=fix,
    )
