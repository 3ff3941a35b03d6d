"""One read as root: with a password, without one, and refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.host.question import Unobservable
from tutor.text import Text, text

PURPOSE = text("Looking")
DONE = Completed(0, "seen\n", "")

#: What sudo says when it does not let a user: Debian's, an old one, and sudo-rs.
REFUSALS = (
    "sudo: a password is required\n",
    "sudo: a terminal is required to read the password; either use ssh's -t option\n",
    "sudo: sorry, you must have a tty to run sudo\n",
    "sudo: interactive authentication is required\n",
    "sudo-rs: I'm sorry other. I'm afraid I can't do that\n",
    "Sorry, user other may not run sudo on lab.\n",
    "other is not in the sudoers file.\nThis incident has been reported to the administrator.\n",
    "Sorry, try again.\nsudo: 3 incorrect password attempts\n",
    "sudo: unable to resolve host lab: Name or service not known\nsudo: a password is required\n",
)


class Sudo:
    """Stands in for the programs: says the same each time, and writes down what it was asked to run."""

    def __init__(self, *answers: Completed) -> None:
        self.answers = list(answers)
        self.ran: list[list[str]] = []

    def __call__(self, argv: Sequence[str], **options: Any) -> Completed:
        self.ran.append(list(argv))
        assert options["detached"] is (argv[0] != "sudo")
        return self.answers.pop(0)


@pytest.fixture
def student(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Machine]:
    """A machine whose user is not root, and which has sudo."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("tutor.host.machine.executable", lambda name, _path: f"/usr/bin/{name}")

    def make(sudo: Sudo, **options: Any) -> Machine:
        environ: Mapping[str, str] = {"PATH": "/usr/bin", "HOME": "/home/x"}
        return Machine(environ, run_program=sudo, **options)

    return make


def refused(words: str) -> Completed:
    """Sudo said no, with these words."""
    return Completed(1, "", words)


def reason(machine: Machine) -> str:
    """Why the read could not be made."""
    with pytest.raises(Unobservable) as caught:
        machine.run_as_root(["look", "-x"], PURPOSE)
    assert caught.value.fix == ()
    return caught.value.reason


def test_root_needs_no_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    sudo = Sudo(DONE)
    assert Machine({}, run_program=sudo).run_as_root(["look"], PURPOSE) == DONE
    assert sudo.ran == [["look"]]


def test_sudo_without_a_password(student: Callable[..., Machine]) -> None:
    sudo = Sudo(DONE)
    assert student(sudo).run_as_root(["look", "-x"], PURPOSE) == DONE
    assert sudo.ran == [["sudo", "-n", "look", "-x"]]


@pytest.mark.parametrize("words", REFUSALS)
def test_nobody_to_ask(student: Callable[..., Machine], words: str) -> None:
    assert reason(student(Sudo(refused(words)))) == "not-permitted"


@pytest.mark.parametrize(
    "done",
    [
        Completed(1, "", "look: no such thing\n"),
        Completed(1, "", ""),
        Completed(2, "", "sudo: odd\n"),
        Completed(1, "", "sudo: unable to resolve host lab: Name or service not known\nlook: bad\n"),
    ],
)
def test_what_the_program_says_is_its_own(student: Callable[..., Machine], done: Completed) -> None:
    assert student(Sudo(done)).run_as_root(["look"], PURPOSE) == done


def test_the_password_is_asked_for_after_saying_what_for(student: Callable[..., Machine]) -> None:
    said: list[tuple[Text, Sequence[str]]] = []
    sudo = Sudo(refused(REFUSALS[0]), DONE)
    machine = student(sudo, ask_password=lambda purpose, command: said.append((purpose, command)))
    assert machine.run_as_root(["look"], PURPOSE) == DONE
    assert said == [(PURPOSE, ["look"])]
    assert sudo.ran == [["sudo", "-n", "look"], ["sudo", "look"]]
    assert not machine.asking


def test_who_refuses_once_is_not_asked_again(student: Callable[..., Machine]) -> None:
    said: list[Text] = []
    sudo = Sudo(*[refused(REFUSALS[-2])] * 3)
    machine = student(sudo, ask_password=lambda purpose, _command: said.append(purpose))
    assert reason(machine) == "not-permitted"
    assert reason(machine) == "not-permitted"
    assert len(said) == 1


def test_an_interrupted_question_is_over(student: Callable[..., Machine]) -> None:
    def interrupt(_purpose: Text, _command: Sequence[str]) -> None:
        raise KeyboardInterrupt

    machine = student(Sudo(refused(REFUSALS[0])), ask_password=interrupt)
    with pytest.raises(KeyboardInterrupt):
        machine.run_as_root(["look"], PURPOSE)
    assert not machine.asking


def test_there_is_no_sudo(student: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.host.machine.executable", lambda _name, _path: None)
    assert reason(student(Sudo())) == "program-missing"
