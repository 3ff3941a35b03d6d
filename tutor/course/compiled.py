"""A compiled course: lines of JSON that become records without a parser of Markdown or TOML.

A record is the list of its fields, in their order. Reading is written out by hand for each record
that holds others, because it happens at every start of the tool.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tutor.course.records import (
    Block,
    CheckSpec,
    Course,
    Creation,
    Lesson,
    Option,
    QuizQuestion,
    Step,
    Variable,
)

_RECORDS: tuple[Any, ...] = (Course, Variable, Lesson, Step, Block, CheckSpec, QuizQuestion, Option, Creation)

#: The number counts changes to what the parser makes of a lesson; new or moved fields need no change of it.
FORMAT = [1, *(list(record.__slots__) for record in _RECORDS)]


def encode(courses: Mapping[str, Course], digest: str, parser: str = "") -> bytes:
    """The same course in all its languages, the source first: a line of JSON about them, then one for each.

    :param digest: of the files that the course was made from.
    :param parser: which parser made it, where more than one could have.
    """
    head = {"format": FORMAT, "digest": digest, "parser": parser, "languages": list(courses)}
    return "\n".join(map(_json, (head, *courses.values()))).encode()


def decode(compiled: bytes, language: str, digest: str, parser: str = "") -> Course | None:
    """The course in ``language``, or in the source language where it is not translated.

    None when this is not the compiled form of these files, or is damaged: it can always be made again.
    """
    try:
        # Only the line that is wanted is read: each other language would cost a millisecond.
        first, *lines = compiled.split(b"\n")
        head = json.loads(first)
        if [head["format"], head["digest"], head["parser"]] != [FORMAT, digest, parser]:
            return None
        courses = dict(zip(head["languages"], lines, strict=True))
        return _course(json.loads(courses.get(language) or lines[0]))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def _json(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, _RECORDS):
        return [_plain(getattr(value, name)) for name in value.__slots__]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (tuple, list)) else value


def _course(row: list[Any]) -> Course:
    id_, title, version, digest, language, variables, lessons, uses = row
    known = {name: Variable(*variable) for name, variable in variables.items()}
    return Course(id_, title, version, digest, language, known, tuple(map(_lesson, lessons)), tuple(uses))


def _lesson(row: list[Any]) -> Lesson:
    id_, title, section, steps, intro, file = row
    return Lesson(id_, title, section, tuple(map(_step, steps)), intro, file)


def _step(row: list[Any]) -> Step:
    id_, title, blocks, quiz, specs, hints, optional, points, requires, line, digest, creates = row
    return Step(
        id_,
        title,
        tuple(Block(*block) for block in blocks),
        tuple(map(_question, quiz)),
        tuple(map(_spec, specs)),
        tuple(hints),
        optional,
        points,
        tuple(requires),
        line,
        digest,
        tuple(Creation(kind, tuple(words), shared) for kind, words, shared in creates),
    )


def _spec(row: list[Any]) -> CheckSpec:
    id_, check, params, needs, mode, line = row
    return CheckSpec(id_, check, params, tuple(needs), mode, line)


def _question(row: list[Any]) -> QuizQuestion:
    id_, kind, text, options = row
    return QuizQuestion(id_, kind, text, tuple(Option(*option) for option in options))
