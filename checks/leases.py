"""Addresses: those that guests have got, and those that are kept for them."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote
from xml.etree.ElementTree import Element

from checks import domain_xml
from checks.commands import virsh
from checks.domain_commands import known as known_domain
from checks.network_xml import addresses, attribute
from checks.network_xml import definition as network_definition
from checks.networks import known as known_network
from tutor.grading.finding import failed, passed, skipped
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import Domain
from tutor.host.libvirt.leases import Lease
from tutor.host.libvirt.leases import leases as leases_question
from tutor.host.links import links
from tutor.host.question import Unobservable
from tutor.host.xml import parse
from tutor.text import Text, text

_WHY_LEASE = text("The lease is how the network knows the guest, and how the port forward finds it.")
_WHY_ENTRY = text("A port forward names an address: it must be the guest's tomorrow too.")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A host element of a network's DHCP, small letters for the MAC."""

    mac: str
    address: str
    name: str | None


@check("domain-lease")
def domain_lease(host: Host, *, domain: str, network: str) -> Finding:
    """The domain {domain} has an address from the network {network} while it runs."""
    found = known_domain(host, domain)
    if found["state"] != "running":
        return skipped("not-running", text("{domain} does not run, so it has no address now", domain=domain))
    mac, tap = _card(found, network)
    lease = _lease(host, network, mac)
    if lease is None:
        return _no_lease(host, domain, network, mac)
    subnets = addresses(network_definition(known_network(host, network), live=True))
    if not _within(lease["address"], subnets):
        return failed(
            "outside-subnet",
            text("{address} is not in the network", address=lease["address"]),
            why=_WHY_LEASE,
            hint=_look(network),
            fix=_renew(host, domain),
        )
    return _port(host, domain, network, lease, tap)


def _port(host: Host, domain: str, network: str, lease: Lease, tap: str | None) -> Finding:
    """Whether the guest's cable is in the network's bridge: a restarted network leaves it hanging."""
    bridge = attribute(network_definition(known_network(host, network), live=True), "bridge", "name")
    plugged = [link for link in host.ask(links()) if link["name"] == tap and link["master"] == bridge]
    if plugged:
        return passed(text("{address} on {tap}, a port of {bridge}", address=lease["address"], tap=tap or "", bridge=bridge or ""))
    return failed(
        "not-on-the-bridge",
        text("{tap} is no port of {bridge}", tap=tap or "-", bridge=bridge or "-"),
        why=text("When a network is stopped and started under a running guest, the guest's cable is left hanging."),
        hint=text("Look at: ip link show master {bridge}", bridge=bridge or ""),
        fix=_renew(host, domain),
    )


def _no_lease(host: Host, domain: str, network: str, mac: str) -> Finding:
    others = [lease for lease in _leases(host, network) if lease["hostname"] == domain]
    if others:
        observed = text(
            "the lease of {domain} is for {other}, not for {mac}", domain=domain, other=others[0]["mac"], mac=mac
        )
    else:
        observed = text("no lease for {mac}", mac=mac)
    return failed(
        "older-mac" if others else "no-lease",
        observed,
        why=_WHY_LEASE,
        hint=text("A guest gets its address when its system has started and asks for one: wait a little, or restart it."),
        fix=_renew(host, domain),
    )


def _append(host: Host, *, network: str, domain: str, address: str) -> tuple[str, ...]:
    """Blocked: the MAC is not known yet, so the command reads it."""
    read = f"$({virsh(host, 'domiflist', domain)} | awk '$3 == \"{network}\" {{print $5; exit}}')"
    return (_update(host, network, "add", f"<host mac='{read}' name='{domain}' ip='{address}'/>", expand=True),)


@check("network-host-entry", remedy=_append)
def network_host_entry(host: Host, *, network: str, domain: str, address: str) -> Finding:
    """The network {network} keeps {address} for the domain {domain}, now and after a restart."""
    found = known_network(host, network)
    mac, _ = _card(known_domain(host, domain), network)
    both = {live: _entries(network_definition(found, live=live)) for live in (True, False)}
    right = {live: _right(entries, mac, address) for live, entries in both.items()}
    wrong = {
        live: [entry for entry in entries if entry not in right[live] and _claims(entry, mac, address)]
        for live, entries in both.items()
    }
    if all(right.values()) and not any(wrong.values()):
        note = text("the entry has no name, so the guest keeps its own in DNS")
        return passed(text("{mac} gets {address}", mac=mac, address=address), note=None if right[True][0].name else note)
    if not _within(address, addresses(network_definition(found, live=False))):
        return _refuse("outside-subnet", text("{address} is not in the network", address=address), ())
    fix = _set_right(host, network, domain, _Entry(mac, address, domain), right, wrong)
    return _refuse(*_what_is_wrong(mac, right, wrong), fix)


def _refuse(code: str, observed: Text, fix: tuple[str, ...]) -> Finding:
    return failed(
        code,
        observed,
        why=_WHY_ENTRY,
        hint=text("Look at: virsh -c qemu:///system net-dumpxml default, and the same with --inactive"),
        fix=fix,
    )


