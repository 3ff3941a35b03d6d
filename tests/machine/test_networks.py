"""The lesson on networks: its own commands, every wrong state with the right code, and the printed fixes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.machine.guest import GREETING
from tests.machine.lesson import (
    Judged,
    answer_quiz,
    assert_green,
    assert_mended,
    judge,
    replay,
    run_fixes,
)
from tests.machine.network_states import (
    FORWARD,
    GUEST,
    ISOLATED,
    MAC,
    NO_ENTRIES,
    OTHER_MAC,
    RIGHT,
    STATIC,
    VIRSH,
    State,
    added,
    edited,
    entry,
)
from tests.machine.waiting import becomes
from tutor.sandbox.client import Client
from tutor.sandbox.machines import Machine

NAT, ISOLATED_STEP, STATIC_STEP, FORWARD_STEP, FLOW = (
    f"networks/{name}" for name in ("nat", "isolated", "static-lease", "port-forward", "flow")
)
# No guest here has had it, and so it has no lease.
NEW_MAC = "52:54:00:77:77:78"
# iptables-restore makes all of iptables' own chains; libvirt alone makes no others in nat than POSTROUTING.
_CLEAN = (
    "nft flush ruleset; iptables-restore < /root/clean; for chain in PREROUTING INPUT OUTPUT; do"
    " nft delete chain ip nat $chain; done; sysctl -qw net.ipv4.ip_forward=1;"
    " rm -f /etc/libvirt/hooks/network.d/portforward;"
    " [ ! -e /root/nftables.conf ] || mv /root/nftables.conf /etc/"
)


@pytest.fixture(scope="module")
def nat(machine: Machine) -> Machine:
    """The step nat, by the lesson's own commands."""
    return _done(machine, NAT)


@pytest.fixture(scope="module")
def isolated(nat: Machine) -> Machine:
    """The step isolated; its guest is not needed any more."""
    _done(nat, ISOLATED_STEP)
    nat.run(f"{VIRSH} destroy vm-isolated; sudo sh -c 'iptables-save > /root/clean'", check=True)
    return nat


@pytest.fixture(scope="module")
def static(isolated: Machine) -> Machine:
    """The step static-lease."""
    return _done(isolated, STATIC_STEP)


@pytest.fixture(scope="module")
def client(static: Machine) -> Iterator[Client]:
    """The step port-forward, and a computer outside that sees whether it is true."""
    with static.client() as outside:
        assert outside.banner(2222, timeout=1.5) is None
        _done(static, FORWARD_STEP)
        assert becomes(lambda: outside.banner(2222) == GREETING)
        static.run("sudo cp /etc/libvirt/hooks/network.d/portforward /root/portforward", check=True)
        yield outside


def _done(machine: Machine, step: str) -> Machine:
    fresh = judge(machine, step)
    assert fresh.status in ("fail", "blocked"), fresh.explain()
    answer_quiz(machine, step)
    replay(machine, step)
    assert_green(machine, step)
    return machine


def _root(machine: Machine, commands: str) -> None:
    machine.run(commands, user="root", timeout=120)


def _proved(machine: Machine, step: str, state: State) -> Judged:
    """Judged as it should be, and mended by what is printed, if anything is."""
    judged = judge(machine, step)
    found = judged.codes
    if not state.codes:
        assert judged.status == "pass", judged.explain()
        notes = [str(check["note"]) for check in judged.step["checks"] if check["note"]]
        assert [state.note in note for note in notes] == [True] if state.note else notes == [], notes
        return judged
    assert {name: found.get(name) for name in state.codes} == state.codes, judged.explain()
    assert judged.returncode == 1
    if not state.decides:
        run_fixes(machine, judged)
        assert_green(machine, step)
    return judged


@contextmanager
def _spoilt(machine: Machine, make: str, restore: str) -> Iterator[None]:
    """A state that is put right after it, whatever the printed fix did."""
    _root(machine, make)
    try:
        yield
    finally:
        _root(machine, restore)


# --- nat


