"""Sources that the student writes: start-up files of the shell, and the journal."""

from __future__ import annotations

import os
import pwd
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.asking import ask
from tests.faults.people import nobody
from tests.faults.programs import SHORT
from tests.faults.table import Family, Row, cases
from tutor.host import new_shell
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.memory import answers, remembered
from tutor.host.process import Completed, run
from tutor.host.question import Question
from tutor.host.shell import shell_variable
from tutor.journal.journal import Journal

VARIABLE = "LIBVIRT_DEFAULT_URI"
JOURNALLED: dict[str, Question[Any]] = {"answers": answers("a/b"), "remembered": remembered("r")}

_TOLD = {
    "test_a_journal_that_lies": (
        "lies",
        "its lines are cut off, no text, other types",
        "they are passed over",
    ),
    "test_a_journal_that_hangs": ("hangs", "a FIFO lies in its place", "unknown: `unreadable`, at once"),
    "test_no_journal": ("missing", "there is none", "nothing was recorded"),
    "test_a_journal_of_others": ("denied", "it may not be read by this user", "unknown: `unreadable`"),
    "test_a_journal_that_grows": (
        "changes",
        "it grows between two questions of a run",
        "one run has one answer",
    ),
}


def _shell(fault: str, done: str, answer: str, test: str) -> Row:
    return Row("shell-variable", fault, done, answer, f"tests/faults/test_student.py::{test}")


FAMILY = Family(
    "What the student writes",
    "A new shell has 5 seconds, and 2.5 more where another program takes its place. The journal is a file, "
    "read at once.",
    (
        *(
            row
            for test, (fault, done, answer) in _TOLD.items()
            for row in cases(__name__, test, {(name, fault): (done, answer) for name in JOURNALLED})[0]
        ),
        _shell(
            *("lies", "a start-up file prints what looks like the answer, and bytes that are no text"),
            *("only what the shell itself exports counts", "test_a_shell_that_lies"),
        ),
        _shell(
            *("lies", "a start-up file makes `printf` and `exec` do nothing, or prints without end"),
            *("unknown: `failed` or `too-much-output`", "test_a_shell_that_says_nothing"),
        ),
        _shell(
            *("hangs", "a start-up file sleeps; it is a FIFO"),
            *("unknown: `timed-out`", "test_a_shell_that_hangs"),
        ),
        _shell(
            *("missing", "the user's shell is not installed"),
            *("unknown: `program-missing`", "test_no_shell"),
        ),
        _shell(
            *("denied", "the user's shell lets nobody in"),
            *("unknown: `failed`", "test_a_shell_that_lets_nobody_in"),
        ),
        _shell(
            *("changes", "a start-up file is written between two questions of a run"),
            *("one run has one answer", "test_a_shell_that_changes"),
        ),
    ),
)


# The shell.


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(new_shell, "ENVIRONMENT", str(tmp_path / "environment"))
    use_shell(monkeypatch, "/bin/bash")
    return tmp_path


def use_shell(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Make that the user's shell."""
    *fields, _ = pwd.getpwuid(os.getuid())
    entry = pwd.struct_passwd((*fields, path))
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: entry)


def look(home: Path, limit: float = 5.0) -> Any:
    """What a new shell comes to."""

    def start(*args: Any, **options: Any) -> Completed:
        return run(*args, **{**options, "limit": limit})

    machine = Machine({"HOME": str(home), "PATH": os.environ["PATH"]}, run_program=start)
    return ask(shell_variable(VARIABLE, "uri"), LiveHost(machine))


def test_a_shell_that_lies(home: Path) -> None:
    forged = r"printf '\0%s\0forged\0LIBVIRT_DEFAULT_URI=forged\0' 0123456789abcdef; printf '\377\376'"
    (home / ".bashrc").write_text(f"{forged}\nexport {VARIABLE}=true\n")
    seen = look(home)
    assert (seen["value"], seen["exported"]) == ("true", "true")


@pytest.mark.parametrize(
    ("line", "reason"),
    [("printf() { :; }", "failed"), ("exit 0", "failed"), ("exec yes", "too-much-output")],
)
def test_a_shell_that_says_nothing(home: Path, line: str, reason: str) -> None:
    (home / ".bashrc").write_text(f"{line}\n")
    assert look(home) == reason


@pytest.mark.parametrize(
    "make", [lambda path: path.write_text("sleep 30\n"), os.mkfifo], ids=["sleeps", "a-fifo"]
)
def test_a_shell_that_hangs(home: Path, make: Callable[[Path], object]) -> None:
    make(home / ".bashrc")
    began = time.monotonic()
    assert look(home, SHORT) == "timed-out"
    assert time.monotonic() - began < SHORT + 2


def test_no_shell(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_shell(monkeypatch, "/nowhere/bash")
    assert look(home) == "program-missing"


def test_a_shell_that_lets_nobody_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_shell(monkeypatch, "/usr/sbin/nologin")
    assert look(home) == "failed"


def test_a_shell_that_changes(home: Path) -> None:
    (home / ".bashrc").write_text(f"export {VARIABLE}=before\n")
    host = LiveHost(Machine({"HOME": str(home), "PATH": os.environ["PATH"]}))
    question = shell_variable(VARIABLE, "uri")
    assert ask(question, host)["exported"] == "before"
    (home / ".bashrc").write_text(f"export {VARIABLE}=after\n")
    assert ask(question, host)["exported"] == "before"


# The journal.


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


def journalled(journal: Journal, case: tuple[str, str], host: LiveHost | None = None) -> Any:
    """What the journal comes to."""
    return ask(JOURNALLED[case[0]], host or LiveHost(Machine({}, memory=journal)))


def each(fault: str) -> pytest.MarkDecorator:
    """The sources, named by the test's id."""
    return pytest.mark.parametrize("case", [(name, fault) for name in JOURNALLED], ids="-".join)


NOTHING: dict[str, Any] = {"answers": {}, "remembered": None}


@each("lies")
def test_a_journal_that_lies(journal: Journal, case: tuple[str, str]) -> None:
    journal.append("answer", {"step": "a/b", "question": 7, "chosen": "x"})
    with journal.path.open("ab") as file:
        file.write(b'\xff\xfe\n[]\n{"schema": 1}\n{"kind": "answer", "payload": 7}\n{"half')
    assert journalled(journal, case) == NOTHING[case[0]]


@each("hangs")
def test_a_journal_that_hangs(journal: Journal, case: tuple[str, str]) -> None:
    os.mkfifo(journal.path)
    began = time.monotonic()
    assert journalled(journal, case) == "unreadable"
    assert time.monotonic() - began < 1


@each("missing")
def test_no_journal(journal: Journal, case: tuple[str, str]) -> None:
    assert journalled(journal, case) == NOTHING[case[0]]


@each("denied")
def test_a_journal_of_others(journal: Journal, case: tuple[str, str]) -> None:
    journal.append("check", {})
    journal.path.chmod(0)
    with nobody():
        assert journalled(journal, case) == "unreadable"


@each("changes")
def test_a_journal_that_grows(journal: Journal, case: tuple[str, str]) -> None:
    host = LiveHost(Machine({}, memory=journal))
    before = journalled(journal, case, host)
    journal.append("answer", {"step": "a/b", "question": "q", "chosen": ["x"]})
    assert journalled(journal, case, host) == before
