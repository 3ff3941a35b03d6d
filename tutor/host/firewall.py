"""The firewall: the ruleset of nftables, which also holds what today's iptables makes."""

from __future__ import annotations

import json
from typing import Any

from tutor.host.machine import Machine
from tutor.host.programs import find_program
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

_MARK = "--- next form ---"
#: Prints the ruleset in its forms. One command, so that sudo is asked once. iptables-save tells what nft's
#: translation of iptables' matches loses; where it is missing or refuses, the other two stand alone.
FORMS_COMMAND = (
    f"nft -j list ruleset && echo '{_MARK}' && nft -a list ruleset && echo '{_MARK}' && "
    "{ iptables-nft-save || true; } 2>/dev/null"
)
_FORMS = 3
#: Tables of the legacy iptables, which nft does not see; the file is there while its module is loaded.
LEGACY = "/proc/net/ip_tables_names"
#: All that is read as root: the forms, and the names of those tables.
READ_COMMAND = f"{FORMS_COMMAND} && echo '{_MARK}' && {{ cat {LEGACY} || [ ! -e {LEGACY} ]; }} 2>/dev/null"

_READ = ("sh", "-c", READ_COMMAND)


class Firewall(TypedDict):
    """The ruleset in its forms.

    ``json`` is what ``nft -j list ruleset`` prints, parsed; ``text`` what ``nft -a list ruleset``, and
    ``saved`` what ``iptables-save`` prints, empty where there is none. ``legacy`` are the tables of the
    legacy iptables that are loaded: their rules are in none of the forms.
    """

    json: dict[str, Any]
    text: str
    saved: str
    legacy: list[str]


def firewall() -> Question[Firewall]:
    """The whole ruleset of this network namespace. Needs sudo."""
    return Question("firewall", Firewall)


@source("firewall", by="sudo -n nft list ruleset", slow=True)
def look_at_firewall(machine: Machine) -> Firewall:
    """See :func:`firewall`.

    :raises Unobservable: ``program-missing`` without nft, ``not-permitted``, ``failed`` or ``malformed``.
    """
    # Whether there is an nft at all is asked before a password is.
    if find_program(machine, "nft") is None:
        raise Unobservable(
            "program-missing",
            text("nft, which shows the firewall's rules, is not installed"),
            ("sudo apt-get install -y nftables",),
        )
    done = machine.run_as_root(_READ, text("Reading the firewall's rules"))
    *forms, legacy = split_forms(done.stdout)
    if done.returncode != 0 or len(forms) != _FORMS:
        raise Unobservable("failed", done.complaint("nft list ruleset"))
    return {"json": _parsed(forms[0]), "text": forms[1], "saved": forms[2], "legacy": legacy.split()}


def begin(machine: Machine) -> None:
    """Start to read the rules before anybody asks for them: nothing else takes as long."""
    if find_program(machine, "nft") is not None:
        machine.begin_as_root(_READ)


def split_forms(printed: str) -> list[str]:
    """What :data:`FORMS_COMMAND` or :data:`READ_COMMAND` printed, part by part."""
    return printed.split(f"{_MARK}\n")


def _parsed(printed: str) -> dict[str, Any]:
    try:
        found = json.loads(printed)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("nftables"), list):
        raise Unobservable("malformed", text("what nft -j list ruleset printed is no ruleset"))
    return found