def test_a_changed_mac_has_no_lease_yet(nat: Machine) -> None:
    """Off, another MAC, on again: until the guest has asked, there is none."""
    change = f"virt-xml --connect qemu:///system vm-nat --edit --network mac={OTHER_MAC}"
    _root(nat, f"{VIRSH} destroy vm-nat; {change}; {VIRSH} start vm-nat --paused; {VIRSH} resume vm-nat")
    assert_mended(nat, NAT, {"lease": "no-lease"})
    back = change.replace(OTHER_MAC, MAC)
    _root(nat, back)
    judged = judge(nat, NAT)
    assert judged.status == "pass", judged.explain()
    assert "still runs with" in _check(judged, "nic")["note"]
    _root(nat, f"{VIRSH} destroy vm-nat; {VIRSH} start vm-nat")
    assert_green(nat, NAT)


def test_a_guest_on_another_network(nat: Machine) -> None:
    edit = (
        "virt-xml --connect qemu:///system vm-nat --edit --network clearxml=yes,network={},model=virtio,mac="
        + MAC
    )
    xml = "<network><name>annat</name><bridge name='virbr9'/></network>"
    _root(
        nat, f'echo "{xml}" | {VIRSH} net-define /dev/stdin; {VIRSH} net-start annat; {edit.format("annat")}'
    )
    with _spoilt(
        nat, "true", f"{edit.format('default')}; {VIRSH} net-destroy annat; {VIRSH} net-undefine annat"
    ):
        assert_mended(nat, NAT, {"nic": "wrong-network"})


def test_an_interface_until_the_guest_stops(nat: Machine) -> None:
    _root(nat, f"{VIRSH} detach-interface vm-nat network --config")
    assert_mended(nat, NAT, {"nic": "live-only", "lease": "need-failed"})
    # The card is a new one; the guest has its own address again.
    mac = f"virt-xml --connect qemu:///system vm-nat --edit --network mac={MAC}"
    _root(nat, f"{VIRSH} destroy vm-nat; {mac}; {VIRSH} start vm-nat")
    assert_green(nat, NAT)


def test_a_guest_that_does_not_run(nat: Machine) -> None:
    with _spoilt(nat, f"{VIRSH} destroy vm-nat", f"{VIRSH} start vm-nat"):
        judged = judge(nat, NAT)
    assert judged.status == "pass", judged.explain()
    lease = _check(judged, "lease")
    assert (lease["status"], lease["code"]) == ("skip", "not-running")


def test_a_cable_that_hangs(nat: Machine) -> None:
    """The network was stopped, and started again, under the running guest."""
    _root(nat, f"{VIRSH} net-destroy default")
    assert_mended(nat, NAT, {"lease": "network-down"})
    _root(nat, f"{VIRSH} net-destroy default; {VIRSH} net-start default")
    assert_mended(nat, NAT, {"lease": "not-on-the-bridge"})


def _check(judged: Judged, name: str) -> dict[str, str]:
    (found,) = (check for check in judged.step["checks"] if check["id"].endswith(f"/{name}"))
    return dict(found)


# --- isolated


@pytest.mark.parametrize("name", ISOLATED)
def test_the_isolated_network(isolated: Machine, name: str) -> None:
    session = "su - student -c 'virsh -c qemu:///session net-undefine isolerat-natverk'"
    with _spoilt(
        isolated, ISOLATED[name].make, f"{session if 'session' in name else 'true'}; {RIGHT}; {_CLEAN}"
    ):
        _proved(isolated, ISOLATED_STEP, ISOLATED[name])


def test_libvirt_refuses_a_range_outside_the_subnet(isolated: Machine) -> None:
    state = ISOLATED["another range"].make.replace("50.100", "51.100").replace("50.200", "51.200")
    assert isolated.run(state.partition(";")[2], user="root").returncode != 0
    _root(isolated, RIGHT)


@pytest.mark.parametrize("step", [ISOLATED_STEP, FORWARD_STEP])
def test_without_sudo_it_is_unknown(isolated: Machine, step: str) -> None:
    _root(isolated, "mv /etc/sudoers.d /etc/sudoers.d-; gpasswd -d student sudo")
    with _spoilt(isolated, "true", "mv /etc/sudoers.d- /etc/sudoers.d; gpasswd -a student sudo"):
        judged = judge(isolated, step)
    assert (judged.status, judged.returncode) == ("unknown", 3), judged.explain()
    assert set(judged.codes.values()) == {"not-permitted"}


