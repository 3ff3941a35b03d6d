"""A judgement of an XML document: each problem with its place and its line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tutor.output.printable import printable
from tutor.output.style import Style
from tutor.text import Translate, text
from tutor.validation.problem import Judgement, Problem

_WORDS = {"error": text("error"), "warning": text("warning")}

#: Cells of a line that are shown around a problem.
_EXCERPT = 100


def render(path: str, content: str, judgement: Judgement, translate: Translate, style: Style) -> str:
    """The problems of one file as text, or one line that it is valid."""
    lines = content.splitlines()
    parts = [_problem(path, lines, problem, translate, style) for problem in judgement.problems]
    if judgement.valid:
        verdict = text("{path}: valid ({kind})", path=path, kind=judgement.kind or "")
        parts.append(style.paint(style.show(verdict.render(translate)), "good") + "\n")
    return "".join(parts)


def render_json(judged: Sequence[tuple[str, str, Judgement]], translate: Translate) -> str:
    """All files as one JSON document."""
    files = [
        {
            "file": path,
            "kind": judgement.kind,
            "valid": judgement.valid,
            "problems": [_plain(problem, translate) for problem in judgement.problems],
        }
        for path, _, judgement in judged
    ]
    return json.dumps({"schema": 1, "files": files}, indent=2) + "\n"


def _problem(path: str, lines: Sequence[str], problem: Problem, translate: Translate, style: Style) -> str:
    place = problem.place
    word = _WORDS[problem.severity].render(translate)
    head = style.paint(word, "bad" if problem.severity == "error" else "wait")
    where = f"{style.show(path)}:{place.line}:{place.column}"
    shown = [f"{where}: {head}: {style.show(problem.what.render(translate))}"]
    if place.line <= len(lines):
        shown += _excerpt(lines[place.line - 1], place.line, place.column, style)
    if problem.hint is not None:
        shown.append("    " + style.show(problem.hint.render(translate)))
    return "\n".join(shown) + "\n"


def _excerpt(line: str, number: int, column: int, style: Style) -> list[str]:
    """The offending line, cut around the place, with a mark under it."""
    start = max(0, column - _EXCERPT // 2) if column > _EXCERPT // 2 else 0
    piece = line[start : start + _EXCERPT]
    before = printable(piece[: max(0, column - 1 - start)])
    margin = f"{number:5} | "
    mark = " " * (len(margin) + len(before)) + "^"
    return [style.paint(margin, "quiet") + style.show(piece), style.paint(mark, "bad")]


def _plain(problem: Problem, translate: Translate) -> dict[str, Any]:
    return {
        "severity": problem.severity,
        "code": problem.code,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.what.render(translate),
        "hint": None if problem.hint is None else problem.hint.render(translate),
    }
