"""What ``iptables-save`` adds: the one match that the translation in the text form does not tell.

``iptables -m conntrack ! --ctstate NEW,DNAT`` is listed by nft as ``ct status dnat``: neither NEW nor the
negation is there (seen with iptables 1.8.9 and 1.8.11). Rules have no handles in iptables-save: they are
taken by their place in the chain, and only where both forms have as many.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from tutor.dataclass import dataclass

_STATUS = frozenset({"DNAT", "SNAT"})

#: The rules of a chain of iptables' tables, by table and chain.
Saved = dict[tuple[str, str], list[str]]


def read_saved(text: str) -> Saved:
    """Read the output of ``iptables-save``."""
    rules: Saved = {}
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif line.startswith("-A "):
            rules.setdefault((table, line.split(maxsplit=2)[1]), []).append(line)
    return rules


@dataclass(frozen=True, slots=True)
class Asked:
    """A ``--ctstate``: states of the connection, or that it is translated."""

    states: Sequence[str]
    statuses: Sequence[str]
    negated: bool


def states_asked(rule: str) -> Asked | None:
    """What the rule's ``--ctstate`` asks for; None unless it has exactly one."""
    try:
        words = shlex.split(rule)
    except ValueError:
        return None
    if words.count("--ctstate") != 1 or words[-1] == "--ctstate":
        return None
    place = words.index("--ctstate")
    names = words[place + 1].split(",")
    return Asked(
        [name.lower() for name in names if name not in _STATUS],
        [name.lower() for name in names if name in _STATUS],
        words[place - 1] == "!",
    )
