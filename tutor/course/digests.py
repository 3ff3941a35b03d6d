"""What a step asks of a student, as one short digest: another digest, and it is to be read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.course.records import Block, CheckSpec, QuizQuestion, Step, Variable
from tutor.course.variables import references
from tutor.digest import sha256

#: Hexadecimal digits: told apart are the versions of one step, not the texts of the world.
LENGTH = 16


def step_digest(step: Step, variables: Mapping[str, Variable]) -> str:
    """The digest of a step of the source language: its text, questions and checks, and what it counts.

    Hints are no part of it, and neither is where in the file it stands. The course's values of the
    variables that it names are: a disk of another size is another task.
    """
    asked = [
        *(step.title, step.optional, step.points),
        [_block(block) for block in step.blocks],
        [_question(question) for question in step.quiz],
        [_spec(spec) for spec in step.specs],
    ]
    text = _json(asked)
    named = sorted({name for _, name in references(text) if name in variables})
    values = {name: variables[name].value for name in named}
    return sha256(f"{text}\n{_json(values)}".encode()).hexdigest()[:LENGTH]


def _block(block: Block) -> list[str]:
    return [block.kind, block.language, block.detail, block.text]


def _question(question: QuizQuestion) -> list[Any]:
    return [question.id, question.kind, question.text, list(_options(question))]


def _options(question: QuizQuestion) -> Iterator[list[Any]]:
    return ([option.id, option.text, option.right, option.why] for option in question.options)


def _spec(spec: CheckSpec) -> list[Any]:
    return [spec.id, spec.check, dict(spec.params), list(spec.needs), spec.mode]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
