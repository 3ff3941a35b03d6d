"""Domains and their snapshots: a domain is known by its uuid, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from tutor.baseline.plan import NOT_KNOWN, WAS_THERE, Draft
from tutor.baseline.records import held
from tutor.baseline.things import Thing, of_kind
from tutor.host.libvirt.inventory import HeldDomain, HeldSnapshot
from tutor.text import Text, text


def doom(draft: Draft) -> None:
    """Which domains go: those under the course's names that were not there before."""
    before = held(draft.before)
    for thing in of_kind(draft.things, "domain"):
        for domain in _called(draft, thing.words[0]):
            if before is None:
                draft.refuse(thing, _name(domain), NOT_KNOWN)
            elif domain["uuid"] in _uuids(before["domains"]):
                draft.refuse(thing, _name(domain), WAS_THERE, foreign=True)
            else:
                draft.doomed.add(domain["uuid"])


def domains(draft: Draft) -> None:
    """Switch them off, and have libvirt forget them, with all that it keeps beside their definition."""
    for thing in of_kind(draft.things, "domain"):
        for domain in _called(draft, thing.words[0]):
            if domain["uuid"] in draft.doomed:
                _take_away(draft, thing, domain)


def snapshots(draft: Draft) -> None:
    """Of the domains that stay: those that were not there before, with everything below them."""
    for thing in of_kind(draft.things, "snapshot"):
        name, snapshot = thing.words
        for domain in _called(draft, name):
            if domain["uuid"] not in draft.doomed and snapshot in {
                one["name"] for one in domain["snapshots"]
            }:
                _take_snapshot(draft, thing, domain, snapshot)


def _take_away(draft: Draft, thing: Thing, domain: HeldDomain) -> None:
    called, uuid = _name(domain), domain["uuid"]
    if domain["active"]:
        effect = text("switched off") if domain["persistent"] else text("switched off, which removes it")
        draft.add(f"destroy {uuid}", thing, called, effect, f"{draft.virsh} destroy {uuid}")
    if domain["persistent"]:
        effect = text("definition removed, with its saved state and firmware settings")
        if domain["snapshots"]:
            names = ", ".join(one["name"] for one in domain["snapshots"])
            effect = text("{effect}, and its snapshots: {names}", effect=effect, names=names)
        flags = "--managed-save --snapshots-metadata --checkpoints-metadata --nvram"
        draft.add(f"undefine {uuid}", thing, called, effect, f"{draft.virsh} undefine {uuid} {flags}")


def _take_snapshot(draft: Draft, thing: Thing, domain: HeldDomain, name: str) -> None:
    called = text("snapshot {name} of {domain}", name=name, domain=domain["name"])
    before = held(draft.before)
    if before is None:
        draft.refuse(thing, called, NOT_KNOWN)
        return
    below = _below(name, domain["snapshots"])
    old = {
        one["name"]
        for each in before["domains"]
        if each["uuid"] == domain["uuid"]
        for one in each["snapshots"]
    }
    if name in old:
        draft.refuse(thing, called, WAS_THERE, foreign=True)
        return
    if old & set(below):
        why = text(
            "snapshots that were there before build on it: {names}", names=", ".join(sorted(old & set(below)))
        )
        draft.refuse(thing, called, why)
        return
    effect = text("removed")
    if below:
        effect = text("removed, with what was taken after it: {names}", names=", ".join(below))
    command = f"{draft.virsh} snapshot-delete {domain['uuid']} --snapshotname {quote(name)} --children"
    draft.add(f"snapshot {domain['uuid']} {name}", thing, called, effect, command)


def _below(name: str, taken: Iterable[HeldSnapshot]) -> list[str]:
    """The names of all snapshots that descend from one."""
    taken, found = list(taken), {name}
    while more := {one["name"] for one in taken if one["parent"] in found} - found:
        found |= more
    return sorted(found - {name})


def _called(draft: Draft, name: str) -> list[HeldDomain]:
    libvirt = draft.now["libvirt"]
    return [one for one in libvirt["domains"] if one["name"] == name] if libvirt else []


def _uuids(found: Iterable[HeldDomain]) -> set[str]:
    return {one["uuid"] for one in found}


def _name(domain: HeldDomain) -> Text:
    return text("domain {name}", name=domain["name"])
