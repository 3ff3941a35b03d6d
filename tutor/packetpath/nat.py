"""Address translation (nft(8), NAT STATEMENTS; net/netfilter/nf_nat_core.c).

The record of the connection is kept in fields beside the packet's: ``original ...`` is the packet as it came,
``reply ...`` what the answer will look like when it comes, and the status tells which side was translated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tutor.packetpath.address import address, dotted
from tutor.packetpath.compare import look_up
from tutor.packetpath.constants import DNAT, DNAT_DONE, SNAT, SNAT_DONE, UnknownConstruct, constant
from tutor.packetpath.elements import of_set
from tutor.packetpath.numbers import PORTS, Numbers
from tutor.packetpath.site import Effect, Site, Verdict
from tutor.packetpath.state import Domain, State, Unreadable

#: A part of a target as JSON, where it may be a map: the packets with it, and those without one.
Values = tuple[list[tuple[State, Any]], list[Effect]]


class _Target(NamedTuple):
    """What a statement translates to, as JSON; ``scattered`` if the kernel may take any port of its own."""

    kind: str
    host: Any
    port: Any
    scattered: bool


def translate(kind: str, inner: Any, state: State, site: Site) -> list[Effect]:
    """``dnat``, ``snat``, ``redirect`` or ``masquerade``: accepts, and binds the connection."""
    arguments = inner or {}
    if arguments.get("family") == "ip6":
        return [Effect(state)]
    flags = arguments.get("flags")
    if not site.translating or "type_flags" in arguments or "netmap" in str(flags):
        return unknown_translation(state, kind, site)
    hosts, effects = _values(arguments.get("addr"), state, site)
    for one, host in hosts:
        both = isinstance(host, dict) and "concat" in host
        host_alone, port = host["concat"] if both else (host, arguments.get("port"))
        ports, ended = _values(port, one, site)
        effects += ended
        for two, port_alone in ports:
            effects += _bound(_Target(kind, host_alone, port_alone, bool(flags)), two, site)
    return effects


def unknown_translation(state: State, construct: str, site: Site) -> list[Effect]:
    """What a target may do that is not known; in a chain of type nat, also translate to anything."""
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


def _bound(target: _Target, state: State, site: Site) -> list[Effect]:
    world, kind = site.around.world, target.kind
    try:
        hosts = None if target.host is None else constant(target.host, "address", world)
        ports = None if target.port is None else constant(target.port, "port", world)
    except UnknownConstruct as unknown:
        return unknown_translation(state, str(unknown), site)
    if kind in ("dnat", "snat") and hosts is None and ports is None:
        return unknown_translation(state, kind, site)
    if kind in ("redirect", "masquerade"):
        own = _own_address(kind, state, site)
        if own is None:
            return [Effect(state.stepping(site.step("no-address")), Verdict.DROP)]
        hosts = Numbers.of(own)
    if kind in ("dnat", "redirect"):
        told = _translated(state, {"daddr": hosts, "dport": ports}, (DNAT_DONE, DNAT), site)
    else:
        ports = PORTS if ports is None and target.scattered else ports
        told = _translated(state, {"saddr": hosts, "sport": ports}, (SNAT_DONE, SNAT), site)
    return [Effect(told, Verdict.ACCEPT)]


def _translated(state: State, side: dict[str, Numbers | None], bits: tuple[int, int], site: Site) -> State:
    """The status tells of a translation only where something is another than it was (nf_nat_setup_info)."""
    new = {
        name: value
        for name, value in side.items()
        if value is not None and (value.only is None or value != state[name])
    }
    done, changed = bits
    state = _recorded(state.holding_also(f"{site.place}", **new), done | (changed if new else 0))
    host, port = side
    action = "to-destination" if host == "daddr" else "to-source"
    step = site.step(action, address=written(state[host], dotted), port=written(state[port], str))
    return state.stepping(step)


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
