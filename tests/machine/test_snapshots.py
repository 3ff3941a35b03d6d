"""The lesson on snapshots: its own commands, every wrong state with its code, and the printed fixes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.machine.guest import start_default_network
from tests.machine.lesson import Judged, answer_quiz, assert_green, assert_mended, judge, replay, run_fixes
from tutor.sandbox.machines import Machine

CREATE, REVERT, DELETE, TREE, CLICKED, UEFI = (
    f"snapshots/{name}" for name in ("create", "revert", "delete", "tree", "virt-manager", "uefi")
)
STEPS = (CREATE, REVERT, DELETE, TREE, CLICKED, UEFI)
IMAGE = "/var/lib/libvirt/images/ubuntu-vm.qcow2"
JOURNAL = "/home/student/.local/state/libvirt-tutor"

#: What the states below are written in: t takes a snapshot, r reverts to one, d deletes one, see grades.
PRELUDE = f"""
export LIBVIRT_DEFAULT_URI=qemu:///system
t() {{ name=$1; shift; virsh snapshot-create-as --domain ubuntu-vm --name "$name" "$@"; }}
r() {{ virsh snapshot-revert ubuntu-vm "$@"; }}
d() {{ virsh snapshot-delete ubuntu-vm "$@"; }}
see() {{ tutor check snapshots/delete || true; }}
image={IMAGE}
set -e
"""
#: The domain of the lesson without snapshots, and a tool that has seen nothing.
RESET = f"""
virsh destroy ubuntu-vm
for name in ubuntu-vm other; do virsh undefine $name --snapshots-metadata; done
virsh -c qemu:///session undefine ubuntu-vm
set -e
sudo sh -c 'rm -rf /var/lib/libvirt/images/ubuntu-vm* /var/lib/libvirt/images/other* {JOURNAL}'
sudo qemu-img create -q -f qcow2 {IMAGE} 1G
virsh define lesson.xml
"""
SNAP1 = "t snap1 --description x"
RIGHT = f"{SNAP1}; t snap2; t snap3; r snap1; t snap4"


@dataclass(frozen=True)
class Wrong:
    """A wrong state of a step: what the student does to get there, and the codes that tell it."""

    step: str
    make: str
    codes: dict[str, str]


def create(code: str, make: str) -> Wrong:
    return Wrong(CREATE, make, {"snapshot": code})


def revert(make: str) -> Wrong:
    return Wrong(REVERT, make, {"reverted": "not-reverted"})


def delete(code: str, make: str) -> Wrong:
    return Wrong(DELETE, make, {"deleted": code})


def tree(code: str, make: str) -> Wrong:
    return Wrong(TREE, make, {"tree": code})


FORGET = "virsh undefine ubuntu-vm --snapshots-metadata"
OTHER = (
    "sudo qemu-img create -q -f qcow2 ${image%/*}/other.qcow2 1G;"
    "sed '/<uuid>/d; s/ubuntu-vm/other/; s/ubuntu-vm.qcow2/other.qcow2/' lesson.xml > other.xml;"
    "sed -i '/<mac /d' other.xml; virsh define other.xml; virsh snapshot-create-as other snap1 x"
)
IN_SESSION = f"{FORGET}; virsh -c qemu:///session define lesson.xml"
AS_RAW = (
    "sudo qemu-img create -q -f raw $image 1G;"
    "sed \"s/type=.qcow2./type='raw'/\" lesson.xml > raw.xml; virsh define raw.xml"
)
LEFTOVER = "t snap-tmp; see; d snap-tmp --metadata"

WRONG: dict[str, Wrong] = {
    "create: no domain": Wrong(
        CREATE, f"{FORGET}; sudo rm $image", {"domain": "missing", "snapshot": "need-failed"}
    ),
    "create: no domain, its image left": Wrong(CREATE, FORGET, {"domain": "missing"}),
    "create: session mode": Wrong(CREATE, IN_SESSION, {"domain": "in-session-mode"}),
    "create: another domain's": create("missing", OTHER),
    "create: none, running": create("missing", "virsh start ubuntu-vm"),
    "create: no description": create("no-description", "t snap1"),
    "create: no description, not current": create("no-description", "t snap0; t snap1; t snap2"),
    "create: empty description": create("no-description", "t snap1 --description '  '"),
    "create: by qemu-img": create("missing", "sudo qemu-img snapshot -c snap1 $image"),
    "create: raw": create("missing", AS_RAW),
    "create: no disk": create("missing", "virt-xml ubuntu-vm --remove-device --disk 1"),
    "create: no image": create("missing", "sudo rm $image"),
    "revert: no domain": Wrong(REVERT, FORGET, {"reverted": "need-failed"}),
    "revert: no snap1": Wrong(REVERT, "t snap2", {"reverted": "need-failed"}),
    "revert: current and childless": revert(SNAP1),
    "revert: a child, not reverted": revert(f"{SNAP1}; t snap2"),
    "revert: to another": revert(f"{SNAP1}; t snap2; t snap3; r snap2"),
    "revert: neither child nor current": revert(f"t snap0; {SNAP1}; r snap0; t snap2"),
    "revert: external": revert(f"{SNAP1} --disk-only"),
    "revert: external, with a child": revert(f"{SNAP1} --disk-only; t snap2"),
    "delete: no domain": Wrong(DELETE, FORGET, {"deleted": "need-failed"}),
    "delete: none was ever": delete("nothing-deleted", ""),
    "delete: still there": delete("nothing-deleted", "t snap1; t snap-tmp; see"),
    "delete: one of that name is external": delete("nothing-deleted", "t snap1; t snap-tmp --disk-only"),
    "delete: unseen": delete("nothing-deleted", "t snap-tmp; d snap-tmp"),
    "delete: by qemu-img": delete(
        "nothing-deleted", "see; sudo qemu-img snapshot -c x $image; see; sudo qemu-img snapshot -d x $image"
    ),
    "delete: only the metadata": delete("content-left", LEFTOVER),
    "delete: only the metadata, twice": delete("content-left", f"{LEFTOVER}; sleep 1; {LEFTOVER}"),
    "delete: only the metadata, and made again": delete("content-left", f"{LEFTOVER}; sleep 1; t snap-tmp"),
    "delete: only the metadata, running": delete("content-left", f"virsh start ubuntu-vm; {LEFTOVER}"),
    "delete: only the metadata, external": delete(
        "content-left", "t snap-tmp --disk-only; see; d snap-tmp --metadata"
    ),
    "delete: of another uuid": delete(
        "nothing-deleted",
        f"t snap-tmp; see; d snap-tmp; see; {FORGET}; sed /uuid/d lesson.xml > new.xml; virsh define new.xml",
    ),
    "tree: no domain": Wrong(TREE, f"{FORGET}; sudo rm $image", {"tree": "need-failed"}),
    "tree: none": tree("no-snapshots", ""),
    "tree: a chain": tree("wrong-parent", f"{SNAP1}; t snap2; t snap3; t snap4"),
    "tree: a chain, running": tree(
        "wrong-parent", f"virsh start ubuntu-vm; {SNAP1}; t snap2; t snap3; t snap4"
    ),
    "tree: snap4 under snap2": tree("wrong-parent", f"{SNAP1}; t snap2; t snap3; r snap2; t snap4"),
    "tree: another root": tree("extra-root", f"t snap0; {RIGHT}; r snap0; t more; d snap0"),
    "tree: a root above": tree("extra-root", f"t snap0; {RIGHT}"),
    "tree: no snap1": tree("missing-snapshots", f"{RIGHT}; d snap1"),
    "tree: no snap2": tree("missing-snapshots", f"{RIGHT}; d snap2"),
    "tree: external": tree("wrong-parent", f"{SNAP1}; t snap2 --disk-only; t snap3; t snap4"),
    "tree: external throughout": tree(
        "missing-snapshots", f"{SNAP1} --disk-only; t snap2 --disk-only; t snap3 --disk-only"
    ),
}

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
        assert judge(lab, step).status != "pass", step
        replay(lab, step)
        answer_quiz(lab, step)
        assert_green(lab, step)
    lab.run("virsh -c qemu:///system dumpxml ubuntu-vm > lesson.xml", check=True)
    return lab


def make(machine: Machine, state: str) -> None:
    """The domain in this state, and nothing else of the lesson."""
    reset = f"{PRELUDE}set +e\n{RESET}"
    machine.run(f"{reset}\n{state}", timeout=120, check=True)


def snapshots(machine: Machine) -> dict[str, str]:
    """Creation times by name."""
    listed = machine.run(
        "for n in $(virsh -c qemu:///system snapshot-list ubuntu-vm --name); do"
        " virsh -c qemu:///system snapshot-dumpxml ubuntu-vm $n | grep -m1 creationTime | sed s/^/$n/; done"
    )
    return dict(line.split(maxsplit=1) for line in listed.stdout.splitlines())


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_state_is_told_and_mended(machine: Machine, name: str) -> None:
    wrong = WRONG[name]
    make(machine, wrong.make)
    assert_mended(machine, wrong.step, wrong.codes)


ROUTES = {
    "described by XML": (
        CREATE,
        (
            "echo '<domainsnapshot><name>snap1</name><description>é</description></domainsnapshot>' > s.xml;"
            "virsh snapshot-create ubuntu-vm s.xml"
        ),
    ),
    "external": (CREATE, f"{SNAP1} --disk-only"),
    "edited": (
        CREATE,
        (
            "t snap1; export EDITOR=\"sed -i 's|<state>|<description>e</description><state>|'\";"
            "virsh snapshot-edit ubuntu-vm snap1"
        ),
    ),
    "current, and has a child": (REVERT, f"{SNAP1}; t snap2; r snap1"),
    "two branches": (REVERT, f"{SNAP1}; t snap2; r snap1; t other"),
    "another one": (DELETE, "t mine; see; d mine"),
    "with all below": (DELETE, "t a; t b; see; d a --children"),
    "of a running guest, deleted": (DELETE, "virsh start ubuntu-vm; t a; see; d a"),
    "external, deleted": (DELETE, "t a --disk-only; see; d a"),
    "made again": (DELETE, "t a; see; d a; sleep 1; t a"),
    "metadata, then content": (DELETE, f"{LEFTOVER}; see; sudo qemu-img snapshot -d snap-tmp $image"),
    "another order": (TREE, f"{SNAP1}; t snap4; r snap1; t snap2; t snap3; r snap4"),
    "one too many, deleted": (TREE, f"t zero; {RIGHT}; t more; d more; d zero"),
}


@pytest.mark.parametrize("name", ROUTES)
def test_other_routes_pass(machine: Machine, name: str) -> None:
    step, state = ROUTES[name]
    make(machine, state)
    assert_green(machine, step)


def test_what_is_right_is_kept(machine: Machine) -> None:
    make(machine, f"{SNAP1}; t between; t snap2; t snap3; r snap1; t snap4")
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