def test_without_nft_it_is_unknown(isolated: Machine) -> None:
    with _spoilt(isolated, "mv /usr/sbin/nft /usr/sbin/nft-", "mv /usr/sbin/nft- /usr/sbin/nft"):
        judged = judge(isolated, FORWARD_STEP)
    assert (judged.status, judged.codes) == ("unknown", {"forward": "program-missing"}), judged.explain()


# --- static-lease


@pytest.mark.parametrize("name", STATIC)
def test_the_fixed_lease(static: Machine, name: str) -> None:
    with _spoilt(static, f"{NO_ENTRIES}; {STATIC[name].make}", f"{NO_ENTRIES}; {added(entry())}"):
        _proved(static, STATIC_STEP, STATIC[name])


def test_an_entry_by_net_edit_and_a_restart(static: Machine) -> None:
    """The network was restarted with it, so the guest's cable hangs; its entry and its lease are right."""
    make = f"{NO_ENTRIES}; {edited(entry())}; {VIRSH} net-destroy default"
    with _spoilt(static, make, f"{VIRSH} net-start default"):
        assert_green(static, STATIC_STEP)
    assert_green(static, STATIC_STEP)
    assert_mended(static, NAT, {"lease": "not-on-the-bridge"})


def test_a_guest_that_keeps_its_old_address(static: Machine) -> None:
    other = entry(address="192.168.122.60")
    _root(static, f"{NO_ENTRIES}; {added(other)}; {VIRSH} destroy vm-nat; {VIRSH} start vm-nat")
    _wait_for(static, "192.168.122.60")
    _root(static, f"{NO_ENTRIES}; {added(entry())}")
    assert_mended(static, STATIC_STEP, {"lease": "old-address"})


def test_the_lease_of_an_older_mac(static: Machine) -> None:
    change = f"virt-xml --connect qemu:///system vm-nat --edit --network mac={NEW_MAC}"
    _root(static, change)
    assert judge(static, STATIC_STEP).codes == {"entry": "another-mac", "lease": "need-failed"}
    _root(static, f"{VIRSH} destroy vm-nat; {VIRSH} start vm-nat --paused; {VIRSH} resume vm-nat")
    assert judge(static, NAT).codes == {"lease": "older-mac"}
    run_fixes(static, judge(static, STATIC_STEP))
    # dnsmasq remembers whom it gave the address to.
    judged = judge(static, STATIC_STEP)
    assert (judged.codes, judged.fixes) == ({"lease": "address-taken"}, [])
    _root(
        static,
        f"{change.replace(NEW_MAC, MAC)}; {NO_ENTRIES}; {added(entry())};"
        f" {VIRSH} destroy vm-nat; {VIRSH} start vm-nat",
    )
    _wait_for(static, GUEST)


def _wait_for(machine: Machine, address: str) -> None:
    again = f"{VIRSH} net-dhcp-leases default | grep -F ' {address}/'"
    deadline = time.monotonic() + 60
    while machine.run(again).returncode and time.monotonic() < deadline:
        time.sleep(0.3)


# --- port-forward


@pytest.mark.parametrize("name", FORWARD)
def test_the_port_forward(static: Machine, client: Client, name: str) -> None:
    state = FORWARD[name]
    with _spoilt(static, f"{_CLEAN}; {state.make}", _CLEAN):
        assert client.banner(2222, timeout=1.5) == (None if state.codes else GREETING)
        judged = _proved(static, FORWARD_STEP, state)
        if not state.decides:
            assert client.banner(2222) == GREETING
    if state.decides:
        assert judged.fixes == []
        assert "Decide" in _check(judged, "forward")["hint"]
    if "forward-refused" in state.codes.values():
        assert re.match(r"forward: (rejected|dropped): ", _check(judged, "forward")["observed"])


def test_a_port_forward_to_a_stopped_network(static: Machine, client: Client) -> None:
    _root(static, f"{_CLEAN}; /root/portforward default started begin -; {VIRSH} net-destroy default")
    assert client.banner(2222, timeout=1.5) is None
    assert_mended(static, FORWARD_STEP, {"forward": "no-network"})
    assert_mended(static, NAT, {"lease": "not-on-the-bridge"})
    # A port of a bridge with STP listens for a while before it forwards.
    assert becomes(lambda: client.banner(2222) == GREETING)


def test_the_questions(machine: Machine) -> None:
    assert judge(machine, FLOW).codes == {"quiz": "unanswered"}
    answer_quiz(machine, FLOW)
    assert_green(machine, FLOW)
