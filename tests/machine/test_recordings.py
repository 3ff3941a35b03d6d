"""Grading a machine and grading its recording give the same document, but for times."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.machine.lesson import answer_quiz, replay
from tutor.sandbox.machines import Machine

PATH = "/tmp/machine.json"
SELECTIONS = (
    "",
    "install/default-network",
    "disks domains/xml/nic",
    "domains/xml --var xml_vm=vm-nat",
    "disks --var disk_path=/srv/lab/installer.iso",
)


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """Some is right, some wrong, and some cannot be looked at."""
    machine = ready_lesson_machine
    replay(machine, "install/default-network")
    answer_quiz(machine, "intro/role")
    # Undecodable names, and a reason why there is no answer.
    machine.run("touch ~/$'\\xff.xml' && sudo install -m 600 /dev/null ~/vm.xml", check=True)
    return machine


def judged(machine: Machine, words: str) -> dict[str, Any]:
    done = machine.run(f"tutor check --format json {words}")
    assert done.returncode in (0, 1, 3), done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    del document["started"], document["duration_ms"]
    for step in document["steps"]:
        for check in step["checks"]:
            del check["duration_ms"]
    return document


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("words", SELECTIONS)
def test_live_and_recorded_say_the_same(machine: Machine, words: str, lang: str) -> None:
    live = judged(machine, f"{words} --lang {lang} --record {PATH}")
    assert judged(machine, f"{words} --lang {lang}") == live
    selection = words.partition("--var")[0]  # the recording knows the values
    recorded = judged(machine, f"{selection} --lang {lang} --from {PATH}")
    assert recorded == live
    statuses = {check["status"] for step in live["steps"] for check in step["checks"]}
    assert words or statuses == {"pass", "fail", "blocked", "unknown"}


def test_a_selection_still_records_the_whole_course(machine: Machine) -> None:
    machine.run("tutor check intro/role --record /tmp/part.json", check=True)
    whole = judged(machine, "--from /tmp/part.json")
    assert whole == judged(machine, "")


def test_a_recording_is_judged_elsewhere(machine: Machine) -> None:
    """By another user, without a home, and with another configuration: nothing of this machine counts."""
    machine.run(f"tutor check --record {PATH}; chmod a+r {PATH}")
    own = judged(machine, f"--from {PATH}")
    done = machine.run(
        f"cp {PATH} /tmp/other.json; env -u HOME tutor check --format json --from /tmp/other.json",
        user="other",
    )
    found = json.loads(done.stdout)
    assert found["user"] == own["user"] == "student"
    assert found["summary"] == own["summary"]
    assert machine.run("test -e ~/.local/state/libvirt-tutor/journal.jsonl", user="other").returncode != 0


def test_a_recording_that_cannot_be_written(machine: Machine) -> None:
    done = machine.run("tutor check --lang en --record /proc/nothing.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) <= 3
