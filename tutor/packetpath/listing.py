"""The text form of a whole ruleset: what the JSON form leaves out, by the handles that both have.

Seen in nft 1.0.6 (Debian 12): JSON has no arguments of iptables' matches and targets, no device of an
ingress chain, and the table's name where its flag should stand.
"""

from __future__ import annotations

import re

from tutor.dataclass import dataclass, field

_TABLE = re.compile(r"table (\S+) (\S+) \{(?: # handle \d+)?$")
_CHAIN = re.compile(r"\tchain (\S+) \{(?: # handle \d+)?$")
_RULE = re.compile(r"\t\t(.*?) ?# handle (\d+)$")
_DEVICES = r'device(?:s = \{([^}]*)\}| ("[^"]*"|\S+))'
_COUNTER = r" ?\bcounter packets \d+ bytes \d+"

Table = tuple[str, str]
Chain = tuple[str, str, str]


@dataclass(slots=True)
class Listing:
    """Rules by chain and handle, devices by chain, and tables that are asleep."""

    rules: dict[tuple[Chain, int], str] = field(default_factory=dict)
    devices: dict[Chain, tuple[str, ...]] = field(default_factory=dict)
    dormant: set[Table] = field(default_factory=set)


def read_listing(text: str) -> Listing:
    """Read ``nft -a list ruleset``; lines of no known form are passed over."""
    listing = Listing()
    table, chain = ("", ""), None
    for line in text.splitlines():
        if found := _TABLE.match(line):
            table, chain = (found[1], _plain(found[2])), None
        elif found := _CHAIN.match(line):
            chain = (*table, _plain(found[1]))
        elif line == "\t}":
            chain = None
        elif chain is not None:
            _line_of_chain(listing, chain, line)
        elif line.startswith("\tflags ") and "dormant" in line:
            listing.dormant.add(table)
    return listing


def _line_of_chain(listing: Listing, chain: Chain, line: str) -> None:
    if found := _RULE.match(line):
        listing.rules[chain, int(found[2])] = found[1].strip()
    elif line.startswith("\t\ttype ") and (found := re.search(_DEVICES, line)):
        names = (found[1] or found[2]).split(",")
        listing.devices[chain] = tuple(_plain(name.strip()) for name in names)


def without_counter(rule: str) -> str:
    """The rule for people: what it counted is not what it says."""
    return re.sub(_COUNTER, "", rule).strip()


def _plain(name: str) -> str:
    return name.strip('"')
