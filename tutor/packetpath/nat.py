"""Address translation (nft(8), NAT STATEMENTS; net/netfilter/nf_nat_core.c).

The record of the connection is kept in fields beside the packet's: ``original ...`` is the packet as it came,
``reply ...`` what the answer will look like when it comes, and the status tells which side was translated.
"""

from __future__ import annotations

from typing import Any

from tutor.packetpath.address import address, dotted
from tutor.packetpath.compare import look_up
from tutor.packetpath.constants import DNAT, DNAT_DONE, SNAT, SNAT_DONE, UnknownConstruct, constant
from tutor.packetpath.elements import of_set
from tutor.packetpath.numbers import PORTS, Numbers
from tutor.packetpath.site import Effect, Site, Verdict
from tutor.packetpath.state import Domain, State, Unreadable

#: A target as JSON, where it may be a map: the packets with their values, and those without one.
Values = tuple[list[tuple[State, Any]], list[Effect]]


def translate(kind: str, inner: Any, state: State, site: Site) -> list[Effect]:
    """``dnat``, ``snat``, ``redirect`` or ``masquerade``: ends the rule with accept, and binds the connection."""
    arguments = inner or {}
    if arguments.get("family") == "ip6":
        return [Effect(state)]
    if not site.translating or "type_flags" in arguments or "netmap" in str(arguments.get("flags")):
        return unknown_translation(state, f"{kind} prefix" if "type_flags" in arguments else kind, site)
    effects: list[Effect] = []
    hosts, ended = _values(arguments.get("addr"), state, site)
    effects += ended
    for one, host in hosts:
        pair = host["concat"] if isinstance(host, dict) and "concat" in host else [host, arguments.get("port")]
        ports, ended = _values(pair[1], one, site)
        effects += ended
        for two, port in ports:
            effects += _bind(kind, pair[0], port, arguments.get("flags") is not None, two, site)
    return effects


def unknown_translation(state: State, construct: str, site: Site) -> list[Effect]:
    """What a target may do that is not known: whatever a statement may, and in a chain of type nat, translate."""
    effects = site.anything(state, construct)
    if not site.translating:
        return effects
    done = DNAT_DONE if _to_destination(site) else SNAT_DONE
    *others, dropped = effects
    doubt = site.doubt(construct, state, question=3)
    lost: Domain = Unreadable(doubt)
    name = f"{site.place}"
    fields = ("daddr", "dport") if _to_destination(site) else ("saddr", "sport")
    moved = dropped.state.assuming(doubt, answer=True).holding_also(name, **dict.fromkeys(fields, lost))
    return [
        *others,
        Effect(_recorded(moved, done | (DNAT if _to_destination(site) else SNAT)), Verdict.ACCEPT),
        Effect(dropped.state.assuming(doubt, answer=False), Verdict.DROP),
    ]


def _values(given: Any, state: State, site: Site) -> Values:
    """Look a target up in its map, where it has one; who is not in the map goes on to the next rule."""
    if not isinstance(given, dict) or "map" not in given:
        return [(state, given)], []
    looked = look_up(
        given["map"]["key"],
        state,
        site.around,
        lambda keys: of_set(keys, given["map"]["data"], site.around, mapping=True),
    )
    ended = [Effect(one, Verdict.BREAK) for one in (*looked.missed, *looked.broken)]
    for one, construct in looked.unknown:
        ended += unknown_translation(one, construct, site)
    return looked.found, ended


def _bind(kind: str, host: Any, port: Any, flags: bool, state: State, site: Site) -> list[Effect]:
    world = site.around.world
    try:
        ports = None if port is None else constant(port, "port", world)
        hosts = None if host is None else constant(host, "address", world)
    except UnknownConstruct as unknown:
        return unknown_translation(state, str(unknown), site)
    if kind in ("redirect", "masquerade"):
        own = _own_address(kind, state, site)
        if own is None:
            return [Effect(state.stepping(site.step("no-address")), Verdict.DROP)]
        hosts = Numbers.of(own)
    if kind in ("snat", "masquerade") and flags and ports is None:
        ports = PORTS
    side = ("daddr", "dport") if kind in ("dnat", "redirect") else ("saddr", "sport")
    return [Effect(_translated(state, side, (hosts, ports), site), Verdict.ACCEPT)]


def _translated(
    state: State, side: tuple[str, str], values: tuple[Numbers | None, Numbers | None], site: Site
) -> State:
    new = {
        name: value
        for name, value in zip(side, values, strict=True)
        if value is not None and (value.only is None or value != state[name])
    }
    destination = side[0] == "daddr"
    bits = DNAT_DONE if destination else SNAT_DONE
    if new:
        bits |= DNAT if destination else SNAT
    state = _recorded(state.holding_also(f"{site.place}", **new), bits)
    return state.stepping(
        site.step("to-destination" if destination else "to-source", **{
            "address": written(state[side[0]], dotted), "port": written(state[side[1]], str),
        })  # fmt: skip
    )


def _recorded(state: State, bits: int) -> State:
    status = (state.numbers("ctstatus").only or 0) | bits
    state = state.holding_also("", ctstatus=Numbers.of(status))
    return state.copying(**{
        "reply saddr": "daddr", "reply sport": "dport", "reply daddr": "saddr", "reply dport": "sport",
    })  # fmt: skip


def _own_address(kind: str, state: State, site: Site) -> int | None:
    """nf_nat_redirect_ipv4() takes the first address of the incoming interface, masquerade the route's."""
    world = site.around.world
    index = state.numbers("iif" if kind == "redirect" else "oif").only
    if not index:
        return None
    if kind == "redirect":
        return world.source_for(index, None)
    destinations = state["daddr"]
    if isinstance(destinations, Unreadable):
        return world.source_for(index, None)
    gateway = next((route.gateway for _, route in world.routed(destinations)), None)
    return world.source_for(index, address(gateway) if gateway else destinations.only)


def _to_destination(site: Site) -> bool:
    return site.hook in ("prerouting", "output")


def written(domain: Domain, write: Any) -> str:
    """A field's value for people: one value, a span, or nothing known."""
    if isinstance(domain, Unreadable) or not domain:
        return "?"
    first, last = domain.spans[0][0], domain.spans[-1][1]
    return str(write(first)) if first == last else f"{write(first)}-{write(last)}"
