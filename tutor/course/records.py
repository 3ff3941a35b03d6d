"""The records of a course: what is taught, and what must be true afterwards.

All are frozen and hold plain values only, so that a compiled course is JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from tutor.dataclass import dataclass, field

BlockKind = Literal["prose", "run", "no-run", "file", "example"]
#: Parts of a machine that a course may be about, and that cost something to look at, or a password.
Subject = Literal["libvirt", "firewall"]
SUBJECTS: tuple[Subject, ...] = ("libvirt", "firewall")
QuestionKind = Literal["single", "multiple"]
Mode = Literal["now", "ever"]
VariableType = Literal["name", "path", "size", "address", "mac", "port", "uri"]
Owner = Literal["student", "course"]

#: The check that judges a step's quiz, and the last part of its id.
QUIZ = "quiz"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a step, in reading order.

    ``text`` is Markdown for prose and verbatim content for the rest; ``language`` is the info
    string's first word; ``detail`` is the reason of a ``no-run`` block or the path of a ``file``.
    """

    kind: BlockKind
    text: str
    line: int
    language: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a question. ``why`` explains it, right or wrong."""

    id: str
    text: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """A question; ``multiple`` wants exactly the set of right options."""

    id: str
    kind: QuestionKind
    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """What must be true: a check by name, its parameters, and what must be true before.

    ``needs`` holds whole ids (``lesson/step/name``). Parameters may contain ``${variables}``.
    """

    id: str
    check: str
    params: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    mode: Mode = "now"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Creation:
    """Something that a step's commands leave on the machine (see :data:`tutor.course.creations.KINDS`).

    ``words`` say which, and may contain ``${variables}``; what is ``shared`` serves other steps too.
    """

    kind: str
    words: tuple[str, ...]
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One section of the course document: prose, commands, quiz, checks, hints.

    ``requires`` holds the ids of steps whose result its commands build on, beside what its checks need.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    quiz: tuple[QuizQuestion, ...] = ()
    specs: tuple[CheckSpec, ...] = ()
    hints: tuple[str, ...] = ()
    optional: bool = False
    points: int = 1
    requires: tuple[str, ...] = ()
    line: int = 0
    #: Of what it asks, whatever language it is shown in (:mod:`tutor.course.digests`).
    digest: str = ""
    creates: tuple[Creation, ...] = ()

    @property
    def lesson_id(self) -> str:
        """The lesson's part of ``lesson/step``."""
        return self.id.partition("/")[0]

    @property
    def quiz_id(self) -> str | None:
        """The id of the one check that the quiz is; None without a quiz."""
        return f"{self.id}/{QUIZ}" if self.quiz else None

    @property
    def checks(self) -> tuple[CheckSpec, ...]:
        """All check specs of the step: those written down, and last the one that its quiz is."""
        if self.quiz_id is None:
            return self.specs
        return (*self.specs, CheckSpec(self.quiz_id, QUIZ, {"step": self.id}))

    @property
    def check_ids(self) -> tuple[str, ...]:
        """The ids of all the step's checks, its quiz last."""
        return tuple(spec.id for spec in self.checks)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A chapter; ``section`` is the heading of the course document that it mirrors."""

    id: str
    title: str
    section: str
    steps: tuple[Step, ...]
    intro: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A name or number of the course. Names belong to the student, numbers to the course."""

    name: str
    value: str | int
    type: VariableType
    owner: Owner


@dataclass(frozen=True, slots=True)
class Course:
    """All lessons in their order, the variables, and the digest of all lesson text.

    ``uses`` are the subjects that the course works with: nobody looks at another, or speaks of it.
    """

    id: str
    title: str
    version: str
    digest: str
    language: str
    variables: Mapping[str, Variable]
    lessons: tuple[Lesson, ...]
    uses: tuple[Subject, ...] = ()

    @property
    def identity(self) -> dict[str, str]:
        """What tells it from any other course and version, as documents name it."""
        return {"id": self.id, "version": self.version, "digest": self.digest}

    @property
    def steps(self) -> Iterator[Step]:
        """Every step, in the order of the course."""
        return (step for lesson in self.lessons for step in lesson.steps)

    @property
    def specs(self) -> Iterator[CheckSpec]:
        """Every check spec, in the order of the course."""
        return (spec for step in self.steps for spec in step.specs)
