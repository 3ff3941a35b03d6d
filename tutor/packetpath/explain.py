"""The path in sentences for people."""

from __future__ import annotations

from tutor.packetpath.step import Place, Step
from tutor.text import Text, text


def explain(step: Step) -> Text:
    """What happened in a step, and by which rule."""
    what = _what(step)
    if step.place is None:
        return what
    return text("{what}: {where}", what=what, where=where(step.place))


def where(place: Place) -> Text:
    """A rule by its chain and text, or the policy of a chain."""
    chain = f"{place.family} {place.table} {place.chain}"
    if place.handle is None:
        return text("the policy of chain {chain}", chain=chain)
    return text(
        "rule {rule} in chain {chain} (handle {handle})", rule=place.text, chain=chain, handle=place.handle
    )


def _what(step: Step) -> Text:  # noqa: PLR0911 - one for each action
    values = dict(step.values)
    match step.action:
        case "accept":
            return text("{hook}: accepted, as far as this chain goes", hook=step.hook)
        case "drop" | "policy":
            return text("{hook}: dropped", hook=step.hook)
        case "reject":
            return text("{hook}: rejected", hook=step.hook)
        case "jump" | "goto":
            return text("{hook}: on to chain {chain}", hook=step.hook, chain=values["target"])
        case "return":
            return text("{hook}: back to where the chain was called from", hook=step.hook)
        case "to-destination":
            return text("{hook}: now addressed to {address} port {port}", hook=step.hook, **values)
        case "to-source":
            return text("{hook}: now from {address} port {port}", hook=step.hook, **values)
        case "no-address":
            return text("{hook}: dropped, for the interface has no address", hook=step.hook)
        case "unknown":
            construct = values.get("construct", "")
            return text("{hook}: not known here: {construct}", hook=step.hook, construct=construct)
        case _:
            return _by_kernel(step)


def _by_kernel(step: Step) -> Text:  # noqa: C901, PLR0911 - as above
    match step.action:
        case "route":
            return text("routing: out through {interface}", interface=dict(step.values)["interface"])
        case "local":
            return text("routing: for this machine itself")
        case "no-forwarding":
            return text("routing: dropped, for this machine does not forward (net.ipv4.ip_forward is 0)")
        case "no-route":
            return text("routing: dropped, for there is no route to the destination")
        case "sender-refused":
            return text("routing: dropped, for the sender's address cannot come from there")
        case "unreadable":
            return text("routing: the destination is not known")
        case "as-before":
            return text("{hook}: addresses replaced as in the connection's first packet", hook=step.hook)
        case "elsewhere":
            interface = dict(step.values)["interface"]
            return text(
                "routing: the answer leaves through {interface}, and the client is elsewhere",
                interface=interface,
            )
        case "answer":
            return text("The answer sets out")
        case "next":
            return text("The client's next packet sets out")
        case _:
            return text("The answer is lost: the receiver looks for the sender in its own network")
