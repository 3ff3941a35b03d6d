"""What ``iptables-save`` adds: the one thing that the translation in the text form loses.

``iptables -m conntrack --ctstate NEW,DNAT`` is listed by nft as ``ct status dnat``, as if NEW had not been
asked for (xt_conntrack's translation up to iptables 1.8.11). Rules have no handles there: they are taken by
their place in the chain, and only where both forms have as many.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

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


def states_asked(rule: str) -> tuple[Sequence[str], Sequence[str]] | None:
    """The connection states and statuses of the rule's ``--ctstate``; None unless it has exactly one."""
    try:
        words = shlex.split(rule)
    except ValueError:
        return None
    if words.count("--ctstate") != 1 or words[-1] == "--ctstate":
        return None
    names = words[words.index("--ctstate") + 1].split(",")
    states = [name.lower() for name in names if name not in _STATUS]
    return states, [name.lower() for name in names if name in _STATUS]
