"""Doctor on real machines: faults told and mended, and a machine that is the same afterwards."""

from __future__ import annotations

import time

import pexpect
import pytest
from jsonschema import validate

from tests.machine.doctor import assert_told, assert_well, make, mend, prepare, see
from tests.machine.doctor_faults import FAULTS, VIRSH
from tests.machine.fingerprint import fingerprint
from tests.machine.waiting import becomes
from tests.output.schemas import doctor_schema
from tutor.proving.replay import changes
from tutor.sandbox.machines import Machine
from tutor.sandbox.process import host_environment

#: Faults that can be had at once, so that a group costs what one does; make doctor-faults has each by itself.
#: No fault of a group is in the way of looking for another.
GROUPS = {
    "accounts": (
        "not in the group kvm",
        "tools talk to the session mode",
        "folders of libvirt's tools are root's",
        "host name unknown",
    ),
    "programs and bridges": (
        "qemu-img not executable",
        "stale bridge",
        "subnet of the isolated network taken",
    ),
    "firewall and images": (
        "another firewall drops",
        "pool inactive",
        "images folder closed",
        "medium in a closed home",
    ),
    "forwarding and media": ("forwarding turned off", "medium gone"),
    "ruleset": ("ruleset flushed",),
    "access": ("not in the group libvirt",),
    "next boot": ("daemon not enabled",),
    "table nat": ("foreign rules in table ip nat",),
    "tried": ("port 53 taken",),
}
NAME = "tutor-doctor-1000"

_GUEST = (
    f"<domain type='qemu'><name>{NAME}</name><memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>"
)

#: What doctor could leave running, or in the student's home, beside what a fingerprint has.
_REST = "pgrep -a 'dnsmasq|qemu|libvirtd' | grep -v 'timeout 120' | cut -d' ' -f2-; find /home /tmp | sort"


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """A machine with the course's installation done."""
    prepare(ready_lesson_machine)
    return ready_lesson_machine


def everything(machine: Machine) -> list[str]:
    """The machine's fingerprint, and the rest."""
    rest = machine.run(_REST, user="root").stdout.splitlines()
    return [*fingerprint(machine), *rest]


def test_a_healthy_machine_is_told_well_and_left_as_it_was(machine: Machine) -> None:
    before = everything(machine)
    seen = see(machine)
    assert not seen.findings, seen.explain()
    assert seen.returncode == 0
    assert {"volume", "network", "guest", "session-mode"} <= {
        probe["name"] for probe in seen.document["probes"] if probe["health"] == "well"
    }
    validate(seen.document, doctor_schema())
    assert not changes(before, everything(machine))


def test_it_says_what_it_tries_and_names_each_probe_once(machine: Machine) -> None:
    done = machine.run("tutor doctor --lang en")
    assert "undone again" in done.stderr
    assert NAME in done.stderr
    assert "This machine carries the course." in done.stdout
    assert done.stdout.count("default-network ") == 1
    assert done.returncode == 0


@pytest.mark.parametrize("group", GROUPS)
def test_faults_are_told_and_their_fixes_mend_them(machine: Machine, group: str) -> None:
    faults = [FAULTS[name] for name in GROUPS[group]]
    options = ("--look",) if all(fault.look for fault in faults) else ()
    for fault in faults:
        make(machine, fault)
    try:
        seen = see(machine, *options)
        assert seen.returncode == 1
        for fault in faults:
            assert_told(seen, fault)
        mend(machine, seen)
        assert_well(machine, *options)
    finally:
        for fault in reversed(faults):
            machine.run(fault.undo, user="root", timeout=60)


def test_a_hung_daemon_costs_seconds_and_is_no_problem_of_the_students(machine: Machine) -> None:
    fault = FAULTS["daemon hung"]
    make(machine, fault)
    started = time.monotonic()
    seen = see(machine)
    assert time.monotonic() - started < 15
    assert_told(seen, fault)
    assert seen.returncode == 3, seen.explain()
    mend(machine, seen)
    assert_well(machine, "--look")


def test_what_could_not_be_looked_at_is_unknown(machine: Machine) -> None:
    """Another user: no sudo, no groups."""
    seen = see(machine, "--look", user="other")
    assert seen.returncode == 1
    assert "another-user-added" in seen.codes["access"]
    assert "not-permitted" in seen.codes["sudo"]


def test_interrupted_it_has_undone_everything(machine: Machine) -> None:
    before = everything(machine)
    argv = machine.command("tutor doctor --lang en")
    with pexpect.spawn(argv[0], argv[1:], env=host_environment({"TERM": "xterm"}), timeout=30) as terminal:
        terminal.expect("undone again")
        assert becomes(lambda: NAME in machine.run(f"{VIRSH} net-list --name").stdout, 20)
        terminal.sendintr()
        terminal.expect("has been undone")
        terminal.expect(pexpect.EOF)
    assert terminal.exitstatus == 130
    assert not changes(before, everything(machine))


def test_killed_its_child_undoes_everything(machine: Machine) -> None:
    before = everything(machine)
    _killed(machine, "pkill -KILL -u student -f '[t]utor doctor'")
    assert becomes(lambda: not changes(before, everything(machine)), 20), changes(before, everything(machine))


def test_killed_with_its_child_the_next_run_tidies_up(machine: Machine) -> None:
    before = everything(machine)
    _killed(machine, "pkill -KILL -u student -f '[t]utor.doctor.trial|[t]utor doctor'")
    assert NAME in machine.run(f"{VIRSH} net-list --name").stdout
    seen = see(machine)
    assert seen.codes["leftovers"] == ["tidied-up"]
    assert seen.returncode == 0, seen.explain()
    assert not changes(before, everything(machine))


def _killed(machine: Machine, kill: str) -> None:
    """Doctor, killed as soon as its guest is there."""
    wait = f"until {VIRSH} list --name | grep -q {NAME}; do sleep 0.01; done; {kill}"
    machine.run(f"tutor doctor >/dev/null 2>&1 & {wait}; wait", timeout=60)


def test_a_guest_left_behind_is_removed_and_anothers_network_is_not(
    machine: Machine,
) -> None:
    say = "from tutor.doctor.trial.marks import mark; print(mark('guest', 1000))"
    mark = machine.run(f'/opt/tutor/bin/python -c "{say}"', check=True).stdout.strip()
    machine.write("/tmp/ours.xml", _GUEST.replace("<memory", f"<uuid>{mark}</uuid><memory"))
    machine.write("/tmp/foreign.xml", f"<network><name>{NAME}</name><bridge name='lab9'/></network>")
    machine.run(f"{VIRSH} create --paused /tmp/ours.xml && {VIRSH} net-create /tmp/foreign.xml", check=True)
    seen = see(machine)
    assert seen.codes["leftovers"] == ["name-taken", "tidied-up"]
    assert seen.returncode == 3
    assert machine.run(f"{VIRSH} list --name").stdout.strip() == ""
    assert NAME in machine.run(f"{VIRSH} net-list --name").stdout
    machine.run(f"{VIRSH} net-destroy {NAME}", check=True)
