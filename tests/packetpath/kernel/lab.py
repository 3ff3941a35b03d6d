"""A router as the course's host is one, with a client outside and guests on two bridges.

Everything is in namespaces of this process; all addresses are private or for documentation (RFC 1918, 5737).
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.packetpath.kernel.loader import Loader
from tests.packetpath.kernel.namespaces import Namespace
from tutor.packetpath import Link, Route, World

CLIENT, MACHINE, GATEWAY = "203.0.113.7", "198.51.100.2", "198.51.100.1"
GUEST, BRIDGE = "192.168.122.50", "192.168.122.1"
ISOLATED, ISOLATING = "192.168.50.10", "192.168.50.1"
#: An address that nobody has: the guest takes its packets.
UNUSED = "192.168.122.77"
#: Where somebody listens, on every address.
PORTS = (22, 53, 80, 443, 2222, 2223, 8080)
_GATEWAYS = {"eth0": MACHINE, "virbr0": BRIDGE, "virbr1": ISOLATING}
#: Who stands behind which interface of the router.
BEHIND = {"eth0": "client", "virbr0": "guest", "virbr1": "isolated"}

_ETH_P_ALL, _NETLINK_NETFILTER = 3, 12
#: The type of an Ethernet frame that carries IPv4.
IPV4 = b"\x08\x00"
IP_PKTINFO, IP_TRANSPARENT = 8, 19
_FLUSH = (1 << 8) | 2
_ROUTER = f"""\
link set lo up
link add virbr0 type bridge
link add virbr1 type bridge
link set vnet0 master virbr0 up
link set vnet1 master virbr1 up
link set eth0 up
link set virbr0 up
link set virbr1 up
address add {MACHINE}/24 dev eth0
address add {BRIDGE}/24 dev virbr0
address add {ISOLATING}/24 dev virbr1
route add default via {GATEWAY}
"""
#: Whatever comes in is for this computer: rules may send it to any address.
_LEAF = """\
link set lo up
link set eth0 up
route add local 0.0.0.0/0 dev lo table 100
rule add iif eth0 lookup 100 priority 10
"""
_CLIENT = f"""\
address add {CLIENT}/32 dev lo
address add {GATEWAY}/24 dev eth0
route change 198.51.100.0/24 dev eth0 src {CLIENT}
route add default via {MACHINE} src {CLIENT}
"""
#: A rejection is told every time, not now and then.
_TELLING = {
    "net.ipv4.icmp_ratelimit": 0,
    "net.ipv4.icmp_msgs_per_sec": 1_000_000,
    "net.ipv4.icmp_msgs_burst": 1_000_000,
}


@dataclass(frozen=True)
class Settings:
    """What of the router's kernel is set otherwise from case to case."""

    forwarding: bool = True
    rp_filter: int = 0
    route_localnet: bool = False
    bridge_calls: bool = False


def world(settings: Settings) -> World:
    """The router, as the evaluator is told of it."""
    links = (
        Link("lo", ("127.0.0.1/8",)),
        Link("eth0", (f"{MACHINE}/24",)),
        Link("virbr0", (f"{BRIDGE}/24",)),
        Link("virbr1", (f"{ISOLATING}/24",)),
        Link("vnet0", master="virbr0"),
        Link("vnet1", master="virbr1"),
    )
    return World(
        links,
        (Route("0.0.0.0/0", "eth0", GATEWAY),),
        settings.forwarding,
        dict.fromkeys(BEHIND, settings.rp_filter),
        settings.route_localnet,
    )


class Host:
    """A computer: its listeners, and what passes its network card.

    :ivar name: ``client``, ``guest``, ``isolated`` or ``router``.
    :ivar ethernet: what its frames to the router begin with; the router itself sends none.
    """

    def __init__(
        self, name: str, namespace: Namespace, stack: ExitStack, ethernet: bytes, *, card: bool = True
    ) -> None:
        self.name, self.namespace, self.ethernet = name, namespace, ethernet
        with namespace.inside():
            self.card = stack.enter_context(_card()) if card else None
            self.listeners = [stack.enter_context(_listener(port)) for port in PORTS]
            self.receivers = [stack.enter_context(_receiver(port)) for port in PORTS]
            table = Path("/proc/thread-self/net/tcp").open("rb", buffering=0)  # noqa: SIM115 - the stack does
            self._table = stack.enter_context(table)

    def connections(self) -> str:
        """Its table of TCP connections, half-open ones included."""
        self._table.seek(0)
        parts = []
        while part := self._table.read(65536):
            parts.append(part)
        return b"".join(parts).decode("ascii")


