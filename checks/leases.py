"""Addresses that guests have got from a network."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from shlex import quote

from checks import domain_xml
from checks.commands import virsh
from checks.domain_commands import known as known_domain
from checks.domain_commands import manage
from checks.network_xml import addresses, attribute
from checks.network_xml import definition as network_definition
from checks.networks import known as known_network
from tutor.grading.finding import failed, passed, skipped
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.leases import Lease
from tutor.host.libvirt.leases import leases as leases_question
from tutor.host.links import links
from tutor.host.question import Unobservable
from tutor.host.xml import shared
from tutor.text import Text, text

_WHY_LEASE = text("The lease is how the network knows the guest, and how the port forward finds it.")
_WHY_KEPT = text("A guest keeps the address that it got until it asks again.")
_WAIT = text(
    "A guest gets its address when its system has started and asks for one: see whether one runs in it."
)

#: Seconds in which a guest's system should have started and asked for its address.
_PATIENCE = 120


@check("domain-lease")
def domain_lease(host: Host, *, domain: str, network: str) -> Finding:
    """The domain {domain} has an address from the network {network} while it runs."""
    found = known_domain(host, domain)
    if found["state"] != "running":
        return skipped("not-running", text("{domain} does not run, so it has no address now", domain=domain))
    mac, tap = live_card(found["xml"], network)
    if not known_network(host, network)["active"]:
        return _network_down(host, network, tap)
    xml = network_definition(known_network(host, network), live=True)
    bridge = attribute(xml, "bridge", "name") or ""
    if not any(link["name"] == tap and link["master"] == bridge for link in host.ask(links())):
        return _unplugged(bridge, tap)
    lease = lease_of(host, network, mac)
    if lease is None:
        return _no_lease(host, domain, network, mac)
    if not within(lease["address"], addresses(xml)):
        return _refuse(
            host,
            "outside-subnet",
            text("{address} is not in the network", address=lease["address"]),
            domain,
        )
    return passed(
        text("{address} on {tap}, a port of {bridge}", address=lease["address"], tap=tap or "", bridge=bridge)
    )


def _network_down(host: Host, network: str, tap: str | None) -> Finding:
    plug = _plug(
        tap, attribute(network_definition(known_network(host, network), live=False), "bridge", "name")
    )
    return failed(
        "network-down",
        text("the network {network} is not active", network=network),
        why=text("When a network is stopped under a running guest, the guest's cable is left hanging."),
        hint=text("Start the network, and plug the cable in again, or restart the guest."),
        fix=(f"{virsh(host, 'net-start', network)}{f' && {plug}' if plug else ''}",),
    )


def _unplugged(bridge: str, tap: str | None) -> Finding:
    """A restarted network leaves the guests' cables hanging."""
    plug = _plug(tap, bridge)
    return failed(
        "not-on-the-bridge",
        text("{tap} is no port of {bridge}", tap=tap or "-", bridge=bridge or "-"),
        why=text(
            "When a network is stopped and started under a running guest, the guest's cable is left hanging."
        ),
        hint=text(
            "Look at: ip link show master {bridge}. Restarting the guest plugs it in, too.",
            bridge=bridge or "-",
        ),
        fix=(plug,) if plug else (),
    )


def _plug(tap: str | None, bridge: str | None) -> str:
    """What libvirt did when the guest started; the guest need not be stopped for it."""
    return f"sudo ip link set {quote(tap)} master {quote(bridge)} up" if tap and bridge else ""


def _no_lease(host: Host, domain: str, network: str, mac: str) -> Finding:
    others = [lease for lease in known_leases(host, network) if lease["hostname"] == domain]
    if not others:
        return _refuse(host, "no-lease", text("no lease for {mac}", mac=mac), domain)
    observed = text(
        "the lease of {domain} is for {other}, not for {mac}", domain=domain, other=others[0]["mac"], mac=mac
    )
    return _refuse(host, "older-mac", observed, domain)


def _refuse(host: Host, code: str, observed: Text, domain: str) -> Finding:
    wait = f"{virsh(host, 'domifaddr', domain)} | grep -q ipv4"
    return failed(code, observed, why=_WHY_LEASE, hint=_WAIT, fix=renew(host, domain, wait))


@check("domain-has-address")
def domain_has_address(host: Host, *, domain: str, network: str, address: str) -> Finding:
    """The domain {domain} has the address {address} while it runs."""
    found = known_domain(host, domain)
    if found["state"] != "running":
        return skipped("not-running", text("{domain} does not run, so it has no address now", domain=domain))
    mac, _ = live_card(found["xml"], network)
    had = [lease["address"] for lease in known_leases(host, network) if lease["mac"] == mac]
    if address in had:
        return passed(text("{address}", address=address))
    taken = [lease["mac"] for lease in known_leases(host, network) if lease["address"] == address]
    if taken:
        # dnsmasq gives nobody else an address while a lease of it is valid.
        return failed(
            "address-taken",
            text("{address} is leased to {mac}", address=address, mac=taken[0]),
            why=_WHY_KEPT,
            hint=text("Who has the address must give it back, or its lease run out. Then restart the guest."),
        )
    read = f"{virsh(host, 'net-dhcp-leases', network, mac)} | grep -qF {quote(f' {address}/')}"
    return failed(
        "old-address" if had else "no-lease",
        text("{address}", address=had[0]) if had else text("no lease for {mac}", mac=mac),
        why=_WHY_KEPT,
        hint=text("Restart the guest: it asks for an address when its system starts."),
        fix=renew(host, domain, read),
    )


def live_card(xml: str, network: str) -> tuple[str, str | None]:
    """The MAC and the tap device of a running domain's interface on the network.

    :raises Unobservable: ``gone`` where it has none.
    """
    for element in shared(xml).findall("devices/interface"):
        if attribute(element, "source", "network") == network:
            return (attribute(element, "mac", "address") or "").lower(), attribute(element, "target", "dev")
    raise Unobservable("gone", text("what runs has no interface on {network}", network=network))


def kept_mac(xml: str, network: str) -> str:
    """The MAC that a domain's interface on the network will have at the next start.

    :raises Unobservable: ``gone`` where it has none.
    """
    for nic in domain_xml.read(xml).nics:
        if nic.network == network:
            return nic.mac
    raise Unobservable("gone", text("there is no interface on {network}", network=network))


def known_leases(host: Host, network: str) -> list[Lease]:
    """Those of the network; none where there is no such network."""
    return host.ask(leases_question(SYSTEM, network)) or []


def lease_of(host: Host, network: str, mac: str) -> Lease | None:
    """The lease of that MAC: the one of IPv4, where it has both."""
    found = [lease for lease in known_leases(host, network) if lease["mac"] == mac]
    return min(found, key=lambda lease: ":" in lease["address"], default=None)


def within(address: str, subnets: Sequence[str]) -> bool:
    """Whether an address is in one of the subnets.

    :raises Unobservable: where it is no address; libvirt says no such thing, but a recording may.
    """
    return any(_parsed(address) in network for network in _networks(subnets))


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        raise Unobservable("malformed", text("{address} is no address", address=address)) from None


def _networks(subnets: Iterable[str]) -> Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return (ipaddress.ip_interface(subnet).network for subnet in subnets)


def renew(host: Host, domain: str, until: str) -> tuple[str, ...]:
    """Off and on again, for nothing less makes every guest ask anew; then wait for its address."""
    again = f"{manage(host, 'destroy', domain)} && {manage(host, 'start', domain)}"
    return (again, f"timeout {_PATIENCE} sh -c {quote(f'until {until}; do sleep 1; done')}")
