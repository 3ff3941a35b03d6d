"""The machine around the ruleset: its links, addresses and routes, as far as they steer a packet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from tutor.dataclass import dataclass, field
from tutor.packetpath.address import (
    EVERYONE,
    LOOPBACK,
    MULTICAST,
    ONE_ADDRESS,
    POINT_TO_POINT,
    UNSPECIFIED,
    block,
    network,
    prefix,
)
from tutor.packetpath.numbers import ADDRESSES, NONE, Numbers

#: The number of the interface that a packet does not have (yet).
NO_INTERFACE = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its IPv4 addresses as ``192.168.122.1/24``; ``master`` is the bridge that it is a port of."""

    name: str
    addresses: tuple[str, ...] = ()
    up: bool = True
    master: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the main table, such as ``0.0.0.0/0`` through ``gateway`` on ``interface``."""

    destination: str
    interface: str
    gateway: str | None = None


@dataclass(frozen=True)
class World:
    """What a packet meets besides the rules.

    :param links: all links, ``lo`` included.
    :param routes: routes of the main table; those to the links' own networks may be left out.
    :param forwarding: net.ipv4.ip_forward.
    :param rp_filter: per interface, the larger of net.ipv4.conf.all.rp_filter and its own; 0 where missing.
    :param route_localnet: whether 127.0.0.0/8 may be routed.
    """

    links: tuple[Link, ...]
    routes: tuple[Route, ...] = ()
    forwarding: bool = True
    rp_filter: Mapping[str, int] = field(default_factory=dict)
    route_localnet: bool = False

    def index(self, name: str) -> int:
        """The number that stands for an interface.

        :raises ValueError: there is none of this name.
        """
        return 1 + [link.name for link in self.links].index(name)

    def link(self, index: int) -> Link:
        """The link that the number stands for."""
        return self.links[index - 1]

    def interfaces(self, pattern: str) -> Numbers:
        """Those whose name is ``pattern``, which may end in ``*`` (nft(8), iifname)."""
        if pattern.endswith("*") and not pattern.endswith("\\*"):
            found = [link.name.startswith(pattern[:-1]) for link in self.links]
        else:
            found = [link.name == pattern.replace("\\*", "*") for link in self.links]
        return Numbers.of(*(number for number, fits in enumerate(found, 1) if fits))

    @cached_property
    def local(self) -> Numbers:
        """The addresses that are this machine's own."""
        return LOOPBACK | self.local_of(range(1, len(self.links) + 1))

    def local_of(self, indices: Iterable[int]) -> Numbers:
        """This machine's own addresses on the given interfaces."""
        owned = Numbers.of(*(prefix(a)[0] for index in indices for a in self.link(index).addresses))
        loops = any(self.link(index).name == "lo" for index in indices)
        return owned | (LOOPBACK if loops else NONE)

    @cached_property
    def broadcast(self) -> Numbers:
        """Addresses that mean all hosts of a network (inet_addr_type() counts 0.0.0.0 with them)."""
        found = UNSPECIFIED | EVERYONE
        for link in self.links:
            for number, bits in map(prefix, link.addresses):
                if bits < POINT_TO_POINT and link.name != "lo":
                    found |= Numbers.of(block(number, bits).spans[0][1])
        return found

    def address_type(self, kind: str, indices: Iterable[int] | None = None) -> Numbers:
        """The addresses of a type of nft(8), FIB EXPRESSIONS, by the local routing table.

        :param indices: count as local only what is on these interfaces.
        """
        local = self.local if indices is None else self.local_of(indices)
        special = {"local": local, "broadcast": self.broadcast, "multicast": MULTICAST}
        if kind == "unicast":
            return ADDRESSES - local - self.broadcast - MULTICAST
        return special.get(kind, NONE)

    @cached_property
    def _table(self) -> list[tuple[Numbers, Route]]:
        """All routes with the addresses they are for, the longest prefix first."""
        connected = (
            Route(a, link.name)
            for link in self.links
            if link.up and link.name != "lo"
            for a in link.addresses
            if prefix(a)[1] < ONE_ADDRESS
        )
        names = {link.name for link in self.links if link.up}
        routes = [route for route in (*connected, *self.routes) if route.interface in names]
        routes.sort(key=lambda route: -prefix(route.destination)[1])
        return [(network(route.destination), route) for route in routes]

    def routed(self, destinations: Numbers) -> Iterator[tuple[Numbers, Route]]:
        """Split ``destinations`` by the route they take; what no route takes is in none of the parts."""
        for taken, route in self._table:
            if part := destinations & taken:
                yield part, route
            destinations -= taken

    def reached_through(self, index: int) -> Numbers:
        """The addresses that the routes look for behind an interface, this machine's own excepted."""
        parts = (part for part, route in self.routed(ADDRESSES) if self.index(route.interface) == index)
        return Numbers.joined(span for part in parts for span in part.spans) - self.local

    def source_for(self, index: int, next_hop: int | None) -> int | None:
        """The address that this machine takes on an interface towards the next hop (inet_select_addr)."""
        pairs = [prefix(a) for a in self.link(index).addresses]
        near = [n for n, bits in pairs if next_hop is not None and next_hop in block(n, bits)]
        return next(iter([*near, *(n for n, _ in pairs)]), None)
