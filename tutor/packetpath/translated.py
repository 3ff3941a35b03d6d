"""What iptables-nft made, with its arguments, as far as nft's translation of them can be trusted.

The translations were compared with what was asked for (iptables 1.8.9 and 1.8.11): those listed here are
faithful but for the cases that :func:`_lost` names.
"""

from __future__ import annotations

from typing import Any

from tutor.dataclass import asdict
from tutor.packetpath.saved import states_asked
from tutor.packetpath.text_rule import read_rule
from tutor.packetpath.words import NotReadable

Statement = dict[str, Any]

_FAITHFUL = frozenset({
    "addrtype", "comment", "conntrack", "connmark", "icmp", "iprange", "mark", "multiport", "pkttype",
    "rpfilter", "state", "tcp", "udp", "CONNMARK", "CT", "DNAT", "LOG", "MARK", "MASQUERADE", "REDIRECT",
    "REJECT", "SNAT", "TCPMSS", "CHECKSUM",
})  # fmt: skip
#: ``--ctstatus`` cannot ask for these: nft writes them for ``--ctstate`` only.
_STATUSES = ("dnat", "snat", ["snat", "dnat"], ["dnat", "snat"])


def with_arguments(statements: list[Statement], text: str | None, saved: str | None) -> list[Statement]:
    """The statements of a rule, with iptables' matches and targets replaced by what they mean.

    :param text: the rule in the text form, if known; what it does not say stays as it was, by name only.
    :param saved: the rule as ``iptables-save`` has it, if known.
    """
    names = {str(statement["xt"].get("name")) for statement in statements if "xt" in statement}
    if not names or text is None or not names <= _FAITHFUL:
        return statements
    try:
        return [_mended(one, names, saved) for one in read_rule(text)]
    except NotReadable:
        return statements


def _mended(statement: Statement, names: set[str], saved: str | None) -> Statement:
    match = statement.get("match", {})
    if "conntrack" in names and _is_translated_state(match):
        asked = states_asked(saved) if saved else None
        return {"ctstate": asdict(asked)} if asked and asked.statuses else _by_name("match", "conntrack")
    fib = match.get("left", {}).get("fib", {})
    if "rpfilter" in names and fib.get("result") == "oif":
        # Other than the expression that it is translated to, it takes no broadcast address for a sender's.
        return {"match": {**match, "left": {"fib": {**fib, "unicast": True}}}}
    return _lost(statement, names, saved) or statement


def _is_translated_state(match: dict[str, Any]) -> bool:
    return match.get("left") == {"ct": {"key": "status"}} and match.get("right") in _STATUSES


def _lost(statement: Statement, names: set[str], saved: str | None) -> Statement | None:
    """What stands for a translation that may have lost a part; None where it has not."""
    left = statement.get("match", {}).get("left", {})
    if "addrtype" in names and "saddr" in left.get("fib", {}).get("flags", ()):
        # A --dst-type beside --src-type is not translated.
        return None if saved and "--dst-type" not in saved else _by_name("match", "addrtype")
    if "multiport" in names and "concat" in left:
        # --ports loses its negation, and its ranges' insides.
        return _by_name("match", "multiport")
    if "CONNMARK" in names and "mangle" in statement and _has_mask(statement["mangle"]["value"]):
        return _by_name("target", "CONNMARK")
    return None


def _has_mask(value: Any) -> bool:
    return isinstance(value, dict) and not {"meta", "ct"} & value.keys()


def _by_name(kind: str, name: str) -> Statement:
    return {"xt": {"type": kind, "name": name}}
