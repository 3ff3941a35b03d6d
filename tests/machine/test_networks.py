"""The lesson on networks: its own commands, every wrong state with the right code, and the printed fixes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.machine.guest import GREETING
from tests.machine.lesson import (
    answer_quiz,
    assert_green,
    assert_mended,
    judge,
    run_fixes,
)
from tests.machine.proving import assert_proven, do, each_state_of, run_with, stage
from tests.machine.waiting import becomes
from tutor.course.states import State
from tutor.proving.judged import Judged
from tutor.sandbox.client import Client
from tutor.sandbox.machines import Machine

NAT, ISOLATED_STEP, STATIC_STEP, FORWARD_STEP, FLOW = (
    f"networks/{name}" for name in ("nat", "isolated", "static-lease", "port-forward", "flow")
)
VIRSH = "virsh -c qemu:///system"
GUEST, MAC, OTHER_MAC = "192.168.122.50", "52:54:00:aa:bb:cc", "52:54:00:77:77:77"
# No guest here has had it, and so it has no lease.
NEW_MAC = "52:54:00:77:77:78"


@pytest.fixture(scope="module")
def nat(machine: Machine) -> Machine:
    """The step nat, by the lesson's own commands."""
    return _done(machine, NAT)


@pytest.fixture(scope="module")
def isolated(nat: Machine) -> Machine:
    """The step isolated; its guest is not needed any more."""
    return _done(nat, ISOLATED_STEP)


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
        yield outside


def _done(machine: Machine, step: str) -> Machine:
    do(machine, step)
    return machine


def _root(machine: Machine, commands: str) -> None:
    """As root, with the functions of the lesson's states."""
    run_with(machine, "networks", commands)


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


@each_state_of(NAT)
def test_nat(nat: Machine, state: State) -> None:
    assert_proven(nat, state)


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


def _check(judged: Judged, name: str) -> dict[str, str]:
    (found,) = (check for check in judged.step["checks"] if check["id"].endswith(f"/{name}"))
    return dict(found)


# --- isolated


@each_state_of(ISOLATED_STEP)
def test_the_isolated_network(isolated: Machine, state: State) -> None:
    assert_proven(isolated, state)


def test_libvirt_refuses_a_range_outside_the_subnet(isolated: Machine) -> None:
    assert run_with(isolated, "networks", 'defined "$on${ip/50.100/51.100}"').returncode != 0


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


@each_state_of(STATIC_STEP)
def test_the_fixed_lease(static: Machine, state: State) -> None:
    assert_proven(static, state)


def test_an_entry_by_net_edit_and_a_restart(static: Machine) -> None:
    """The network was restarted with it, so the guest's cable hangs; its entry and its lease are right."""
    with _spoilt(
        static, 'no_entries; edited "$(named)"; virsh net-destroy default', "virsh net-start default"
    ):
        assert_green(static, STATIC_STEP)
    assert_green(static, STATIC_STEP)
    assert_mended(static, NAT, {"lease": "not-on-the-bridge"})


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
    back = f'{change.replace(NEW_MAC, MAC)}; no_entries; both "$(named)"; virsh destroy $vm; virsh start $vm'
    _root(static, back)
    _wait_for(static, GUEST)


def _wait_for(machine: Machine, address: str) -> None:
    again = f"{VIRSH} net-dhcp-leases default | grep -F ' {address}/'"
    deadline = time.monotonic() + 60
    while machine.run(again).returncode and time.monotonic() < deadline:
        time.sleep(0.3)


# --- port-forward


@each_state_of(FORWARD_STEP)
def test_the_port_forward(static: Machine, client: Client, state: State) -> None:
    """Told and mended as any other state; and a computer outside agrees, before and after."""
    here = stage(static, "networks")
    with here.made(state):
        assert client.banner(2222, timeout=1.5) == (GREETING if state.right else None)
        judged, result = here.told(state)
        faults = result.faults
        if not state.right and state.mend:
            faults += here.mended(state, judged)[1]
        if state.mend:
            assert client.banner(2222) == GREETING
    assert not faults, "\n".join(one.what.render(str) for one in faults)
    if not state.mend:
        assert judged.fixes == []
        assert "Decide" in _check(judged, "forward")["hint"]
    if "forward-refused" in state.codes.values():
        assert re.match(r"forward: (rejected|dropped): ", _check(judged, "forward")["observed"])


#: What listens on the port, and hands each connection on to that address.
PROXY = """
clean; accept
systemd-run -q --collect --unit=proxy systemd-socket-activate -l 0.0.0.0:2222 \\
    /lib/systemd/systemd-socket-proxyd {address}:22
timeout 10 sh -c "until ss -Hlnt | grep -q ':2222 '; do sleep 0.1; done"
"""


@pytest.mark.parametrize(("address", "heard"), [("192.168.122.50", GREETING), ("192.168.122.60", "")])
def test_a_proxy_may_lead_to_the_guest(static: Machine, client: Client, address: str, heard: str) -> None:
    """One that does, and one that does not: nobody can tell them apart from here, so neither is judged."""
    here = stage(static, "networks")
    with _spoilt(static, PROXY.format(address=address), "systemctl stop proxy"):
        assert client.banner(2222) == heard
        judged = here.student.judge(FORWARD_STEP)
        assert (judged.returncode, judged.codes) == (3, {"forward": "program-listens"})
        here.student.run_fixes(judged)
        assert here.student.judge(FORWARD_STEP).returncode == 0
        assert client.banner(2222) == GREETING, "the rule takes the connection before the program does"


def test_a_port_forward_to_a_stopped_network(static: Machine, client: Client) -> None:
    _root(static, "clean; /root/portforward default started begin -; virsh net-destroy default")
    assert client.banner(2222, timeout=1.5) is None
    assert_mended(static, FORWARD_STEP, {"forward": "no-network"})
    assert_mended(static, NAT, {"lease": "not-on-the-bridge"})
    # A port of a bridge with STP listens for a while before it forwards.
    assert becomes(lambda: client.banner(2222) == GREETING)


def test_the_questions(machine: Machine) -> None:
    assert judge(machine, FLOW).codes == {"quiz": "unanswered"}
    answer_quiz(machine, FLOW)
    assert_green(machine, FLOW)
