"""The packet path against real packets: a client outside, a real guest, and one ruleset after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.machine.guest import GREETING, URI, define_guest, start_default_network
from tests.machine.port_forwards import GUEST, NFTABLES_STATES, PORT, STATES, UNKNOWN
from tutor.host.firewall import FORMS_COMMAND, split_forms
from tutor.packetpath import Link, Packet, Path, Reaches, Route, Ruleset, Unknown, World, connect
from tutor.sandbox.client import Client
from tutor.sandbox.images import NEXT_SUITE
from tutor.sandbox.machines import Machine, boot

# iptables-restore makes all of iptables' own chains; libvirt alone makes no others in nat than POSTROUTING.
_RESTORE = (
    "iptables-restore < /root/saved; "
    "for chain in PREROUTING INPUT OUTPUT; do nft delete chain ip nat $chain; done"
)
_LEASE = f"<host mac='52:54:00:aa:bb:cc' ip='{GUEST}'/>"


@dataclass(frozen=True)
class Lab:
    """A machine with a guest on 192.168.122.50 and a client outside."""

    machine: Machine
    client: Client
    restore: str

    def root(self, command: str) -> str:
        return self.machine.run(f"set -e; {command}", user="root", check=True).stdout

    def reset(self) -> None:
        self.root(self.restore)

    def ruleset(self) -> Ruleset:
        return Ruleset.parse(*split_forms(self.root(FORMS_COMMAND)))

    def world(self) -> World:
        links = tuple(
            Link(
                entry["ifname"],
                tuple(f"{a['local']}/{a['prefixlen']}" for a in entry["addr_info"] if a["family"] == "inet"),
                "UP" in entry["flags"],
                entry.get("master"),
            )
            for entry in json.loads(self.root("ip -j address show"))
        )
        routes = tuple(
            Route(
                "0.0.0.0/0" if entry["dst"] == "default" else entry["dst"], entry["dev"], entry.get("gateway")
            )
            for entry in json.loads(self.root("ip -j route show"))
        )
        return World(links, routes, self.root("cat /proc/sys/net/ipv4/ip_forward").strip() == "1")

    def path(self) -> Path:
        packet = Packet("eth0", self.client.address, self.client.machine_address, PORT)
        return connect(self.ruleset(), self.world(), packet)

    def reached(self) -> bool:
        return self.client.banner(PORT, timeout=1.5) == GREETING


@contextmanager
def lab(suite: str, prepare: str, save: str, restore: str) -> Iterator[Lab]:
    """Boot, start the network and the guest, and remember the ruleset as libvirt made it."""
    with boot("ready", suite=suite) as machine, machine.client() as client:
        machine.run(prepare, user="root", check=True)
        start_default_network(machine)
        machine.run(f'virsh -c {URI} net-update default add ip-dhcp-host "{_LEASE}" --live', check=True)
        guest = define_guest(machine)
        guest.start()
        assert guest.wait_for_lease() == GUEST
        guest.wait_for_greeting(GUEST)
        machine.run(save, user="root", check=True)
        yield Lab(machine, client, f"nft flush ruleset; {restore}; sysctl -qw net.ipv4.ip_forward=1")


@pytest.fixture(scope="module")
def bookworm() -> Iterator[Lab]:
    """Debian 12: libvirt's iptables backend, on iptables-nft."""
    with lab("bookworm", "true", "iptables-save > /root/saved", _RESTORE) as made:
        yield made


@pytest.fixture(scope="module")
def trixie() -> Iterator[Lab]:
    """Debian 13 with libvirt's nftables backend. Test kernels may lack what its tc rule needs."""
    prepare = (
        "sed -i '/firewall_backend/d' /etc/libvirt/network.conf; "
        "echo 'firewall_backend = \"nftables\"' >> /etc/libvirt/network.conf; "
        "printf '#!/bin/sh\\n' > /usr/local/sbin/tc; chmod 755 /usr/local/sbin/tc; "
        "ln -sf /usr/local/sbin/tc $(readlink -f $(command -v -p tc)); systemctl restart libvirtd"
    )
    with lab(NEXT_SUITE, prepare, "nft list ruleset > /root/saved", "nft -f /root/saved") as made:
        yield made


@pytest.mark.parametrize("name", STATES)
def test_the_evaluator_says_what_packets_do(bookworm: Lab, name: str) -> None:
    _agrees(bookworm, STATES[name])


def _agrees(lab: Lab, commands: str) -> None:
    lab.reset()
    lab.root(commands)
    path = lab.path()
    assert not isinstance(path.outcome, Unknown), path
    assert (path.outcome == Reaches(GUEST, "22", "virbr0")) == lab.reached(), path


@pytest.mark.parametrize("name", NFTABLES_STATES)
def test_so_it_is_with_the_nftables_backend(trixie: Lab, name: str) -> None:
    _agrees(trixie, NFTABLES_STATES[name])


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_in_the_rules_is_unknown_by_name(bookworm: Lab, name: str) -> None:
    construct, commands = UNKNOWN[name]
    bookworm.reset()
    bookworm.root(commands)
    outcome = bookworm.path().outcome
    assert isinstance(outcome, Unknown)
    assert outcome.construct == construct