def _what_is_wrong(
    mac: str, right: dict[bool, list[_Entry]], wrong: dict[bool, list[_Entry]]
) -> tuple[str, Text]:
    claims = [*wrong[True], *wrong[False]]
    if claims and any(right.values()):
        other = claims[0]
        return "duplicate", text("{mac} and {address} stand in another entry too", mac=other.mac, address=other.address)
    if claims and claims[0].mac != mac:
        return "another-mac", text("it is kept for {other}, but the domain has {mac}", other=claims[0].mac, mac=mac)
    if claims:
        return "another-address", text("{mac} gets {address}", mac=mac, address=claims[0].address)
    if right[True]:
        return "live-only", text("the entry is only in what runs: gone when the network stops")
    if right[False]:
        return "config-only", text("the entry is only in the definition: not in force before the network restarts")
    return "missing", text("there is no entry for {mac}", mac=mac)


def _set_right(
    host: Host,
    network: str,
    domain: str,
    entry: _Entry,
    right: dict[bool, list[_Entry]],
    wrong: dict[bool, list[_Entry]],
) -> tuple[str, ...]:
    """Take the wrong entries away where they are, then add the right one where it is missing."""
    commands = []
    for live, flag in ((True, "--live"), (False, "--config")):
        for one in wrong[live]:
            xml = f"<host mac='{one.mac}' ip='{one.address}'/>" if one.mac else f"<host ip='{one.address}'/>"
            commands.append(_update(host, network, "delete", xml, flag))
    xml = f"<host mac='{entry.mac}' name='{domain}' ip='{entry.address}'/>"
    flags = [flag for live, flag in ((True, "--live"), (False, "--config")) if not right[live]]
    if not known_network(host, network)["active"]:
        flags = ["--config"]
    return (*commands, *((_update(host, network, "add", xml, *flags),) if flags else ()))


def _update(host: Host, network: str, command: str, xml: str, *flags: str, expand: bool = False) -> str:
    words = virsh(host, "net-update", network, command, "ip-dhcp-host")
    quoted = f'"{xml}"' if expand else quote(xml)
    return " ".join([words, quoted, *(flags or ("--live", "--config"))])


@check("domain-has-address")
def domain_has_address(host: Host, *, domain: str, network: str, address: str) -> Finding:
    """The domain {domain} has the address {address} while it runs."""
    found = known_domain(host, domain)
    if found["state"] != "running":
        return skipped("not-running", text("{domain} does not run, so it has no address now", domain=domain))
    mac, _ = _card(found, network)
    lease = _lease(host, network, mac)
    if lease is not None and lease["address"] == address:
        return passed(text("{address}", address=address))
    wait = f"timeout 120 sh -c 'until {virsh(host, 'net-dhcp-leases', network)} | grep -qF {address}/; do sleep 1; done'"
    return failed(
        "old-address" if lease else "no-lease",
        text("{address}", address=lease["address"]) if lease else text("no lease for {mac}", mac=mac),
        why=text("A guest keeps the address that it got until it asks again."),
        hint=text("Restart the guest: it asks for an address when its system starts."),
        fix=(*_renew(host, domain), wait),
    )


def _card(found: Domain, network: str) -> tuple[str, str | None]:
    """The MAC of the domain's interface on the network, and its tap device while it runs."""
    for element in parse(found["xml"]).findall("devices/interface"):
        if attribute(element, "source", "network") == network:
            return (attribute(element, "mac", "address") or "").lower(), attribute(element, "target", "dev")
    kept = [nic.mac for nic in domain_xml.read(found["inactive_xml"]).nics if nic.network == network]
    if not kept:
        raise Unobservable("gone", text("{domain} has no interface on {network}", domain=found["name"], network=network))
    return kept[0], None


def _leases(host: Host, network: str) -> list[Lease]:
    return host.ask(leases_question(SYSTEM, network)) or []


def _lease(host: Host, network: str, mac: str) -> Lease | None:
    return next((lease for lease in _leases(host, network) if lease["mac"] == mac), None)


def _entries(xml: Element) -> list[_Entry]:
    return [
        _Entry((one.get("mac") or "").lower(), one.get("ip") or "", one.get("name"))
        for one in xml.findall("ip/dhcp/host")
    ]


def _right(entries: Sequence[_Entry], mac: str, address: str) -> list[_Entry]:
    return [entry for entry in entries if (entry.mac, entry.address) == (mac, address)]


def _claims(entry: _Entry, mac: str, address: str) -> bool:
    return mac == entry.mac or address == entry.address


def _within(address: str, subnets: Sequence[str]) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_interface(subnet).network for subnet in subnets)


def _look(network: str) -> Text:
    return text("Look at: virsh -c qemu:///system net-dhcp-leases {network}", network=network)


def _renew(host: Host, domain: str) -> tuple[str, ...]:
    """Off and on again: nothing less makes every guest ask anew."""
    return (virsh(host, "destroy", domain), virsh(host, "start", domain))
