"""The human text of a lesson, passage by passage, and what of it is the same in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tutor.course.draft import LessonSource
from tutor.course.lesson import read_lesson
from tutor.course.records import Block, Lesson, Step

LESSONS = Path(__file__).parents[2] / "lessons"

_VARIABLE = re.compile(r"\$\{\w+\}")
#: 32 212 254 720 and 32,212,254,720 are one number.
_GROUPED = re.compile(r"(?<=\d)[ ,](?=\d{3}\b)")
_NUMBER = re.compile(r"\d+")
_SHAPE = ("paragraph_open", "heading_open", "list_item_open", "blockquote_open", "tr_open", "td_open")


@dataclass(frozen=True)
class Passage:
    """A text that a student reads. ``place`` is where it stands, by ids and not by lines."""

    place: str
    text: str
    markdown: bool = True

    @property
    def variables(self) -> set[str]:
        return set(_VARIABLE.findall(self.text))

    @property
    def numbers(self) -> set[str]:
        return set(_NUMBER.findall(_GROUPED.sub("", self.text)))

    @property
    def code(self) -> list[str]:
        """What stands in backquotes, sorted: word order differs between languages."""
        inline = [child for token in self._tokens() for child in token.children or ()]
        return sorted(token.content for token in inline if token.type == "code_inline")

    @property
    def targets(self) -> list[str]:
        inline = [child for token in self._tokens() for child in token.children or ()]
        return sorted(str(token.attrs["href"]) for token in inline if token.type == "link_open")

    @property
    def shape(self) -> list[str]:
        """Its paragraphs, list items, quotes and table cells, in their order."""
        return [token.type for token in self._tokens() if token.type in _SHAPE]

    @property
    def prose(self) -> str:
        """The words alone, without what stands in backquotes."""
        if not self.markdown:
            return self.text
        inline = [child for token in self._tokens() for child in token.children or ()]
        fences = [token.content for token in self._tokens() if token.type == "fence"]
        return " ".join([token.content for token in inline if token.type == "text"] + fences)

    def _tokens(self) -> list[Token]:
        return MarkdownIt("commonmark").enable("table").parse(self.text) if self.markdown else []


@cache
def read(language: str, file: str) -> LessonSource:
    """The lesson file, as the course reads it."""
    name = f"{language}/{file}"
    return read_lesson((LESSONS / name).read_bytes(), name, translated=language != "sv")


def passages(lesson: Lesson) -> Iterator[Passage]:
    """Everything in the lesson that is human text, in the source's order of blocks, by place."""
    yield Passage(f"{lesson.id}: title", lesson.title)
    yield Passage(f"{lesson.id}: introduction", lesson.intro)
    for step in lesson.steps:
        yield Passage(f"{step.id}: title", step.title)
        yield from _of_blocks(step.id, step.blocks)
        yield from _of_quiz(step)
        for number, hint in enumerate(step.hints, 1):
            yield Passage(f"{step.id}: hint {number}", hint)


def _of_blocks(step: str, blocks: Iterable[Block]) -> Iterator[Passage]:
    for number, block in enumerate(blocks, 1):
        place = f"{step}: block {number}"
        if block.kind == "prose":
            yield Passage(place, block.text)
        elif block.kind == "no-run":
            yield Passage(place, block.detail)
        elif block.kind == "example":
            yield Passage(place, block.text, markdown=False)


def _of_quiz(step: Step) -> Iterator[Passage]:
    for question in step.quiz:
        yield Passage(f"{step.quiz_id}/{question.id}", question.text)
        for option in question.options:
            place = f"{step.quiz_id}/{question.id}/{option.id}"
            yield Passage(place, option.text)
            yield Passage(f"{place}: why", option.why)
