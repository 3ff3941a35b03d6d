"""What is wrong with a port forward: a code, and what was seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.forward_case import Case, has_words
from checks.packet_world import told
from tutor.host.listeners import listeners
from tutor.host.question import Unobservable
from tutor.packetpath import Local, Path, Refused, Ruleset
from tutor.packetpath.ruleset import Chain, Rule
from tutor.text import Text, text


def diagnosis(case: Case) -> tuple[str, Text]:
    """The code and what was seen; what refuses the packet comes first."""
    arrival, outcome = case.arrival, case.arrival.outcome
    if case.mistranslated:
        return case.mistranslated, told(arrival.steps)
    if isinstance(outcome, Refused) and outcome.how == "no-forwarding":
        return "forwarding-off", _refusal_first(arrival)
    if isinstance(outcome, Local):
        return _not_translated(case)
    if isinstance(outcome, Refused):
        hook = arrival.steps[-1].hook if arrival.steps else ""
        code = (
            "forward-refused"
            if hook == "forward"
            else "refused-after"
            if case.translation
            else "refused-before"
        )
        return code, _refusal_first(arrival)
    if case.goes_back:
        return "no-network", text("no network of this machine has {address}", address=case.address)
    return "reply-lost", text("the answer is lost: {steps}", steps=_refusal_first(case.connection))


def is_listened_on(case: Case) -> bool:
    """Whether a program takes the packet, where no rule does; no where that cannot be seen."""
    try:
        sockets = case.host.ask(listeners())
    except Unobservable:
        return False
    return any(
        (one["protocol"], one["port"]) == ("tcp", case.packet.port)
        and one["address"] in ("*", case.packet.destination)
        and one["interface"] in (None, case.packet.interface)
        for one in sockets
    )


def _refusal_first(path: Path) -> Text:
    return told([*path.steps[-1:], *path.steps[:-1]])


def _not_translated(case: Case) -> tuple[str, Text]:
    """Why no rule takes the packet, although one may look as if it should."""
    for chain in case.rules.chains.values():
        for rule in chain.rules:
            if _is_meant(case, rule):
                return _why_not(case, chain, rule)
    return "no-rule", text(
        "no rule sends port {port} to {address} port {to}",
        port=case.packet.port,
        address=case.address,
        to=case.to_port,
    )


def _why_not(case: Case, chain: Chain, rule: Rule) -> tuple[str, Text]:
    place, port = " ".join(chain.name), case.packet.port
    if chain.name[0] == "ip6" or _family(rule) == "ip6":
        return "wrong-family", text("a rule is meant to lead there, but {where} is of IPv6", where=place)
    if chain.name not in set(_asked_from_outside(case.rules)):
        return "chain-not-hooked", text(
            "a rule leads there, but no packet from outside comes to {where}", where=place
        )
    if has_words(rule.place.text, "udp"):
        return "wrong-protocol", text("a rule in {where} takes UDP, not TCP", where=place)
    if not has_words(rule.place.text, port):
        return "wrong-port", text(
            "a rule in {where} leads there, but not from port {port}", where=place, port=port
        )
    return "rule-not-met", text(
        "a rule in {where} leads there, but the packet does not get to it, or it does not fit: {rule}",
        where=place,
        rule=rule.place.text,
    )


def _is_meant(case: Case, rule: Rule) -> bool:
    """A translation to the guest; or for the port, of IPv6."""
    targets = [statement["dnat"] for statement in rule.statements if statement.get("dnat")]
    if any(case.address in str(target) for target in targets):
        return True
    sixth = rule.place.family == "ip6" or _family(rule) == "ip6"
    return bool(targets) and sixth and has_words(rule.place.text, case.packet.port)


def _family(rule: Rule) -> str | None:
    for statement in rule.statements:
        target = statement.get("dnat")
        if isinstance(target, dict) and target.get("family"):
            return str(target["family"])
    return None


def _asked_from_outside(rules: Ruleset) -> Iterator[tuple[str, str, str]]:
    """The chains that translate destinations of what comes in: base chains, and those they jump to."""
    waiting = [
        chain.name for chain in rules.chains.values() if (chain.type, chain.hook) == ("nat", "prerouting")
    ]
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        yield name
        chain = rules.chains.get(name)
        for rule in chain.rules if chain else ():
            for word in re.findall(r"\b(?:jump|goto) (\S+)", rule.place.text):
                called = (*name[:2], word)
                if called not in seen:
                    seen.add(called)
                    waiting.append(called)
