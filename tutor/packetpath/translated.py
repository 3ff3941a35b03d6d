"""What iptables-nft made, with its arguments."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tutor.packetpath.saved import states_asked
from tutor.packetpath.text_rule import read_rule
from tutor.packetpath.words import NotReadable

Statement = dict[str, Any]

#: ``--ctstatus`` cannot ask for these: nft writes them for ``--ctstate`` only.
_STATUSES = ("dnat", "snat", ["snat", "dnat"], ["dnat", "snat"])


def with_arguments(statements: list[Statement], text: str | None, saved: str | None) -> list[Statement]:
    """The statements of a rule, with iptables' matches and targets replaced by what they mean.

    :param text: the rule in the text form, if known; what it does not say stays as it was, by name only.
    :param saved: the rule as ``iptables-save`` has it, if known.
    """
    names = {statement["xt"].get("name") for statement in statements if "xt" in statement}
    if not names or text is None:
        return statements
    try:
        read = read_rule(text)
    except NotReadable:
        return statements
    return [_conntrack(one, saved) if "conntrack" in names else one for one in read]


def _conntrack(statement: Statement, saved: str | None) -> Statement:
    """The match of iptables on connection states that asks for SNAT or DNAT too.

    Becomes ``{"ctstate": {"states": [...], "statuses": [...], "negated": bool}}``, or, where the arguments
    are not known, what it was.
    """
    match = statement.get("match", {})
    if match.get("left") != {"ct": {"key": "status"}} or match.get("right") not in _STATUSES:
        return statement
    asked = states_asked(saved) if saved else None
    if asked is None or not asked.statuses:
        return {"xt": {"type": "match", "name": "conntrack"}}
    return {"ctstate": asdict(asked)}
