"""Networks that nothing leaves, judged on the ruleset as the kernel would."""

from __future__ import annotations

from checks.network_commands import restart
from checks.network_xml import attribute, definition, mode
from checks.networks import known
from checks.packet_world import alike, delete, evaluated, ruleset, told, without, world
from checks.services import rules_anew
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.packetpath import Place, Ruleset, World, could_leave
from tutor.packetpath.follow import Leaving
from tutor.text import Text, text

_WHY = text("An isolated network is one that nobody has opened a way out of, by hand either.")

#: More rules than anybody opens one network with.
_MANY = 32


@check("network-sealed")
def network_sealed(host: Host, *, network: str) -> Finding:
    """Nothing from the network {network} gets out of this host."""
    xml = definition(known(host, network), live=True)
    bridge = attribute(xml, "bridge", "name") or ""
    rules, around = alike(host), world(host)
    if bridge not in [link.name for link in around.links]:
        return _refuse(
            "bridge-missing",
            text(
                "there is no bridge {bridge}, although libvirt says that the network is active",
                bridge=bridge or "-",
            ),
            text("Someone took it away by hand: stop and start the network."),
            restart(host, network),
        )
    leaving = _asked(rules, around, bridge)
    if leaving.answer != "no":  # now its own numbers count: they stand in commands
        rules = ruleset(host)
        leaving = _asked(rules, around, bridge)
    if leaving.answer == "no":
        note = text("a port forward takes connections from there too") if leaving.translated else None
        return passed(text("whatever comes from {bridge} is refused", bridge=bridge), note=note)
    observed = told(leaving.path.steps if leaving.path else ())
    if mode(xml) not in (None, "none"):
        # Libvirt's own rules let it out, for that is how it is defined.
        return _refuse("leaves", observed, text("It is no isolated network: make it one first."))
    return _opened(host, rules, around, bridge, observed)


def _asked(rules: Ruleset, around: World, bridge: str) -> Leaving:
    """:raises Unobservable: where it hangs on something that is not known."""
    leaving = evaluated(lambda: could_leave(rules, around, bridge))
    if leaving.answer == "unknown":
        doubt = leaving.path.doubts[0].construct if leaving.path and leaving.path.doubts else "?"
        raise Unobservable(
            "unknown-construct", text("it hangs on something not known here: {what}", what=doubt)
        )
    return leaving


def _opened(host: Host, rules: Ruleset, around: World, bridge: str, observed: Text) -> Finding:
    """Take away one rule after another that lets something out; without any, libvirt's own are missing."""
    commands: list[str] = []
    for _ in range(_MANY):
        leaving = _asked(rules, around, bridge)
        if leaving.answer == "no":
            return _refuse("leaves", observed, text("Take the rule away that accepts it."), *commands)
        place = _accepting(leaving)
        if place is None:
            break
        commands.append(delete(place))
        rules = without(rules, place)
    return _refuse(
        "nothing-refuses",
        observed if commands else text("no rule refuses what comes from {bridge}", bridge=bridge),
        text("Libvirt's own rules are gone, or have been changed. It writes them anew when it is restarted."),
        *commands,
        rules_anew(host),
    )


def _accepting(leaving: Leaving) -> Place | None:
    """The last rule at forward that let the packet through."""
    steps = leaving.path.steps if leaving.path else ()
    found = [step.place for step in steps if step.hook == "forward" and step.action == "accept"]
    return next((place for place in reversed(found) if place and place.handle is not None), None)


def _refuse(code: str, observed: Text, hint: Text, *fix: str) -> Finding:
    return failed(code, observed, why=_WHY, hint=hint, fix=fix)
