"""Networks without a way out, as they are defined."""

from __future__ import annotations

import ipaddress
from shlex import quote
from typing import TYPE_CHECKING

from checks.commands import virsh
from checks.network_commands import restart
from checks.network_xml import addresses, attribute, definition, mode
from checks.networks import known
from tutor.dataclass import dataclass
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import Network, network_names
from tutor.host.libvirt.networks import network as network_question
from tutor.host.question import Unobservable
from tutor.host.xml import NotWellFormed
from tutor.text import Text, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_WHY = text(
    "Guests on it talk to one another and to nobody else; a bridge of its own keeps it apart from default."
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The isolated network of the course."""

    network: str
    bridge: str
    address: str
    prefix: int
    start: str
    end: str

    def define(self, host: Host, uuid: str | None = None) -> str:
        """The command that defines it, in place of the network of that UUID if there is one."""
        xml = (
            f"<network><name>{self.network}</name>{f'<uuid>{uuid}</uuid>' if uuid else ''}"
            f"<bridge name='{self.bridge}' stp='on' delay='0'/>"
            f"<ip address='{self.address}' prefix='{self.prefix}'>"
            f"<dhcp><range start='{self.start}' end='{self.end}'/></dhcp></ip></network>"
        )
        return f"printf %s {_quoted(xml)} | {virsh(host, 'net-define', '/dev/stdin')}"


def _quoted(xml: str) -> str:
    """Readable where it can be: the XML has no other quotes than its own."""
    return f'"{xml}"' if not set(xml) & set('"$`\\!') else quote(xml)


def _define(
    host: Host, *, network: str, bridge: str, address: str, prefix: int, start: str, end: str
) -> tuple[str, ...]:
    """Blocked: nobody knows whether it is there, so the command looks first."""
    if _holder(host, bridge, network):
        return ()
    wanted = _Wanted(network, bridge, address, prefix, start, end)
    return (f"{virsh(host, 'net-uuid', network)} >/dev/null 2>&1 || {wanted.define(host)}",)


@check("network-isolated", remedy=_define)
def network_isolated(
    host: Host, *, network: str, bridge: str, address: str, prefix: int, start: str, end: str
) -> Finding:
    """The network {network} is isolated, on {bridge}, with {address}/{prefix} and DHCP {start} to {end}."""
    found = known(host, network)
    wanted = _Wanted(network, bridge, address, prefix, start, end)
    wrong = _fault(definition(found, live=False), wanted)
    if wrong is not None:
        return _refuse(host, found, wanted, *wrong)
    wrong = _fault(definition(found, live=True), wanted)
    if wrong is not None:
        return failed(
            "restart-needed",
            text("still running as before: {what}", what=wrong[1]),
            why=_WHY,
            hint=text("A network reads its definition when it starts. Restart the guests on it afterwards."),
            fix=(restart(host, network),),
        )
    return passed(
        text(
            "{bridge}, {address}/{prefix}, no forward element", bridge=bridge, address=address, prefix=prefix
        )
    )


def _refuse(host: Host, found: Network, wanted: _Wanted, code: str, observed: Text) -> Finding:
    other = _holder(host, wanted.bridge, wanted.network)
    if other:
        hint = text(
            "{bridge} belongs to the network {other}:"
            " decide which of them is to have it, and undefine or change the other.",
            bridge=wanted.bridge,
            other=other,
        )
        return failed(code, observed, why=_WHY, hint=hint)
    define = wanted.define(host, found["uuid"])
    stop, start = virsh(host, "net-destroy", wanted.network), virsh(host, "net-start", wanted.network)
    return failed(
        code,
        observed,
        why=_WHY,
        hint=text(
            "Look at: virsh -c qemu:///system net-dumpxml {name}."
            " Restart the guests on it when it has been restarted.",
            name=wanted.network,
        ),
        fix=(f"{stop}; {define} && {start}" if found["active"] else define,),
    )


def _holder(host: Host, bridge: str, network: str) -> str | None:
    """The other network that has the bridge, by its definition or as it runs; None where nobody can tell."""
    try:
        for name in host.ask(network_names(SYSTEM)):
            found = host.ask(network_question(SYSTEM, name)) if name != network else None
            if found and bridge in [
                attribute(definition(found, live=live), "bridge", "name") for live in (True, False)
            ]:
                return name
    except (Unobservable, NotWellFormed):
        pass
    return None


def _fault(xml: Element, wanted: _Wanted) -> tuple[str, Text] | None:
    """The first thing that is not as it should be."""
    forward = mode(xml)
    if forward not in (None, "none"):
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
    outside = any(not _is_in(one, subnet) for pair in ranges for one in pair)
    return "range-outside" if outside else "wrong-range", text("it hands out {ranges}", ranges=shown)


def _is_in(address: str, subnet: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(address) in subnet
    except ValueError:
        return False
