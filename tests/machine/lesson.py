"""A lesson on a student machine: its own commands, the tool's verdicts, and the fixes as printed."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tutor.course.load import load_course
from tutor.course.records import Course, Step
from tutor.course.variables import resolve, substitute
from tutor.sandbox.machines import Machine
from tutor.sandbox.shell import Completed


@cache
def course() -> Course:
    """The course of this checkout, in its source language."""
    return load_course(None, "sv")


def step(step_id: str) -> Step:
    """The step of that id."""
    return next(one for one in course().steps if one.id == step_id)


@dataclass(frozen=True)
class Judged:
    """What ``tutor check STEP --format json`` said."""

    returncode: int
    document: dict[str, Any]

    @property
    def step(self) -> dict[str, Any]:
        """The one step that was asked for."""
        (found,) = self.document["steps"]
        return dict(found)

    @property
    def status(self) -> str:
        """The step's status."""
        return str(self.step["status"])

    @property
    def codes(self) -> dict[str, str | None]:
        """The code of each check that did not pass, by the check's name."""
        return {
            check["id"].rpartition("/")[2]: check["code"]
            for check in self.step["checks"]
            if check["status"] not in ("pass", "skip")
        }

    @property
    def fixes(self) -> list[str]:
        """The fixes of the step's red checks, in printed order, duplicates dropped."""
        red = [check for check in self.step["checks"] if check["status"] not in ("pass", "skip")]
        return list(dict.fromkeys(command for check in red for command in check["fix"]))

    def explain(self) -> str:
        """What did not pass, for a test's message."""
        red = [check for check in self.step["checks"] if check["status"] not in ("pass", "skip")]
        return json.dumps(red, indent=1, ensure_ascii=False)


def judge(machine: Machine, step_id: str, *options: str, user: str = "student") -> Judged:
    """Grade one step as the student does."""
    words = " ".join(("tutor", "check", step_id, "--format", "json", "--lang", "en", *options))
    done = machine.run(words, user=user)
    assert done.stdout, done.stderr
    return Judged(done.returncode, json.loads(done.stdout))


def replay(machine: Machine, step_id: str, change: Callable[[str], str] = str) -> None:
    """Do what the step's guided commands say, each block in a new terminal of the student.

    :param change: what this student types in place of a block's text.
    """
    values = resolve(course())
    for block in step(step_id).blocks:
        content = change(substitute(block.text, values))
        if block.kind == "run":
            machine.run(content, interactive=True, timeout=180, check=True)
        elif block.kind == "file":
            path = substitute(block.detail, values).replace("~", "/home/student", 1)
            machine.write(path, content, owner="student")


def answer_quiz(machine: Machine, step_id: str) -> None:
    """Answer every question of the step rightly, if it has any."""
    choices = [
        f"{number}"
        + "".join(
            letter
            for letter, option in zip(string.ascii_lowercase, question.options, strict=False)
            if option.right
        )
        for number, question in enumerate(step(step_id).quiz, 1)
    ]
    if choices:
        machine.run(f"tutor answer {step_id} {' '.join(choices)}", check=True)


def run_fixes(machine: Machine, judged: Judged) -> list[Completed]:
    """Run the fixes as printed, in a non-interactive shell of the student."""
    return [machine.run(command, timeout=180, check=True) for command in judged.fixes]


def assert_green(machine: Machine, step_id: str, *options: str) -> None:
    """The step passes now."""
    judged = judge(machine, step_id, *options)
    assert judged.status == "pass", judged.explain()
    assert judged.returncode == 0


def assert_mended(machine: Machine, step_id: str, codes: dict[str, str], *options: str) -> None:
    """The wrong state is told by these codes, and the printed fix puts it right.

    :param codes: check name to code; other checks of the step may be blocked behind them, or fail too.
    """
    judged = judge(machine, step_id, *options)
    found = judged.codes
    assert {name: found.get(name) for name in codes} == codes, judged.explain()
    assert judged.returncode == 1
    run_fixes(machine, judged)
    assert_green(machine, step_id, *options)


def bring_medium(machine: Machine) -> None:
    """Put the installation medium where the student would have downloaded it to."""
    path = resolve(course())["iso"]
    machine.run(f"sudo install -D -m 0644 /srv/lab/installer.iso {path}", check=True)
