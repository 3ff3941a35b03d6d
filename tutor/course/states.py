"""Wrong states of a lesson's steps, and other right ones, that its author writes beside it.

They are for ``tutor author prove`` alone: no student's run reads them, and the
course's digest is without them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from tutor.dataclass import dataclass, field

User = Literal["student", "root"]


@dataclass(frozen=True, slots=True)
class State:
    """A state of a step: how it is made, and what is said of it.

    ``codes`` holds the code of each check, by its name in the step; a right state has none. ``mend`` is
    whether the printed fix puts it right, else a person must decide. ``notes`` are parts of the English notes
    that the step's checks give, all of them in their order; None where nobody looks. ``only`` names the
    releases and backends that the state can be made on; none: all.
    """

    step: str
    name: str
    make: str
    user: User = "student"
    codes: Mapping[str, str] = field(default_factory=dict)
    mend: bool = True
    notes: tuple[str, ...] | None = None
    restore: str = ""
    only: tuple[str, ...] = ()
    line: int = 0

    def possible(self, surroundings: Collection[str]) -> bool:
        """Whether it can be made where these are the release and the backend."""
        return not self.only or not surroundings or any(one in surroundings for one in self.only)

    @property
    def right(self) -> bool:
        """Whether the step has to pass."""
        return not self.codes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is done around the states of one step.

    ``by_hand`` does what the lesson leaves to a person; ``prepare`` is run once, when the step has been done;
    ``begin`` before each state; ``reset`` after each that no printed fix has mended. ``kept`` names checks
    that still pass after ``tutor cleanup``: such as those of packages, which it keeps.
    """

    step: str
    user: User = "student"
    by_hand: str = ""
    prepare: str = ""
    begin: str = ""
    reset: str = ""
    kept: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class NoRun:
    """Checks of a step that no command can turn, and why. ``checks`` are names in the step; none: all."""

    step: str
    checks: tuple[str, ...]
    reason: str
    line: int = 0

    def holds(self, check_id: str) -> bool:
        """Whether it is about the check."""
        step, _, name = check_id.rpartition("/")
        return step == self.step and (not self.checks or name in self.checks)


@dataclass(frozen=True, slots=True)
class LessonStates:
    """The states of one lesson, in the order of its file; ``shell`` stands before every script of theirs."""

    lesson: str
    file: str = ""
    shell: str = ""
    surroundings: tuple[Surroundings, ...] = ()
    states: tuple[State, ...] = ()
    no_runs: tuple[NoRun, ...] = ()

    def around(self, step: str) -> Surroundings:
        """What is done around the states of the step."""
        return next((one for one in self.surroundings if one.step == step), Surroundings(step))

    def no_run(self, check_id: str) -> NoRun | None:
        """Why the check cannot be turned, where it cannot."""
        return next((one for one in self.no_runs if one.holds(check_id)), None)


@dataclass(frozen=True, slots=True)
class Backend:
    """A way in which a machine can do what the course asks, such as libvirt's firewall backends.

    ``releases`` have it; ``prepare`` is run by root on a machine that is to have it.
    """

    name: str
    releases: tuple[str, ...]
    prepare: str = ""


@dataclass(frozen=True, slots=True)
class Machines:
    """The images that the course is proven on: ``image`` has nothing of it, ``ready`` what takes long.

    ``versions`` are commands that print what the course was proven with, by what that is called. ``baseline``
    is run by root on the fresh machine and after ``tutor cleanup``: what it prints must be the same.
    ``spoilt`` is run by root at the end: each line that it prints is something of the machine's that broke by
    itself, such as an emulator that fell. Such a machine says nothing about the course.
    """

    image: str
    ready: str
    versions: Mapping[str, str] = field(default_factory=dict)
    backends: tuple[Backend, ...] = ()
    baseline: str = ""
    spoilt: str = ""

    def backends_of(self, release: str) -> tuple[Backend, ...]:
        """Those that the release has, its usual one first."""
        return tuple(one for one in self.backends if release in one.releases)
