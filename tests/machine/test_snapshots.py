"""The lesson on snapshots: its own commands, every wrong state with its code, and the printed fixes."""

from __future__ import annotations

import re

import pytest

from tests.machine.guest import start_default_network
from tests.machine.lesson import assert_green, assert_mended, judge, run_fixes
from tests.machine.proving import assert_proven, do, each_state, run_with
from tutor.course.states import State
from tutor.proving.judged import Judged
from tutor.sandbox.machines import Machine

CREATE, REVERT, DELETE, TREE, CLICKED, UEFI = (
    f"snapshots/{name}" for name in ("create", "revert", "delete", "tree", "virt-manager", "uefi")
)
STEPS = (CREATE, REVERT, DELETE, TREE, CLICKED, UEFI)
IMAGE = "/var/lib/libvirt/images/ubuntu-vm.qcow2"
JOURNAL = "/home/student/.local/state/libvirt-tutor"

RIGHT = "right"

#: Snapshots that no lesson has names for; libvirt takes them all.
HOSTILE = (
    "--metadata",
    "it's; touch /tmp/owned",
    "$(touch /tmp/owned)",
    "{tree}",
    'a"b',
    "n\n└── snap4",
    "1",
)


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """The installation lesson is done; every step of this one is shown to lead from red to green."""
    lab = ready_lesson_machine
    lab.run("echo 'export LIBVIRT_DEFAULT_URI=qemu:///system' >> ~/.bashrc", check=True)
    start_default_network(lab)
    for step in STEPS:
        do(lab, step)
    return lab


def make(machine: Machine, state: str) -> None:
    """The domain in this state, and nothing else of the lesson."""
    run_with(machine, "snapshots", f"empty; {state}", "student", check=True)


def snapshots(machine: Machine) -> dict[str, str]:
    """Creation times by name."""
    listed = machine.run(
        "for n in $(virsh -c qemu:///system snapshot-list ubuntu-vm --name); do"
        " virsh -c qemu:///system snapshot-dumpxml ubuntu-vm $n | grep -m1 creationTime | sed s/^/$n/; done"
    )
    return dict(line.split(maxsplit=1) for line in listed.stdout.splitlines())


@each_state("snapshots")
def test_each_state(machine: Machine, state: State) -> None:
    assert_proven(machine, state)


def test_what_is_right_is_kept(machine: Machine) -> None:
    make(machine, "first; t between; t snap2; t snap3; r snap1; t snap4")
    before = snapshots(machine)
    judged = judge(machine, TREE)
    assert judged.fixes == ["virsh -c qemu:///system snapshot-delete -- ubuntu-vm between"]
    run_fixes(machine, judged)
    assert_green(machine, TREE)
    del before["between"]
    assert snapshots(machine) == before


def test_hostile_names_are_harmless(machine: Machine) -> None:
    make(machine, RIGHT)
    for name in HOSTILE:
        machine.run(
            "xargs -0 virsh -c qemu:///system snapshot-create-as --domain ubuntu-vm --name", input=name
        )
    shown = machine.run(f"tutor check {TREE} --lang en", tty=True).stdout
    assert "{tree}" in shown
    assert "n\\n└── snap4" in shown
    assert_mended(machine, TREE, {"tree": "extra-snapshots"})
    assert machine.run("test -e /tmp/owned").returncode == 1


def test_a_description_of_the_domain_is_none_of_the_snapshot(machine: Machine) -> None:
    make(machine, "virsh desc ubuntu-vm --config mine; t snap0; t snap1")
    assert_mended(machine, CREATE, {"snapshot": "no-description"})
    dumped = machine.run("virsh -c qemu:///system snapshot-dumpxml ubuntu-vm snap1").stdout
    assert re.findall("<description>(.*)</description>", dumped) == ["Min första snapshot", "mine"] or (
        dumped.count("<description>Min första snapshot</description>") == 1
    )


def test_the_memory_outlives_what_comes_after_and_is_recorded(machine: Machine) -> None:
    make(machine, "t a; see; d a; see; t b")
    live = judge(machine, DELETE, "--record /tmp/deleted.json")
    recorded = judge(machine, DELETE, "--from /tmp/deleted.json")
    assert live.status == recorded.status == "pass"
    assert _plain(live) == _plain(recorded)
    machine.run(f"mv {JOURNAL} {JOURNAL}.old; chmod a+r /tmp/deleted.json", check=True)
    assert judge(machine, DELETE).codes == {"deleted": "nothing-deleted"}
    assert judge(machine, DELETE, "--from /tmp/deleted.json").status == "pass"


def test_an_image_that_only_root_can_read(machine: Machine) -> None:
    """With sudo it is looked into; without, nobody knows what is left in it."""
    make(machine, "virsh start ubuntu-vm; t a; see; d a; sudo chmod 600 $image")
    assert_green(machine, DELETE)
    machine.run("chmod 0644 /usr/bin/sudo", user="root", check=True)
    judged = judge(machine, DELETE)
    machine.run("chmod 4755 /usr/bin/sudo", user="root", check=True)
    assert (judged.status, judged.returncode) == ("unknown", 3)


def test_what_libvirt_allows_a_uefi_guest_is_what_is_said(machine: Machine) -> None:
    make(machine, "virt-xml ubuntu-vm --edit --boot uefi")
    judged = judge(machine, UEFI)
    (firmware,) = (check for check in judged.step["checks"] if check["id"].endswith("/firmware"))
    assert firmware["observed"] == (
        "UEFI: internal snapshots work only while it is shut off; "
        "external ones can be taken, but not returned to"
    )
    virsh = "virsh -c qemu:///system"
    machine.run(
        f"{virsh} snapshot-create-as ubuntu-vm off && {virsh} snapshot-revert ubuntu-vm off", check=True
    )
    machine.run(f"{virsh} start ubuntu-vm", check=True)
    refused = machine.run(f"{virsh} snapshot-create-as ubuntu-vm on")
    assert "internal snapshots of a VM with pflash based firmware are not supported" in refused.stderr
    machine.run(f"{virsh} destroy ubuntu-vm", check=True)
    machine.run(f"{virsh} snapshot-create-as ubuntu-vm out --disk-only", check=True)
    refused = machine.run(f"{virsh} snapshot-revert ubuntu-vm out")
    assert "revert to external snapshot not supported yet" in refused.stderr
    machine.run(f"{virsh} undefine ubuntu-vm --snapshots-metadata --nvram", check=True)


def _plain(judged: Judged) -> dict[str, object]:
    """The step without times."""
    step = judged.step
    return {**step, "checks": [{**check, "duration_ms": 0} for check in step["checks"]]}
