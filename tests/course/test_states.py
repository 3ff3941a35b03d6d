"""The states beside a lesson, read."""

from __future__ import annotations

import pytest

from tests.course.sample import Sample
from tutor.course.findings import BrokenCourse
from tutor.course.load import load_course
from tutor.course.read_states import load_states
from tutor.course.states import Backend, Machines


def test_states_in_the_order_of_their_file_with_what_goes_without_saying(sample: Sample) -> None:
    sample.replace(
        "states/start.toml", "[[wrong]]", '[[right]]\nstep = "group"\nname = "x"\nmake = "y"\n\n[[wrong]]'
    )
    states, machines, _ = load_states(str(sample.folder))
    assert machines == Machines("bare", "ready")
    first, wrong, right = states["start"].states
    assert [one.name for one in (first, wrong, right)] == ["x", "nobody", "already"]
    assert (wrong.step, wrong.user, wrong.mend, wrong.right) == ("start/group", "root", True, False)
    assert wrong.codes == {"member": "not-a-member", "session": "need-failed"}
    assert (right.user, right.notes, first.notes, right.right) == ("student", ("at once",), None, True)
    assert states["nets"].states[0].mend is False


def test_the_machines(sample: Sample) -> None:
    sample.write(
        "states/machines.toml",
        'image = "bare"\nbaseline = "ls"\nspoilt = "dmesg"\n[versions]\nlibvirt = "virsh --version"\n'
        '[backend.nft]\nreleases = ["b"]\n[backend.ipt]\nreleases = ["a", "b"]\nprepare = "x"\n',
    )
    _, machines, _ = load_states(str(sample.folder))
    assert (machines.image, machines.ready, machines.baseline, machines.spoilt, machines.versions) == (
        "bare",
        "bare",
        "ls",
        "dmesg",
        {"libvirt": "virsh --version"},
    )
    assert machines.backends_of("a") == (Backend("ipt", ("a", "b"), "x"),)
    assert [one.name for one in machines.backends_of("b")] == ["nft", "ipt"]


def test_a_state_that_is_made_on_some_machines_only(sample: Sample) -> None:
    sample.replace("states/nets.toml", "mend = false", 'only = ["trixie", "iptables"]')
    (state,) = load_states(str(sample.folder))[0]["nets"].states
    assert state.possible({"trixie", "nftables"})
    assert state.possible({"bookworm", "iptables"})
    assert not state.possible({"bookworm", "nftables"})


def test_what_stands_around_the_states_of_a_step(sample: Sample) -> None:
    states, _, _ = load_states(str(sample.folder))
    around = states["start"].around("start/group")
    assert (around.user, around.begin, around.by_hand) == ("root", "usermod -aG libvirt student", "")
    assert (around.reset, around.kept) == ("usermod -aG libvirt student", ("member",))
    assert states["start"].around("start/quiz").begin == ""
    no_run = states["start"].no_run("start/group/session")
    assert no_run is not None
    assert no_run.reason.startswith("a session")
    assert states["start"].no_run("start/group/member") is None


def test_faults_are_all_named(sample: Sample) -> None:
    sample.replace("states/start.toml", "make =", "mak =")
    sample.replace("states/nets.toml", "mend", "men")
    with pytest.raises(BrokenCourse) as raised:
        load_states(str(sample.folder))
    assert len(raised.value.findings) == 3


def test_the_course_itself_is_the_same_with_other_states(sample: Sample) -> None:
    before, proven = load_course(sample.folder, "sv").digest, load_states(str(sample.folder))[2]
    sample.replace("states/nets.toml", "closed", "shut")
    assert load_course(sample.folder, "sv").digest == before
    assert load_states(str(sample.folder))[2] != proven


def test_a_course_without_states(sample: Sample) -> None:
    for file in (sample.folder / "states").iterdir():
        file.unlink()
    (sample.folder / "states").rmdir()
    states, machines, _ = load_states(str(sample.folder))
    assert (states, machines) == ({}, Machines("base", "base"))
