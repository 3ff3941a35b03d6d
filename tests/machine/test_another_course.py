"""A course about users and groups, on a machine without libvirt: nothing asks for that, or speaks of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pexpect
import pytest

from tests.machine.checkout import PROJECT
from tutor.course.assemble import courses_of
from tutor.course.files import read_files
from tutor.course.read_states import load_states
from tutor.course.records import Course, Step
from tutor.course.states import State
from tutor.course.variables import resolve, substitute
from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import MachineError

PACKAGE = PROJECT / "tests" / "courses" / "users"
FOLDER = PACKAGE / "course"
#: The tool's own environment cannot be written to here.
SITE = "/srv/checks"
TUTOR = f"PYTHONPATH={SITE} tutor"
#: What a course about users has nothing to do with; the tool's own name and folders are not meant.
FOREIGN = re.compile(
    r"(?<!made-by-)libvirt(?!-tutor|-python)|virsh|virbr|qemu|kvm|hypervisor|\bnft|iptables|firewall",
    re.IGNORECASE,
)


@cache
def course() -> Course:
    return courses_of(read_files(str(FOLDER)), str(FOLDER))["sv"]


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """Debian and the tool, with the course's own package of checks beside it, as pip lays it there."""
    try:
        with boot("bare", project=PROJECT) as machine:
            _install(machine)
            yield machine
    except MachineError as error:
        pytest.fail(str(error), pytrace=False)


def _install(machine: Machine) -> None:
    info = f"{SITE}/tutor_users_checks-1.0.dist-info"
    machine.write(f"{SITE}/users_checks.py", (PACKAGE / "users_checks.py").read_text())
    machine.write(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tutor-users-checks\nVersion: 1.0\n")
    machine.write(f"{info}/entry_points.txt", "[tutor.checks]\nusers = users_checks\n")
    for path in sorted(FOLDER.rglob("*.*")):
        machine.write(f"/home/student/users/{path.relative_to(FOLDER)}", path.read_text(), owner="student")


def tutor(machine: Machine, words: str, code: int = 0) -> str:
    """What a command prints, on either stream; it has nothing to say of what the course is not about."""
    done = machine.run(f"{TUTOR} {words} --course users --lang en")
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    return said


def spoken(said: str) -> list[str]:
    return [line for line in said.splitlines() if FOREIGN.search(line)]


def judged(machine: Machine, step: str, before: str = "true") -> tuple[dict[str, Any], list[str]]:
    """The codes of a step's checks that do not pass, and its fixes, after some commands."""
    done = machine.run(
        f"{{ {before}\n}} >/dev/null 2>&1\n{TUTOR} check {step} --course users --format json --lang en"
    )
    (found,) = json.loads(done.stdout)["steps"]
    red = [check for check in found["checks"] if check["status"] != "pass"]
    fixes = list(dict.fromkeys(command for check in red for command in check["fix"]))
    return {check["id"].rpartition("/")[2]: check["code"] for check in red}, fixes


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
    return f"{TUTOR} answer {step.id} {letters} --course users" if letters else "true"


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


def _parts() -> Iterator[Any]:
    """Each step, and then its states: of the wrong ones the first two, the others in long runs only."""
    states, _, _ = load_states(str(FOLDER))
    for step in course().steps:
        yield pytest.param(step, None, id=step.id)
        of_step = [state for state in states[step.lesson_id].states if state.step == step.id]
        for number, state in enumerate(of_step):
            marks = [pytest.mark.long] if number > 1 else []
            yield pytest.param(step, state, id=f"{step.id}: {state.name}", marks=marks)


@pytest.mark.parametrize(("step", "state"), list(_parts()))
def test_a_step(machine: Machine, step: Step, state: State | None) -> None:
    """Red before, green after its commands; each wrong state told by its code and mended by its fix."""
    if state is not None:
        _try(machine, step, state)
        return
    before, _ = judged(machine, step.id)
    assert before
    after, _ = judged(machine, step.id, f"{answers(step)}\n{commands(step)}")
    assert after == {}


def _try(machine: Machine, step: Step, state: State) -> None:
    codes, fixes = judged(machine, step.id, substitute(state.make, resolve(course())))
    assert {name: code for name, code in codes.items() if code != "need-failed"} == dict(state.codes)
    if state.codes:
        codes, _ = judged(machine, step.id, "\n".join(fixes))
        assert codes == {}
    if state.restore:
        machine.run(substitute(state.restore, resolve(course())), check=True)


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
    lines = [f"{TUTOR} {words} --course users --lang en; echo exit $?" for words in COMMANDS]
    read = "cat /tmp/support.txt $(find /tmp/site -name '*.html')"
    said = machine.run("\n".join([*lines, read])).stdout
    assert re.findall(r"^exit (\d+)$", said, re.MULTILINE) == [str(code) for code in COMMANDS.values()], said
    assert spoken(said) == []


def test_the_guided_walk(machine: Machine) -> None:
    argv = machine.command(f"{TUTOR} learn accounts/create --course users --lang en")
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
    assert judged(machine, "sharing/folder")[0] == {"folder": "missing"}
