"""What the packet path needs to know of a host: its rules, and the machine around them."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from tutor.dataclass import replace
from tutor.host.firewall import Firewall, firewall
from tutor.host.host import Host
from tutor.host.kernel import sysctl
from tutor.host.links import links
from tutor.host.question import Unobservable
from tutor.host.routes import routes
from tutor.packetpath import Link, MalformedRuleset, Place, Route, Ruleset, Step, World, explain
from tutor.text import Text, text

T = TypeVar("T")

#: The client that is asked about (TEST-NET-3, RFC 5737), and the uplink of a machine that has none.
CLIENT = "203.0.113.7"
UPLINK, UPLINK_ADDRESS, UPLINK_GATEWAY = "uplink0", "198.51.100.2/24", "198.51.100.1"

_EVERYWHERE = "0.0.0.0/0"

#: Steps in which nothing is decided: from chain to chain, and what follows from an earlier step.
_UNTOLD = ("jump", "goto", "return", "as-before", "answer", "next")


def ruleset(host: Host) -> Ruleset:
    """The rules of the kernel.

    :raises Unobservable: also ``legacy-iptables``, where rules are loaded that nft does not show.
    """
    return _readable(_parsed, _seen(host))


def alike(host: Host) -> Ruleset:
    """The rules of the kernel, or those of a machine met before that differ in nothing but their numbers.

    What a packet meets is the same; a rule's own number, as in a command, is not to be taken from here.

    :raises Unobservable: as :func:`ruleset`.
    """
    return _readable(_numbered_alike, _seen(host))


def _seen(host: Host) -> Firewall:
    seen = host.ask(firewall())
    if seen["legacy"]:
        tables = ", ".join(seen["legacy"])
        raise Unobservable(
            "legacy-iptables",
            text(
                "rules of the legacy iptables are loaded ({tables}), which nft does not show", tables=tables
            ),
        )
    return seen


def _readable(read: Callable[[Firewall], Ruleset], seen: Firewall) -> Ruleset:
    try:
        return read(seen)
    except MalformedRuleset as error:
        raise Unobservable(
            "malformed", text("the ruleset cannot be read: {error}", error=str(error))
        ) from None


def _parsed(seen: Firewall) -> Ruleset:
    """The ruleset of an answer: the same object for the same answer, whichever check or machine it is of."""
    for place, (known, rules) in enumerate(_rulesets):
        if known is seen or (known["text"] == seen["text"] and known == seen):
            _rulesets.insert(0, _rulesets.pop(place))
            return rules
    rules = Ruleset.parse(seen["json"], seen["text"], seen["saved"])
    if len(seen["text"]) <= _SMALL:
        _rulesets[:] = [(seen, rules), *_rulesets[: _MOST - 1]]
    return rules


#: The latest rulesets and machines, and characters of the largest ruleset that is kept.
_MOST, _SMALL = 32, 256 * 1024
_rulesets: list[tuple[Firewall, Ruleset]] = []
_worlds: OrderedDict[tuple[Any, ...], World] = OrderedDict()
#: The first ruleset of all that have the same rules, by these.
_first: OrderedDict[tuple[str, str, str], Ruleset] = OrderedDict()

#: A number as the two forms spell it: never within a text that a rule compares with.
_IN_JSON = r'("handle": )([0-9]{1,18})\b'
_IN_TEXT = r"(?m)(# handle )([0-9]{1,18})$"


def _numbered_alike(seen: Firewall) -> Ruleset:
    if len(seen["text"]) > _SMALL or all(known is seen for known, _ in _rulesets):  # nothing to be like
        return _parsed(seen)
    key = _renumbered(seen)
    rules = _first.get(key)
    if rules is None:
        rules = _first[key] = _parsed(seen)
        while len(_first) > _MOST:
            _first.popitem(last=False)
    else:
        _first.move_to_end(key)
    return rules


def _renumbered(seen: Firewall) -> tuple[str, str, str]:
    """The forms of the rules with each number's rank in its place, for their order decides too."""
    forms = ((_IN_JSON, json.dumps(seen["json"], sort_keys=True)), (_IN_TEXT, seen["text"]))
    numbers = {int(found[1]) for pattern, form in forms for found in re.findall(pattern, form)}
    ranks = {number: rank for rank, number in enumerate(sorted(numbers))}
    one, other = (
        re.sub(pattern, lambda found: f"{found[1]}{ranks[int(found[2])]}", form) for pattern, form in forms
    )
    return one, other, seen["saved"]


