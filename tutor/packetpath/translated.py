"""What iptables-nft made, with its arguments."""

from __future__ import annotations

from typing import Any

from tutor.packetpath.saved import states_asked
from tutor.packetpath.text_rule import read_rule
from tutor.packetpath.words import NotReadable

Statement = dict[str, Any]


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
    """A match of iptables on connection states that may also ask for SNAT or DNAT.

    Becomes ``{"ctstate": {"states": [...], "statuses": [...], "negated": bool, "complete": bool}}``, where
    more states may have been asked for unless ``complete``.
    """
    match = statement.get("match", {})
    names = match.get("right")
    if match.get("left") != {"ct": {"key": "status"}} or names not in ("dnat", "snat", ["snat", "dnat"]):
        return statement
    asked = states_asked(saved) if saved else None
    statuses = [names] if isinstance(names, str) else names
    if asked and sorted(asked[1]) != sorted(statuses):
        asked = None
    negated = match["op"] not in ("in", "==")
    states = asked[0] if asked else []
    return {
        "ctstate": {"states": states, "statuses": statuses, "negated": negated, "complete": asked is not None}
    }
