"""Addresses that a network keeps for its guests: the host elements of its DHCP."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING

from checks.commands import virsh
from checks.domain_commands import known as known_domain
from checks.domain_commands import manage
from checks.leases import kept_mac, within
from checks.network_commands import define, start
from checks.network_xml import addresses
from checks.network_xml import definition as network_definition
from tutor.dataclass import dataclass
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network as network_question
from tutor.host.xml import attribute
from tutor.text import Text, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_WHY = text("A port forward names an address: it must be the guest's tomorrow too.")
LIVE, CONFIG = "--live", "--config"


@dataclass(frozen=True, slots=True)
class Entry:
    """A host element, small letters for the MAC."""

    mac: str
    address: str
    name: str | None

    @property
    def xml(self) -> str:
        """As net-update takes it."""
        parts = {"mac": self.mac, "name": self.name, "ip": self.address}
        return f"<host {' '.join(f'{key}={attribute(value)}' for key, value in parts.items() if value)}/>"


@dataclass(frozen=True, slots=True)
class _Book:
    """The entries of one of the two definitions: those that are right, and those that stand in the way."""

    right: tuple[Entry, ...]
    wrong: tuple[Entry, ...]


def _append(host: Host, *, network: str, domain: str, address: str) -> tuple[str, ...]:
    """Blocked: the MAC is not known yet, so the command reads it."""
    listed = manage(host, "domiflist", domain, "--inactive")
    # awk reads backslashes in what is assigned to a variable (gawk(1), -v).
    source = quote(f"network={network}".replace("\\", r"\\"))
    mac = f"\"$({listed} | awk -v {source} '$3 == network {{print $5; exit}}')\""
    before, _, after = Entry("MAC", address, domain).xml.partition("MAC")
    xml = quote(before) + mac + quote(after)
    there = f"{virsh(host, 'net-dumpxml', network)} | grep -qF {quote(address)}"
    return (f"{there} || {virsh(host, 'net-update', network, 'add', 'ip-dhcp-host')} {xml} {LIVE} {CONFIG}",)


def _hint(host: Host, network: str) -> Text:
    command = virsh(host, "net-dumpxml", network)
    return text("Look at: {command}, and the same with --inactive", command=command)


def _no_network(host: Host, network: str, domain: str, address: str) -> Finding:
    return failed(
        "no-network",
        text("{name} is not there: no address can be kept on it", name=network),
        why=_WHY,
        hint=_hint(host, network),
        fix=(
            *define(host, network),
            *start(host, network=network),
            *_append(host, network=network, domain=domain, address=address),
        ),
    )


@check("network-host-entry", remedy=_append)
def network_host_entry(host: Host, *, network: str, domain: str, address: str) -> Finding:
    """The network {network} keeps {address} for the domain {domain}, now and after a restart."""
    found, kept = host.ask(network_question(SYSTEM, network)), known_domain(host, domain)
    if found is None:
        return _no_network(host, network, domain, address)
    wanted = Entry(kept_mac(kept["inactive_xml"], network), address, domain)
    subnets = addresses(network_definition(found, live=False))
    if not within(address, subnets):
        return failed(
            "wrong-subnet",
            text(
                "{address} is not in the network, which is {subnets}",
                address=address,
                subnets=", ".join(subnets) or "-",
            ),
            why=_WHY,
            hint=text(
                "Either the network has another subnet than it had at first, or the address is wrong: decide."
            ),
        )
    # Of a network that is not there to stay, libvirt calls what runs its definition.
    flags = (LIVE,) * found["active"] + (CONFIG,) * found["persistent"]
    books = {flag: _book(network_definition(found, live=flag == LIVE), wanted) for flag in flags}
    if found["persistent"] and all(book.right and not book.wrong for book in books.values()):
        note = text("the entry has no name, so the guest keeps its own in DNS")
        named = all(book.right[0].name for book in books.values())
        return passed(
            text("{mac} gets {address}", mac=wanted.mac, address=address), note=None if named else note
        )
    code, observed = _what_is_wrong(wanted, books, subnets)
    keep = (
        []
        if found["persistent"]
        else [f"{virsh(host, 'net-dumpxml', network)} | {virsh(host, 'net-define', '/dev/stdin')}"]
    )
    return failed(
        code,
        observed,
        why=_WHY,
        hint=_hint(host, network),
        fix=(*_set_right(host, network, wanted, books), *keep),
    )


def _book(xml: Element, wanted: Entry) -> _Book:
    entries = [
        Entry((one.get("mac") or "").lower(), one.get("ip") or "", one.get("name"))
        for one in xml.findall("ip/dhcp/host")
    ]
    right = tuple(one for one in entries if (one.mac, one.address) == (wanted.mac, wanted.address))
    # Libvirt lets no two share a MAC, an address or a name.
    wrong = tuple(
        one
        for one in entries
        if one not in right
        and (one.mac == wanted.mac or one.address == wanted.address or one.name == wanted.name)
    )
    return _Book(right, wrong)


def _what_is_wrong(wanted: Entry, books: dict[str, _Book], subnets: Sequence[str]) -> tuple[str, Text]:
    claims = [one for book in books.values() for one in book.wrong]
    if claims and any(book.right and book.wrong for book in books.values()):
        return "duplicate", text("{entry} stands there too", entry=claims[0].xml)
    if claims and claims[0].mac != wanted.mac:
        other = claims[0].mac or claims[0].name or "-"
        return "another-mac", text(
            "it is kept for {other}, but the domain has {mac}", other=other, mac=wanted.mac
        )
    if claims:
        outside = claims[0].address and not within(claims[0].address, subnets)
        code = "outside-subnet" if outside else "another-address"
        return code, text("{mac} gets {address}", mac=wanted.mac, address=claims[0].address or "-")
    if LIVE in books and books[LIVE].right:
        return "live-only", text("the entry is only in what runs: gone when the network stops")
    if CONFIG in books and books[CONFIG].right:
        return "config-only", text(
            "the entry is only in the definition: not in force before the network restarts"
        )
    return "missing", text("there is no entry for {mac}", mac=wanted.mac)


def _set_right(host: Host, network: str, wanted: Entry, books: dict[str, _Book]) -> tuple[str, ...]:
    """Take the wrong entries away where they are, then add the right one where it is missing."""
    commands = [
        _update(host, network, "delete", one, flag) for flag, book in books.items() for one in book.wrong
    ]
    missing = [flag for flag, book in books.items() if not book.right]
    return (*commands, *((_update(host, network, "add", wanted, *missing),) if missing else ()))


def _update(host: Host, network: str, command: str, entry: Entry, *flags: str) -> str:
    words = virsh(host, "net-update", network, command, "ip-dhcp-host")
    return " ".join([words, quote(entry.xml), *flags])
