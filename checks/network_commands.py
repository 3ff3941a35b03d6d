"""Commands that mend a network."""

from __future__ import annotations

from shlex import quote

from checks.commands import virsh
from checks.network_xml import addresses, definition, interface, is_ipv4, mode
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.networks import Network
from tutor.host.libvirt.networks import network as network_question
from tutor.host.question import Unobservable

#: libvirt's own definition of the default network, in every distribution.
DEFAULT_XML = "/usr/share/libvirt/networks/default.xml"

#: The modes that keep addresses and DHCP: their definitions differ from nat's by this word alone.
_ROUTED = ("nat", "route", "open")

#: Addresses of the smallest subnet with room for a range: network, broadcast, the host's own, some guests.
_SMALLEST = 8


def define(host: Host, name: str) -> tuple[str, ...]:
    """Define the default network; no other has a definition that comes with libvirt."""
    return (virsh(host, "net-define", DEFAULT_XML),) if name == "default" else ()


def define_if_missing(host: Host, *, network: str) -> tuple[str, ...]:
    """Blocked: nobody knows whether the network is there, so the command looks first."""
    look = f"{virsh(host, 'net-uuid', network)} >/dev/null 2>&1"
    return tuple(f"{look} || {define}" for define in define(host, network))


def autostart(host: Host, *, network: str) -> tuple[str, ...]:
    """Mark the network for autostart, which may be done twice."""
    return (virsh(host, "net-autostart", network),)


def start(host: Host, *, network: str) -> tuple[str, ...]:
    """Starting twice is an error, so a blocked check's command looks first."""
    try:
        stopped = host.ask(network_question(SYSTEM, network))
    except Unobservable:
        stopped = None
    start = virsh(host, "net-start", network)
    if stopped is not None and not stopped["active"]:
        return (start,)
    return (f"{virsh(host, 'net-list', '--name')} | grep -qxF {quote(network)} || {start}",)


def forward_by(host: Host, found: Network, forward: str) -> tuple[str, ...]:
    """Change the definition's forward mode, and nothing else of what the student has in it."""
    xml, name = definition(found, live=False), found["name"]
    kept = mode(xml)
    # NAT has to know the subnet that it is for: a network without one cannot have it.
    if kept not in (None, *_ROUTED) or not addresses(xml):
        return _anew(host, name)
    if kept is None:
        return (_redefine(host, name, f"s|</uuid>|</uuid><forward mode='{forward}'/>|"),)
    return (_redefine(host, name, f"s|(<forward .*mode=')[a-z]+'|\\1{forward}'|"),)


def give_dhcp(host: Host, found: Network) -> tuple[str, ...]:
    """A range for the network's own address: all that is left of its subnet."""
    element = next((one for one in definition(found, live=False).findall("ip") if is_ipv4(one)), None)
    own = interface(element) if element is not None else None
    if element is None or own is None or own.network.num_addresses < _SMALLEST:
        return _anew(host, found["name"])
    last = own.network.broadcast_address - 1
    scope = f"<dhcp><range start='{own.ip + 1}' end='{last}'/></dhcp>"
    # Opened and closed at once, or with other elements in it.
    change = (
        f"/<ip address='{own.ip}'/{{s|/>$|>{scope}</ip>|;t;s|>$|>{scope}|}}"
        if element.find("dhcp") is None
        else f"s|<dhcp/>|{scope}|;t;s|<dhcp>|{scope[: -len('</dhcp>')]}|"
    )
    return (_redefine(host, found["name"], change),)


def _redefine(host: Host, name: str, change: str) -> str:
    """One command for the change and the restart: only together do they do what they are for."""
    dump = virsh(host, "net-dumpxml", "--inactive", name)
    define = f"{dump} | sed -E {quote(change)} | {virsh(host, 'net-define', '/dev/stdin')}"
    return f"{define} && {restart(host, name)}"


def restart(host: Host, name: str) -> str:
    """Stop it, if it runs at all by then, and start it."""
    return f"{virsh(host, 'net-destroy', name)}; {virsh(host, 'net-start', name)}"


def _anew(host: Host, name: str) -> tuple[str, ...]:
    """The distribution's definition in place of the student's."""
    if name != "default":
        return ()
    commands = (
        ("net-undefine", name),
        ("net-define", DEFAULT_XML),
        ("net-autostart", name),
        ("net-start", name),
    )
    rest = " && ".join(virsh(host, *words) for words in commands)
    return (f"{virsh(host, 'net-destroy', name)}; {rest}",)
