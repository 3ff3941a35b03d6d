"""A port of the host that leads to a guest, judged as the kernel would: by following the packet."""

from __future__ import annotations

from checks.forward_case import Case
from checks.forward_keeping import kept
from checks.packet_world import CLIENT, evaluated, ruleset, told, uplink, world
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.packetpath import Packet, Unknown, follow
from tutor.packetpath.explain import where
from tutor.text import text

_WHY = text("A service in a guest of a NAT network is reached from outside only through a port of the host.")
_LOOK = text(
    "See the rules with their numbers: sudo nft -a list ruleset; test from another machine, not from here."
)


@check("port-forward")
def port_forward(host: Host, *, port: int, address: str, to_port: int) -> Finding:
    """A TCP connection from outside to port {port} of this host reaches {address} port {to_port}."""
    rules, around = ruleset(host), world(host)
    link = uplink(around)
    packet = Packet(link.name, CLIENT, link.addresses[0].partition("/")[0], port)
    case = Case(host, rules, around, packet, address, to_port)
    whole = evaluated(lambda: case.connection)
    if isinstance(whole.outcome, Unknown):
        place = where(whole.outcome.by) if whole.outcome.by else text("the kernel")
        raise Unobservable(
            "unknown-construct",
            text("{construct} is not known here: {where}", construct=whole.outcome.construct, where=place),
        )
    if case.reaches(whole):
        return passed(told(follow(rules, around, packet).steps), note=kept(host, port))
    # Whoever has it right waits for neither.
    from checks.forward_diagnosis import diagnosis, is_listened_on
    from checks.forward_repair import repair

    code, observed = evaluated(lambda: diagnosis(case))
    fix, hint = evaluated(lambda: repair(case))
    if code == "no-rule" and is_listened_on(case):
        raise Unobservable(
            "program-listens",
            text(
                "no rule sends port {port} on, and a program of this machine listens there: whether it hands "
                "connections on to {address} port {to} cannot be seen",
                port=port,
                address=address,
                to=to_port,
            ),
            tuple(fix),
        )
    return failed(code, observed, why=_WHY, hint=hint or _LOOK, fix=fix)