def world(host: Host) -> World:
    """The machine; one without an uplink is given one."""
    known_routes = [Route(one["destination"], one["interface"], one["gateway"]) for one in host.ask(routes())]
    known_links = [
        Link(one["name"], tuple(_ipv4(one["addresses"])), one["up"], one["master"])
        for one in host.ask(links())
    ]
    if not any(route.destination == _EVERYWHERE for route in known_routes):
        known_links.append(Link(UPLINK, (UPLINK_ADDRESS,)))
        known_routes.append(Route(_EVERYWHERE, UPLINK, UPLINK_GATEWAY))
    return _kept(
        World(
            links=tuple(known_links),
            routes=tuple(known_routes),
            forwarding=_on(host, "net.ipv4.ip_forward"),
            rp_filter={link.name: _reverse_path(host, link.name) for link in known_links},
            route_localnet=_on(host, "net.ipv4.conf.all.route_localnet"),
        )
    )


def _kept(made: World) -> World:
    """The same object for the same machine."""
    filters = tuple(made.rp_filter.items())
    key = (made.links, made.routes, made.forwarding, filters, made.route_localnet)
    known = _worlds.setdefault(key, made)
    _worlds.move_to_end(key)
    while len(_worlds) > _MOST:
        _worlds.popitem(last=False)
    return known


def uplink(around: World) -> Link:
    """The interface of the default route.

    :raises Unobservable: where it is not there, or has no address that a client could connect to.
    """
    name = next(route.interface for route in around.routes if route.destination == _EVERYWHERE)
    link = next((link for link in around.links if link.name == name), None)
    if link is None or not link.addresses:
        raise Unobservable("no-address", text("the uplink {name} has no IPv4 address", name=name))
    return link


def evaluated(ask: Callable[[], T]) -> T:
    """The packet path's answer.

    :raises Unobservable: where a recording holds rules, routes or addresses that no kernel has.
    """
    try:
        return ask()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise Unobservable(
            "malformed", text("the ruleset cannot be read: {error}", error=str(error))
        ) from None


def without(rules: Ruleset, place: Place) -> Ruleset:
    """The ruleset as it would be without a rule."""
    name = (place.family, place.table, place.chain)
    chain = rules.chains[name]
    left = tuple(rule for rule in chain.rules if rule.place.handle != place.handle)
    return replace(rules, chains={**rules.chains, name: replace(chain, rules=left)})


def delete(place: Place) -> str:
    """The command that takes a rule away."""
    return f"sudo nft delete rule {place.family} {place.table} {place.chain} handle {place.handle}"


def told(steps: Sequence[Step]) -> Text:
    """The steps that decided something, a step a line."""
    shown = [step for step in steps if step.action not in _UNTOLD]
    values = {f"step{number}": explain(step) for number, step in enumerate(shown)}
    return Text("\n".join(f"{{{name}}}" for name in values), values)


def _ipv4(addresses: list[str]) -> Iterator[str]:
    return (address for address in addresses if ":" not in address)


def _on(host: Host, name: str) -> bool:
    return host.ask(sysctl(name)) == "1"


def _reverse_path(host: Host, link: str) -> int:
    """The kernel takes the larger of the two (ip-sysctl.rst, rp_filter)."""
    found = (host.ask(sysctl(f"net.ipv4.conf.{one}.rp_filter")) for one in ("all", link) if "." not in one)
    return max((int(value) for value in found if value and value.isdecimal()), default=0)
