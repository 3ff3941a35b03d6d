"""Steps tick off by themselves: every kind of change is told, and nothing that happens ends the watch."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import jsonschema
import pexpect
import pytest

from tests.machine.guest import MAC, Guest, define_guest, start_default_network
from tests.machine.waiting import becomes
from tests.machine.watching import ASIDE, Following, following, stand_still
from tests.output.test_watching import SCHEMA
from tutor.sandbox.machines import Machine
from tutor.sandbox.process import host_environment

VIRSH = "virsh -c qemu:///system"
DISK = "/var/lib/libvirt/images/ubuntu-vm.qcow2"
JOURNAL = "~/.local/state/libvirt-tutor/journal.jsonl"


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    start_default_network(ready_lesson_machine)
    ready_lesson_machine.run(f"{VIRSH} net-autostart default", check=True)
    define_guest(ready_lesson_machine)
    # Snapshots want a disk.
    define_guest(ready_lesson_machine, "ubuntu-vm", "52:54:00:aa:bb:dd")
    ready_lesson_machine.run(
        f"sudo qemu-img create -q -f qcow2 {DISK} 8M && "
        f"{VIRSH} attach-disk ubuntu-vm {DISK} vda --subdriver qcow2 --config",
        check=True,
    )
    return ready_lesson_machine


@pytest.fixture(scope="module")
def watch(machine: Machine) -> Iterator[Following]:
    with following(machine) as found:
        yield found


def run(machine: Machine, command: str) -> None:
    machine.run(command, check=True)


# There, and back again.

CHANGES = {
    "a network stops and starts": (
        "install/default-network/active",
        f"{VIRSH} net-destroy default",
        f"{VIRSH} net-start default",
    ),
    "a network's autostart": (
        "install/default-network/autostart",
        f"{VIRSH} net-autostart default --disable",
        f"{VIRSH} net-autostart default",
    ),
    "a group": ("install/qemu-kvm/group", "sudo gpasswd -d student kvm", "sudo gpasswd -a student kvm"),
    "a unit is disabled and enabled": (
        "install/libvirt/enabled",
        "sudo systemctl disable -q libvirtd",
        "sudo systemctl enable -q libvirtd",
    ),
    "a program goes and comes": (
        "install/libvirt/programs",
        "sudo mv /usr/bin/virt-viewer /root",
        "sudo mv /root/virt-viewer /usr/bin",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_both_ways(machine: Machine, watch: Following, name: str) -> None:
    check, there, back = CHANGES[name]
    assert watch.passes(check), watch.stands[check]
    run(machine, there)
    assert watch.fails(check)
    run(machine, back)
    assert watch.passes(check)


def test_a_line_of_a_start_up_file(machine: Machine, watch: Following) -> None:
    run(machine, "cp ~/.bashrc ~/aside; echo 'export LIBVIRT_DEFAULT_URI=qemu:///system' >> ~/.bashrc")
    assert watch.passes("install/libvirt/uri")
    run(machine, "grep -v LIBVIRT_DEFAULT_URI ~/aside > ~/.bashrc")
    assert watch.fails("install/libvirt/uri")


def test_a_domain_is_defined_started_and_gone(machine: Machine, watch: Following) -> None:
    guest = define_guest(machine, "minimal-vm", "52:54:00:aa:bb:ee")
    assert watch.passes("domains/xml/domain")
    guest.start()
    assert watch.passes("domains/xml/running")
    run(machine, f"{VIRSH} destroy minimal-vm")
    assert watch.fails("domains/xml/running")
    run(machine, f"{VIRSH} undefine minimal-vm")
    assert watch.fails("domains/xml/domain")


def test_a_real_lease_and_its_end(machine: Machine, watch: Following) -> None:
    guest = Guest(machine, "vm-nat", MAC)
    guest.start()
    # How long an emulated guest boots on a loaded host is not what the watch is held to.
    guest.wait_for_lease(timeout=120)
    assert watch.passes("networks/nat/lease")


def test_a_file_is_written_and_goes(machine: Machine, watch: Following) -> None:
    run(machine, f"{VIRSH} dumpxml vm-nat > ~/vm.xml")
    assert watch.passes("domains/validate/valid")
    run(machine, "sed -i s/vcpu/vpcu/ ~/vm.xml")
    assert watch.fails("domains/validate/valid")
    run(machine, "rm ~/vm.xml")
    assert watch.fails("domains/validate/file")


def test_a_snapshot_is_taken_and_deleted(machine: Machine, watch: Following) -> None:
    run(machine, f"{VIRSH} snapshot-create-as ubuntu-vm snap1 words")
    assert watch.passes("snapshots/create/snapshot")
    run(machine, f"{VIRSH} snapshot-delete ubuntu-vm snap1")
    assert watch.fails("snapshots/create/snapshot")


def test_the_rules_of_the_firewall(machine: Machine, watch: Following) -> None:
    before = watch.stands["networks/port-forward/forward"]
    run(
        machine,
        "sudo nft 'add table ip labb; add chain ip labb pre { type nat hook prerouting priority dstnat; };"
        ' add rule ip labb pre iifname != "virbr*" tcp dport 2222 dnat to 192.168.122.50:22\'',
    )
    assert watch.becomes("networks/port-forward/forward", lambda stand: stand != before)
    run(machine, "sudo nft delete table ip labb")
    assert watch.becomes("networks/port-forward/forward", lambda stand: stand == before)


def test_an_answer_of_another_terminal(machine: Machine, watch: Following) -> None:
    for answer in ("1a", "1b"):  # one of them is wrong
        machine.run(f"tutor answer intro/role {answer}")
        started, before = time.monotonic(), watch.stands["intro/role/quiz"]
        assert watch.becomes("intro/role/quiz", lambda stand, before=before: stand != before)  # type: ignore[misc]
        assert time.monotonic() - started < 5, "its own writing to the journal has made it deaf"


# Whatever happens.


def test_libvirtd_restarts(machine: Machine, watch: Following) -> None:
    watch.changes.clear()
    run(machine, "sudo systemctl restart libvirtd")
    run(machine, f"{VIRSH} net-autostart default --disable")
    assert watch.fails("install/default-network/autostart")
    run(machine, f"{VIRSH} net-autostart default")
    assert watch.passes("install/default-network/autostart")
    # Its own events are heard again, too: no file tells that a guest has gone to sleep.
    run(machine, f"{VIRSH} suspend vm-nat")
    assert watch.becomes("networks/nat/lease", lambda stand: stand[0] != "pass")
    run(machine, f"{VIRSH} resume vm-nat")
    assert watch.passes("networks/nat/lease")


def test_nothing_is_unknown_after_the_restart(watch: Following) -> None:
    assert {check for check, (status, _) in watch.stands.items() if status == "unknown"} == set()


def test_the_process_that_looks_at_libvirt_is_killed(machine: Machine, watch: Following) -> None:
    run(machine, f"pkill -KILL -f {ASIDE}")
    run(machine, f"{VIRSH} net-destroy default")
    assert watch.fails("install/default-network/active")
    run(machine, f"{VIRSH} net-start default")
    assert watch.passes("install/default-network/active")


def test_it_stands_still_for_a_while(machine: Machine, watch: Following) -> None:
    stand_still(machine, watch, 4, f"{VIRSH} net-autostart default --disable; sudo gpasswd -d student kvm")
    assert watch.fails("install/default-network/autostart")
    assert watch.fails("install/qemu-kvm/group")
    run(machine, f"{VIRSH} net-autostart default; sudo gpasswd -a student kvm")
    assert watch.passes("install/default-network/autostart")
    assert watch.passes("install/qemu-kvm/group")


def test_a_daemon_that_hangs_holds_up_nothing_else(machine: Machine, watch: Following) -> None:
    run(machine, "sudo pkill -STOP -x libvirtd")
    try:
        run(machine, "sudo gpasswd -d student kvm")
        assert watch.fails("install/qemu-kvm/group")
        run(machine, "sudo gpasswd -a student kvm")
        assert watch.passes("install/qemu-kvm/group")
    finally:
        run(machine, "sudo pkill -CONT -x libvirtd")
    run(machine, f"{VIRSH} net-autostart default --disable")
    assert watch.fails("install/default-network/autostart")
    run(machine, f"{VIRSH} net-autostart default")
    assert watch.passes("install/default-network/autostart")
    assert watch.alive


def test_what_changed_is_journalled_and_nothing_else(machine: Machine, watch: Following) -> None:
    def lines() -> list[dict[str, Any]]:
        found = map(json.loads, machine.run(f"cat {JOURNAL}", check=True).stdout.splitlines())
        return [one for one in found if one["kind"] == "check"]

    assert becomes(lambda: not watch.hear(1), 20)
    before = len(lines())
    watch.changes.clear()
    time.sleep(3)
    assert len(lines()) == before
    run(machine, f"{VIRSH} net-autostart default --disable")
    assert watch.fails("install/default-network/autostart")
    assert becomes(lambda: len(lines()) == before + 1, 5)
    assert [step["id"] for step in lines()[-1]["data"]["steps"]] == ["install/default-network"]
    run(machine, f"{VIRSH} net-autostart default")
    assert watch.passes("install/default-network/autostart")


def test_every_line_is_as_the_schema_has_it(watch: Following) -> None:
    assert watch.changes
    for change in watch.changes:
        jsonschema.validate(change, SCHEMA)


# On a terminal.


def terminal(machine: Machine, command: str, user: str = "student") -> Any:
    argv = machine.command(command, user=user)
    env = host_environment({"TERM": "xterm"})
    return pexpect.spawn(argv[0], argv[1:], env=env, encoding="utf-8", timeout=30)


ENDINGS = {
    "q": 0,
    "Ctrl-C": 130,
    "TERM": 143,
    "HUP": 129,
    "KILL": 137,
}


@pytest.mark.parametrize("how", ENDINGS)
def test_the_terminal_is_as_it_was(machine: Machine, how: str) -> None:
    settings = "stty -a | tr ' ' '\\n' | grep -E '^-?(icanon|echo)$'"
    child = terminal(machine, f"tutor watch intro --lang en; echo code $?; sleep 1; {settings}")
    child.expect("q ends, r looks at everything anew[.]\x1b")
    if how == "q":
        child.send("q")
    elif how == "Ctrl-C":
        child.sendintr()
    else:
        run(machine, f"pkill -{how} -f '^/opt/tutor/bin/python.*bin/tutor watch intro'")
    child.expect("code ([0-9]+)")
    assert int(child.match[1]) == ENDINGS[how]
    child.expect(pexpect.EOF)
    said = child.before.split()
    child.close()
    assert said[-2:] == ["icanon", "echo"] or said[-2:] == ["echo", "icanon"], said


def test_a_password_is_asked_for_once(machine: Machine) -> None:
    """The rules are read again and again, though sudo has forgotten who asked."""
    rules = "Defaults:other passwd_tries=1\nother ALL=(ALL:ALL) ALL\n"
    machine.write("/etc/sudoers.d/other", rules, mode=0o440)
    machine.run("usermod -aG libvirt other", user="root", check=True)
    child = terminal(machine, "tutor watch networks/port-forward --lang en --no-color", "other")
    try:
        child.expect("needs sudo: nft -j monitor")
        child.expect("password for other: ")
        child.sendline("other")
        child.expect("Work in another terminal")
        machine.run("rm -rf /run/sudo/ts/other", user="root", check=True)
        for _ in range(2):
            machine.run(
                "nft 'add table ip labb; add chain ip labb pre { type nat hook prerouting priority dstnat; };"
                " add rule ip labb pre tcp dport 2222 dnat to 192.168.122.50:22'",
                user="root",
                check=True,
            )
            child.expect("networks/port-forward/forward: fail:")
            machine.run("nft delete table ip labb", user="root", check=True)
            child.expect("networks/port-forward/forward: fail:")
        child.send("q")
        child.expect(pexpect.EOF)
        assert "password" not in child.before
    finally:
        child.close(force=True)


def test_who_has_no_password_is_told(machine: Machine) -> None:
    child = terminal(machine, "tutor watch networks/port-forward --lang en --no-color", "other")
    try:
        child.expect("password for other: ")
        child.sendline("wrong")
        child.expect("Nothing tells when the firewall's rules change")
        child.send("q")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)


def test_once(machine: Machine) -> None:
    done = machine.run("tutor watch install/default-network --once --lang en")
    assert done.returncode == 0, done.stdout
    assert "install/default-network" in done.stdout
    assert machine.run("tutor watch domains/virt-install --once --format json").returncode == 1
    assert machine.run("tutor watch nowhere --once").returncode == 2
