"""Networks that nothing leaves."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from shlex import quote
from xml.etree.ElementTree import Element

from checks.commands import virsh
from checks.network_xml import addresses, attribute, definition, mode

from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import network as network_question
from tutor.host.question import Unobservable
from tutor.text import Text, text

_WHY = text("Guests on it talk to one another and to nobody else; a bridge of its own keeps it apart from default.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The isolated network of the course."""

    network: str
    bridge: str
    address: str
    prefix: int
    start: str
    end: str

    @property
    def xml(self) -> str:
        """The definition, on one line."""
        return (
            f"<network><name>{self.network}</name><bridge name='{self.bridge}' stp='on' delay='0'/>"
            f"<ip address='{self.address}' prefix='{self.prefix}'>"
            f"<dhcp><range start='{self.start}' end='{self.end}'/></dhcp></ip></network>"
        )


def _define(
    host: Host, *, network: str, bridge: str, address: str, prefix: int, start: str, end: str
) -> tuple[str, ...]:
    """Define it anew, whatever was there; it is a network of the course's own."""
    wanted = _Wanted(network, bridge, address, prefix, start, end)
    stop = f"{virsh(host, 'net-destroy', network)} >/dev/null 2>&1"
    forget = f"{virsh(host, 'net-undefine', network)} >/dev/null 2>&1"
    define = f"echo {quote(wanted.xml)} | {virsh(host, 'net-define', '/dev/stdin')}"
    return (
        f"{stop}; {forget}; {define}",
        virsh(host, "net-autostart", network),
        virsh(host, "net-start", network),
    )


@check("network-isolated", remedy=_define)
def network_isolated(
    host: Host, *, network: str, bridge: str, address: str, prefix: int, start: str, end: str
) -> Finding:
    """The network {network} is isolated, on {bridge}, with {address}/{prefix} and DHCP from {start} to {end}."""
    found = host.ask(network_question(SYSTEM, network))
    if found is None:
        raise Unobservable("gone", text("the network {name} is gone", name=network))
    wanted = _Wanted(network, bridge, address, prefix, start, end)
    fix = _define(
        host, network=network, bridge=bridge, address=address, prefix=prefix, start=start, end=end
    )
    for live in (False, True):
        wrong = _fault(definition(found, live=live), wanted)
        if wrong is not None:
            code, observed = wrong
            restart = (virsh(host, "net-destroy", network), virsh(host, "net-start", network))
            return failed(
                "restart-needed" if live else code,
                text("still running as before: {what}", what=observed) if live else observed,
                why=_WHY,
                hint=text("Look at: virsh -c qemu:///system net-dumpxml {name}", name=network),
                fix=restart if live else fix,
            )
    return passed(text("{bridge}, {address}/{prefix}, no forward element", bridge=bridge, address=address, prefix=prefix))


def _fault(xml: Element, wanted: _Wanted) -> tuple[str, Text] | None:
    """The first thing that is not as it should be."""
    forward = mode(xml)
    if forward is not None:
        return "forwards", text("it forwards by {mode}", mode=forward)
    bridge = attribute(xml, "bridge", "name")
    if bridge != wanted.bridge:
        return "wrong-bridge", text("its bridge is {bridge}", bridge=bridge or "-")
    stp, delay = attribute(xml, "bridge", "stp"), attribute(xml, "bridge", "delay")
    if stp not in (None, "on"):
        return "stp-off", text("its bridge has STP turned off")
    if delay not in (None, "0"):
        return "wrong-delay", text("its bridge waits {delay} s", delay=delay)
    own = addresses(xml)
    if own != [f"{wanted.address}/{wanted.prefix}"]:
        return "wrong-address", text("its address is {addresses}", addresses=", ".join(own) or "-")
    return _range_fault(xml, wanted)


def _range_fault(xml: Element, wanted: _Wanted) -> tuple[str, Text] | None:
    ranges = [(one.get("start") or "", one.get("end") or "") for one in xml.findall("ip/dhcp/range")]
    if not ranges:
        return "no-dhcp", text("it hands out no addresses")
    if ranges == [(wanted.start, wanted.end)]:
        return None
    shown = ", ".join(f"{start}-{end}" for start, end in ranges)
    subnet = ipaddress.ip_interface(f"{wanted.address}/{wanted.prefix}").network
    outside = any(ipaddress.ip_address(one) not in subnet for pair in ranges for one in pair if one)
    return "range-outside" if outside else "wrong-range", text("it hands out {ranges}", ranges=shown)
