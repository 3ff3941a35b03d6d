"""Networks, what is entered in them, and storage pools."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from tutor.baseline.plan import NOT_KNOWN, WAS_THERE, Draft, used_by
from tutor.baseline.records import held
from tutor.baseline.things import Thing, of_kind
from tutor.host.libvirt.inventory import HeldNetwork, HostEntry
from tutor.text import Text, text

_BOTH, _LIVE, _KEPT = "--live --config", "--live", "--config"


def networks(draft: Draft) -> None:
    """Stop them, and have libvirt forget them."""
    before = held(draft.before)
    for thing in of_kind(draft.things, "network"):
        for network in _called(draft, thing.words[0]):
            called, uuid = _name(network), network["uuid"]
            if before is None:
                draft.refuse(thing, called, NOT_KNOWN)
            elif any(uuid == one["uuid"] for one in before["networks"]):
                draft.refuse(thing, called, WAS_THERE, foreign=True)
            elif users := _attached(draft, network["name"]):
                draft.refuse(thing, called, used_by(users))
            else:
                _take_away(draft, thing, network)


def _take_away(draft: Draft, thing: Thing, network: HeldNetwork) -> None:
    called, uuid = _name(network), network["uuid"]
    if network["active"]:
        draft.add(
            f"net-destroy {uuid}",
            thing,
            called,
            text("stopped, and its bridge with it"),
            f"{draft.virsh} net-destroy {uuid}",
        )
    if network["persistent"]:
        draft.add(
            f"net-undefine {uuid}",
            thing,
            called,
            text("definition removed"),
            f"{draft.virsh} net-undefine {uuid}",
        )


def host_entries(draft: Draft) -> None:
    """Take out the course's, now and for the next start, and leave the rest of the network as it is."""
    before = held(draft.before)
    for thing in of_kind(draft.things, "host-entry"):
        name, address, domain = thing.words
        known = [
            entry
            for network in (before["networks"] if before else [])
            if network["name"] == name
            for entry in (*network["live"], *network["kept"])
        ]
        for network in _called(draft, name):
            for entry, flags in _entries(network):
                if entry["ip"] != address and entry["name"] != domain:
                    continue
                called = text("address {ip} for {mac} in {network}", network=name, **_shown(entry))
                if before is None:
                    draft.refuse(thing, called, NOT_KNOWN)
                elif entry in known:
                    draft.refuse(thing, called, WAS_THERE, foreign=True)
                else:
                    _take_entry(draft, thing, network, entry, flags)


def _entries(network: HeldNetwork) -> list[tuple[HostEntry, str]]:
    """Each entry once, with the flags for where it stands.

    Not one after the other: where the definition alone is updated, libvirt 11.3 forgets the nftables rules of
    the active network, and leaves them behind when it stops.
    """
    live, kept = network["live"], network["kept"]
    return [
        *((entry, _BOTH if entry in kept else _LIVE) for entry in live),
        *((entry, _KEPT) for entry in kept if entry not in live),
    ]


def _take_entry(draft: Draft, thing: Thing, network: HeldNetwork, entry: HostEntry, flags: str) -> None:
    xml = _xml(entry)
    called = text("address {ip} for {mac} in {network}", network=network["name"], **_shown(entry))
    effect = text("free after a restart, too") if flags == _KEPT else text("free again")
    command = f"{draft.virsh} net-update {network['uuid']} delete ip-dhcp-host {quote(xml)} {flags}"
    draft.add(f"host-entry {network['uuid']} {flags.replace(' ', '')} {xml}", thing, called, effect, command)


def _shown(entry: HostEntry) -> dict[str, str]:
    return {"ip": entry["ip"] or "-", "mac": entry["mac"] or entry["name"] or "-"}


def _xml(entry: HostEntry) -> str:
    from xml.sax.saxutils import quoteattr

    parts = (("mac", entry["mac"]), ("name", entry["name"]), ("ip", entry["ip"]))
    return f"<host {' '.join(f'{key}={quoteattr(value)}' for key, value in parts if value)}/>"


def started(draft: Draft) -> None:
    """A network of the system's runs, and starts with the machine, as it did before."""
    for thing in of_kind(draft.things, "started"):
        before = draft.before["started"].get(thing.words[0])
        for network in _called(draft, thing.words[0]):
            called, uuid = _name(network), network["uuid"]
            if before is None:
                # The next run that looks at the machine records it.
                if network["active"] or network["autostart"]:
                    draft.refuse(
                        thing, called, text("it is not known whether it was started before the course")
                    )
                continue
            if network["autostart"] and not before["autostart"]:
                draft.add(
                    f"net-autostart {uuid}",
                    thing,
                    called,
                    text("no longer started with the machine, as before the course"),
                    f"{draft.virsh} net-autostart --disable {uuid}",
                )
            if network["active"] and not before["active"]:
                _stop(draft, thing, network)


def _stop(draft: Draft, thing: Thing, network: HeldNetwork) -> None:
    users = _attached(draft, network["name"], running=True)
    if users:
        draft.refuse(thing, text("network {name}, running", name=network["name"]), used_by(users))
    elif not network["persistent"]:
        draft.refuse(thing, _name(network), text("it has no definition: stopped, it would be gone"))
    else:
        draft.add(
            f"net-destroy {network['uuid']}",
            thing,
            _name(network),
            text("stopped, as before the course; its definition stays"),
            f"{draft.virsh} net-destroy {network['uuid']}",
        )


def pools(draft: Draft) -> None:
    """Have libvirt forget them; the files in their folders stay."""
    before, libvirt = held(draft.before), draft.now["libvirt"]
    for thing in of_kind(draft.things, "pool"):
        for pool in [one for one in (libvirt["pools"] if libvirt else []) if one["name"] == thing.words[0]]:
            called, uuid = text("storage pool {name}", name=pool["name"]), pool["uuid"]
            users = [one["name"] for one in draft.staying if pool["name"] in one["pools"]]
            if before is None:
                draft.refuse(thing, called, NOT_KNOWN)
            elif any(uuid == one["uuid"] for one in before["pools"]):
                draft.refuse(thing, called, WAS_THERE, foreign=True)
            elif users:
                draft.refuse(thing, called, used_by(users))
            else:
                if pool["active"]:
                    effect = text("switched off in libvirt; the files stay")
                    draft.add(
                        f"pool-destroy {uuid}", thing, called, effect, f"{draft.virsh} pool-destroy {uuid}"
                    )
                if pool["persistent"]:
                    effect = text("definition removed; the files stay")
                    draft.add(
                        f"pool-undefine {uuid}", thing, called, effect, f"{draft.virsh} pool-undefine {uuid}"
                    )


def _attached(draft: Draft, network: str, *, running: bool = False) -> list[str]:
    """The domains that stay and have a card on a network."""
    found: Iterable[str] = (
        one["name"] for one in draft.staying if network in one["networks"] and (one["active"] or not running)
    )
    return list(found)


def _called(draft: Draft, name: str) -> list[HeldNetwork]:
    libvirt = draft.now["libvirt"]
    return [one for one in libvirt["networks"] if one["name"] == name] if libvirt else []


def _name(network: HeldNetwork) -> Text:
    return text("network {name}", name=network["name"])
