"""Tables and rules of the firewall."""

from __future__ import annotations

import shlex

from tutor.baseline.plan import NOT_KNOWN, WAS_THERE, Draft
from tutor.baseline.records import Firewall
from tutor.baseline.things import Thing, of_kind
from tutor.text import text


def firewall(draft: Draft) -> None:
    """The rules that let something through go before the table that sends it."""
    now = draft.now["firewall"]
    if now is None:
        for thing in (*of_kind(draft.things, "rule"), *of_kind(draft.things, "table")):
            draft.refuse(thing, text("rules of the firewall"), text("they cannot be seen"))
        return
    for thing in of_kind(draft.things, "rule"):
        _rule(draft, thing, now)
    for thing in of_kind(draft.things, "table"):
        _table(draft, thing, now)


def _rule(draft: Draft, thing: Thing, now: Firewall) -> None:
    """Equal rules are the same: as many go as have been added."""
    count = now["rules"].get(thing.name, 0)
    called = text("rule {rule}", rule=thing.words[1])
    before = draft.before["firewall"]
    if not count:
        return
    if before is None:
        draft.refuse(thing, called, NOT_KNOWN)
        return
    old = before["rules"].get(thing.name, 0)
    if old:
        draft.refuse(thing, called, WAS_THERE, foreign=True)
    for number in range(count, old, -1):
        effect = text("removed: libvirt no longer lets forwarded connections in")
        draft.add(f"rule {thing.name} {number}", thing, called, effect, _deletion(draft, thing, now, number))


def _deletion(draft: Draft, thing: Thing, now: Firewall, number: int) -> str:
    program, rule = thing.words
    if program == "iptables":
        return f"{draft.sudo}iptables -w -D {shlex.join(rule.split())}"
    family, table, chain, _ = rule.split(" ", 3)
    # The student's are the upper ones: `insert` puts a rule before those that are there.
    handle = now["handles"][thing.name][now["rules"][thing.name] - number]
    return f"{draft.sudo}nft delete rule {family} {table} {chain} handle {handle}"


def _table(draft: Draft, thing: Thing, now: Firewall) -> None:
    if thing.name not in now["tables"]:
        return
    called = text("table {name} of the firewall", name=thing.name)
    before = draft.before["firewall"]
    if before is None:
        draft.refuse(thing, called, NOT_KNOWN)
    elif thing.name in before["tables"]:
        draft.refuse(thing, called, WAS_THERE, foreign=True)
    else:
        command = f"{draft.sudo}nft delete table {shlex.join(thing.words)}"
        draft.add(f"table {thing.name}", thing, called, text("removed, with the port forward in it"), command)
