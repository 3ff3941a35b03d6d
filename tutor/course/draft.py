"""What a lesson file holds, while and after it is read: the records, and where everything stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.course.findings import Report
from tutor.course.records import Block, CheckSpec, Lesson, QuizQuestion, Step
from tutor.dataclass import dataclass, field


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in which course variables are replaced, and its line; ``markdown`` may hold links."""

    line: int
    text: str
    markdown: bool = True


@dataclass(slots=True)
class LessonSource:
    """A lesson file that has been read.

    ``lines`` says where the things stand that have an id but no line of their own: questions and
    options, as ``lesson/step/quiz/question/option``, and the keys of a spec, as ``lesson/step/name:key``.
    """

    lesson: Lesson
    report: Report
    passages: list[Passage] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file's name, relative to the course folder."""
        return self.report.file


@dataclass(slots=True)
class StepDraft:
    """A step that is being read: each block of the lesson adds to it.

    ``translated`` when the file is a translation, which carries human text only.
    """

    id: str
    title: str
    line: int
    translated: bool
    report: Report
    blocks: list[Block] = field(default_factory=list)
    quiz: list[QuizQuestion] = field(default_factory=list)
    specs: list[CheckSpec] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def quiz_id(self) -> str:
        """The id of the check that the step's quiz is."""
        return f"{self.id}/quiz"

    def add_prose(self, line: int, content: str) -> None:
        """A piece of prose. Blocks that students never see, such as settings, do not divide it."""
        self.passage(line, content)
        if self.blocks and self.blocks[-1].kind == "prose":
            before = self.blocks.pop()
            line, content = before.line, f"{before.text}\n\n{content}"
        self.blocks.append(Block("prose", content, line))

    def passage(self, line: int, text: str, *, markdown: bool = True) -> None:
        """Remember a text in which variables are replaced."""
        self.passages.append(Passage(line, text, markdown))

    def passages_of(self, value: Any, line: int) -> None:
        """Remember every text inside a parameter."""
        if isinstance(value, str):
            self.passage(line, value, markdown=False)
        elif isinstance(value, Mapping):
            self.passages_of(list(value.values()), line)
        elif isinstance(value, list):
            for item in value:
                self.passages_of(item, line)

    def step(self) -> Step:
        """The finished record."""
        return Step(
            self.id,
            self.title,
            tuple(self.blocks),
            tuple(self.quiz),
            tuple(self.specs),
            tuple(self.hints),
            line=self.line,
            **self.settings,
        )
