"""What the routes say about an address (nft(8), FIB EXPRESSIONS; net/ipv4/netfilter/nft_fib_ipv4.c)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.packetpath.constants import FIB_TYPES
from tutor.packetpath.numbers import ADDRESSES, NONE, Numbers
from tutor.packetpath.world import NO_INTERFACE, World

#: From the numbers that are wanted, and those that a field may hold, to those that fulfil the wish.
View = Callable[[Numbers, Numbers], Numbers]


def type_view(world: World, index: int | None) -> View:
    """The type of the route to an address, where local means on the interface, if one is given."""
    indices = (index,) if index else None

    def view(wanted: Numbers, domain: Numbers) -> Numbers:
        kinds = [kind for kind, number in FIB_TYPES.items() if number in wanted]
        spans = (span for kind in kinds for span in world.address_type(kind, indices).spans)
        return Numbers.joined(spans) & domain

    return view


def interface_view(world: World, index: int | None, *, unicast: bool = False) -> View:
    """As nft_fib4_eval() does: no interface for addresses that are local, or not behind ``index``.

    :param unicast: nor for broadcast addresses, as rpfilter_lookup_reverse() in ipt_rpfilter.c has it.
    """

    def view(wanted: Numbers, domain: Numbers) -> Numbers:
        indices = range(1, len(world.links) + 1) if index is None else (index,)
        without = world.broadcast if unicast else NONE
        behind = {number: world.reached_through(number) - without for number in indices}
        nowhere = ADDRESSES
        for addresses in behind.values():
            nowhere -= addresses
        behind[NO_INTERFACE] = nowhere
        found = (span for number, there in behind.items() if number in wanted for span in there.spans)
        return Numbers.joined(found) & domain

    return view
