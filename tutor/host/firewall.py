"""The firewall: the ruleset of nftables, which also holds what today's iptables makes."""

from __future__ import annotations

import json
from typing import Any, TypedDict

from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.text import text

#: Tables of the legacy iptables, which nft does not see (iptables(8), xtables-legacy(8)).
_LEGACY = "/proc/net/ip_tables_names"
_NEXT = "\n--- next form ---\n"
# One call, so that sudo is asked once. iptables-nft-save says the one thing that nft's translation of
# iptables' matches loses; where it is missing or refuses, the other two stand alone.
_SCRIPT = (
    "nft -j list ruleset && printf '{mark}' && nft -a list ruleset && printf '{mark}' && "
    "{{ iptables-nft-save || true; }} 2>/dev/null"
)


class Firewall(TypedDict):
    """The ruleset in its forms.

    :ivar json: ``nft -j list ruleset``, parsed.
    :ivar text: ``nft -a list ruleset``.
    :ivar saved: ``iptables-save``; empty where there is none.
    :ivar legacy: tables of the legacy iptables that are loaded: their rules are in none of the forms.
    """

    json: dict[str, Any]
    text: str
    saved: str
    legacy: list[str]


def firewall() -> Question[Firewall]:
    """The whole ruleset of this network namespace. Needs sudo."""
    return Question("firewall", Firewall)


@source("firewall", by="sudo -n nft -j list ruleset, nft -a list ruleset, iptables-save", slow=True)
def look_at_firewall(machine: Machine) -> Firewall:
    """See :func:`firewall`.

    :raises Unobservable: ``program-missing`` without nft, ``not-permitted``, ``failed`` or ``malformed``.
    """
    machine.run(["nft", "--version"])
    script = _SCRIPT.format(mark=_NEXT.replace("\n", "\\n"))
    done = machine.run_as_root(["sh", "-c", script], text("Reading the firewall's rules"))
    forms = done.stdout.split(_NEXT)
    if done.returncode != 0 or len(forms) != _FORMS:
        error = done.stderr.strip() or text("no answer")
        raise Unobservable("failed", text("nft list ruleset failed: {error}", error=error))
    return {"json": _parsed(forms[0]), "text": forms[1], "saved": forms[2], "legacy": _legacy_tables(machine)}


_FORMS = 3


def _parsed(printed: str) -> dict[str, Any]:
    try:
        found = json.loads(printed)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("nftables"), list):
        raise Unobservable("malformed", text("what nft -j list ruleset printed is no ruleset"))
    return found


def _legacy_tables(machine: Machine) -> list[str]:
    """The file is root's; where it is not there, the legacy tables are not loaded."""
    try:
        with open(_LEGACY, encoding="ascii", errors="replace") as file:
            return file.read().split()
    except FileNotFoundError:
        return []
    except PermissionError:
        done = machine.run_as_root(["cat", _LEGACY], text("Reading which legacy iptables tables are loaded"))
        return done.stdout.split()
