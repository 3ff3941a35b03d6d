"""A course about users and groups, on machines without libvirt: nothing asks for that, or speaks of it.

Its checks are a package's of its own, which the machines have because it is installed beside the tool.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pexpect
import pytest

from tests.courses.package import FOLDER, install
from tests.machine.checkout import PROJECT
from tutor.course.assemble import courses_of
from tutor.course.files import read_files
from tutor.course.records import Course, Step
from tutor.course.variables import resolve, substitute
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.plugins import WithPlugins
from tutor.sandbox.process import MachineError
from tutor.sandbox.sources import Checkout

#: What a course about users has nothing to do with; the tool's own name and folders are not meant.
FOREIGN = re.compile(
    r"(?<!made-by-)libvirt(?!-tutor|-python)|virsh|virbr|qemu|kvm|hypervisor|\bnft|iptables|firewall",
    re.IGNORECASE,
)


@cache
def course() -> Course:
    return courses_of(read_files(str(FOLDER)), str(FOLDER))["sv"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The package of checks beside the tool: in this process, and in those that are given the folder."""
    with pytest.MonkeyPatch.context() as patch:
        folder = install(tmp_path_factory.mktemp("site"))
        patch.syspath_prepend(str(folder))
        yield folder


@pytest.fixture(scope="module")
def machine(site: Path) -> Iterator[Machine]:  # noqa: ARG001 - it is found there
    """Debian, the tool and the package of checks; the course in the student's home."""
    try:
        with boot("bare", project=WithPlugins(Checkout(PROJECT))) as machine:
            for path in sorted(FOLDER.rglob("*.*")):
                home = f"/home/student/users/{path.relative_to(FOLDER)}"
                machine.write(home, path.read_text(), owner="student")
            yield machine
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)


def tutor(machine: Machine, words: str, code: int = 0) -> str:
    """What a command prints, on either stream; it has nothing to say of what the course is not about."""
    done = machine.run(f"tutor {words} --course users --lang en")
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    return said


def spoken(said: str) -> list[str]:
    return [line for line in said.splitlines() if FOREIGN.search(line)]


def judged(machine: Machine, step: str, before: str = "true") -> dict[str, str]:
    """The codes of a step's checks that do not pass, after some commands."""
    done = machine.run(
        f"{{ {before}\n}} >/dev/null 2>&1\ntutor check {step} --course users --format json --lang en"
    )
    (found,) = json.loads(done.stdout)["steps"]
    return {
        check["id"].rpartition("/")[2]: check["code"]
        for check in found["checks"]
        if check["status"] != "pass"
    }


def commands(step: Step) -> str:
    values = resolve(course())
    return "\n".join(substitute(block.text, values) for block in step.blocks if block.kind == "run")


def answers(step: Step) -> str:
    """The right answer to the step's one question, if it has one."""
    letters = "".join(
        "abcdef"[index]
        for question in step.quiz
        for index, option in enumerate(question.options)
        if option.right
    )
    return f"tutor answer {step.id} {letters} --course users" if letters else "true"


def test_before(machine: Machine) -> None:
    """Nothing is done yet, and the machine's facts are those that a course about users has."""
    said = tutor(machine, "check --format json --record /tmp/before.json", code=1)
    document = json.loads(said[said.index("{") :])
    assert {step["id"]: step["status"] for step in document["steps"]} == {
        **dict.fromkeys((step.id for step in course().steps), "fail"),
        "sharing/plan": "blocked",
    }
    host = document["host"]
    assert (host["os"], host["libvirt"], host["qemu"], host["kvm"]) == ("debian 12", None, None, None)


@pytest.mark.parametrize("step", [pytest.param(step, id=step.id) for step in course().steps])
def test_a_step(machine: Machine, step: Step) -> None:
    """Red before, green after its commands; its states are the prover's."""
    assert judged(machine, step.id)
    assert judged(machine, step.id, f"{answers(step)}\n{commands(step)}") == {}


#: Both lessons but for the one quiz that neither builds on: so it is not the whole course, in order.
SAMPLE = ["accounts/create", "sharing", "--jobs", "2"]


@pytest.mark.parametrize(
    "words",
    [pytest.param(SAMPLE, id="sample"), pytest.param(["--twice"], marks=pytest.mark.long, id="whole")],
)
def test_it_is_proven(site: Path, words: list[str]) -> None:
    """Every check of the package's, and every state, each lesson alone; in long runs in order, and twice."""
    argv = ["author", "prove", str(FOLDER), *words, "--alone", "--format", "json", "--lang", "en"]
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *argv],
        env={**os.environ, "PYTHONPATH": str(site)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = json.loads(done.stdout)["runs"]
    assert run["green"]
    proven = {name for name, one in run["checks"].items() if one["holds"]}
    assert proven >= {str(check.id) for step in course().steps for check in step.specs}


#: Every command that looks or tells, and its exit code at the end of the course.
COMMANDS = {
    "": 0,
    "check --verbose": 0,
    "list": 0,
    "watch --once": 0,
    "doctor": 0,
    "support --output /tmp/support.txt --yes": 0,
    "submit --unsigned --yes --pseudonym group-7 --output /tmp/lab.tutor": 0,
    "report /tmp/lab.tutor --no-cache --student group-7": 0,
    "report /tmp/lab.tutor --no-cache --html /tmp/site": 0,
    "cleanup --dry-run": 1,  # there is something to take away
}


def test_every_command_speaks_of_the_course_alone(machine: Machine) -> None:
    lines = [f"tutor {words} --course users --lang en; echo exit $?" for words in COMMANDS]
    read = "cat /tmp/support.txt $(find /tmp/site -name '*.html')"
    said = machine.run("\n".join([*lines, read])).stdout
    assert re.findall(r"^exit (\d+)$", said, re.MULTILINE) == [str(code) for code in COMMANDS.values()], said
    assert spoken(said) == []


def test_the_guided_walk(machine: Machine) -> None:
    argv = machine.command("tutor learn accounts/create --course users --lang en")
    walk = pexpect.spawn(argv[0], argv[1:], encoding="utf-8", timeout=20, dimensions=(50, 100))
    walk.expect("accounts/create")
    walk.expect_exact("What is checked")
    walk.expect(r"\?")
    said = walk.before or ""
    walk.sendcontrol("c")
    walk.expect(pexpect.EOF)
    assert spoken(said + (walk.before or "")) == []


def test_nothing_was_asked(machine: Machine) -> None:
    """Of what was observed, handed in and kept as the baseline; and of what sudo ran."""
    tutor(machine, "check --record /tmp/after.json")
    for path in ("/tmp/before.json", "/tmp/after.json"):
        assert FOREIGN.search("\n".join(json.loads(machine.read(path))["observations"])) is None
    (name,) = machine.run("ls ~/.local/state/libvirt-tutor/baseline").stdout.split()
    baseline = json.loads(machine.read(f"/home/student/.local/state/libvirt-tutor/baseline/{name}"))
    assert (baseline["machine"]["libvirt"], baseline["machine"]["firewall"]["tables"]) == (None, [])
    assert "nft" not in machine.run("journalctl --no-pager -t sudo", user="root").stdout


def test_cleaning_up(machine: Machine) -> None:
    said = tutor(machine, "cleanup --yes")
    assert spoken(said) == []
    assert "/srv/labb" in said
    gone = machine.run("ls -d /srv/labb")
    assert gone.returncode != 0
    assert judged(machine, "sharing/folder") == {"folder": "missing"}