def _card() -> socket.socket:
    card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.htons(_ETH_P_ALL))
    card.bind(("eth0", _ETH_P_ALL))
    return card


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    listener.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
    listener.bind(("", port))
    listener.listen(64)
    return listener


def _receiver(port: int) -> socket.socket:
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    receiver.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    receiver.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
    receiver.bind(("", port))
    return receiver


class Lab(AbstractContextManager["Lab"]):
    """Four namespaces with cables between them; used as a context."""

    def __init__(self, suite: str) -> None:
        with ExitStack() as stack:
            names = ("client", "guest", "isolated", "router")
            spaces = {name: Namespace() for name in names}
            for space in spaces.values():
                stack.callback(space.close)
            ethernet = _cable(spaces)
            self.hosts = {
                name: Host(name, spaces[name], stack, ethernet.get(name, b""), card=name in ethernet)
                for name in names
            }
            self.router = spaces["router"]
            self.loader = Loader(self.router, suite)
            stack.callback(self.loader.close)
            with self.router.inside():
                self._tracking = stack.enter_context(
                    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
                )
            self._settings: Settings | None = None
            self._stack = stack.pop_all()

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def forget_connections(self) -> None:
        """Empty the router's table of connections (linux/netfilter/nfnetlink_conntrack.h)."""
        self._tracking.send(struct.pack("=IHHIIBBH", 20, _FLUSH, 5, 1, 0, 0, 0, 0))
        self._tracking.recv(4096)

    def set(self, settings: Settings) -> None:
        """Set the router's kernel."""
        if settings == self._settings:
            return
        values = {
            "net.ipv4.ip_forward": settings.forwarding,
            "net.ipv4.conf.all.rp_filter": 0,
            **{f"net.ipv4.conf.{link}.rp_filter": settings.rp_filter for link in BEHIND},
            "net.ipv4.conf.all.route_localnet": settings.route_localnet,
            "net.bridge.bridge-nf-call-iptables": settings.bridge_calls,
        }
        for name, value in values.items():
            self.router.sysctl(name, int(value))
        self._settings = settings


def _cable(spaces: dict[str, Namespace]) -> dict[str, bytes]:
    """Returns what the frames of each leaf begin with."""
    router = spaces["router"]
    ends = (("eth0", "client"), ("vnet0", "guest"), ("vnet1", "isolated"))
    router.ip("".join(
        f"link add {end} type veth peer name eth0 netns {spaces[name].path}\n" for end, name in ends
    ))  # fmt: skip
    router.ip(_ROUTER)
    for name, address, gateway in (("guest", GUEST, BRIDGE), ("isolated", ISOLATED, ISOLATING)):
        spaces[name].ip(f"{_LEAF}address add {address}/24 dev eth0\nroute add default via {gateway}\n")
    spaces["client"].ip(_LEAF + _CLIENT)
    ethernet = _introduce(spaces)
    for name, value in _TELLING.items():
        router.sysctl(name, value)
    for name, space in spaces.items():
        space.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
        space.sysctl("net.ipv4.tcp_synack_retries", 0)
        for link in ("all", "eth0", "virbr0", "virbr1") if name == "router" else ("all", "eth0"):
            space.sysctl(f"net.ipv4.conf.{link}.rp_filter", 0)
    return ethernet


def _introduce(spaces: dict[str, Namespace]) -> dict[str, bytes]:
    """Tell everybody the hardware addresses of the others: rules may keep them from asking (ARP)."""
    own = {name: _hardware(space) for name, space in spaces.items()}
    known = (("eth0", "client", GATEWAY), ("virbr0", "guest", GUEST), ("virbr1", "isolated", ISOLATED))
    router = [f"neighbour replace {host} lladdr {own[name]['eth0']} dev {link}" for link, name, host in known]
    router.append(f"neighbour replace {UNUSED} lladdr {own['guest']['eth0']} dev virbr0")
    spaces["router"].ip("\n".join(router))
    for link, name, _ in known:
        hardware = own["router"][link]
        spaces[name].ip(f"neighbour replace {_GATEWAYS[link]} lladdr {hardware} dev eth0\n")
    return {name: _bytes(own["router"][link]) + _bytes(own[name]["eth0"]) + IPV4 for link, name, _ in known}


def _bytes(hardware: str) -> bytes:
    return bytes.fromhex(hardware.replace(":", ""))


def _hardware(space: Namespace) -> dict[str, str]:
    with space.inside():
        printed = subprocess.run(["ip", "-j", "link"], capture_output=True, text=True, check=True).stdout
    return {link["ifname"]: link["address"] for link in json.loads(printed)}
