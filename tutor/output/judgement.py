"""A judgement of an XML document: each problem with its place and its line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tutor.output.cells import cells, wrap
from tutor.output.printable import printable
from tutor.output.style import Role, Style
from tutor.text import Translate, text
from tutor.validation.problem import Judgement, Problem

_WORDS = {"error": text("error"), "warning": text("warning")}

#: Characters of a line's beginning that are kept in sight of a problem far to the right.
_BEFORE = 20


def render(path: str, lines: Sequence[str], judgement: Judgement, translate: Translate, style: Style) -> str:
    """The problems of one file as text, and one line where it is valid."""
    parts = [_problem(path, lines, problem, translate, style) for problem in judgement.problems]
    if judgement.valid:
        kind, command = judgement.kind or "", judgement.command
        if command is None:
            verdict = text("{path}: valid ({kind})", path=path, kind=kind)
        else:
            verdict = text("{path}: valid ({kind}, for {command})", path=path, kind=kind, command=command)
        shown = wrap(style.show(verdict.render(translate)), style.width, rest="    ")
        parts.append("".join(style.paint(line, "good") + "\n" for line in shown))
    return "".join(parts)


def render_json(judged: Sequence[tuple[str, Judgement]], translate: Translate) -> str:
    """All files as one JSON document, which ``schema/validate-1.json`` describes."""
    files = [
        {
            "file": path,
            "kind": judgement.kind,
            "valid": judgement.valid,
            "command": judgement.command if judgement.valid else None,
            "problems": [_plain(problem, translate) for problem in judgement.problems],
        }
        for path, judgement in judged
    ]
    return json.dumps({"schema": 1, "files": files}, indent=2) + "\n"


def _problem(path: str, lines: Sequence[str], problem: Problem, translate: Translate, style: Style) -> str:
    place = problem.place
    word = style.show(_WORDS[problem.severity].render(translate)) + ":"
    where = f"{style.show(path)}:{place.line}:{place.column}: "
    first, *rest = wrap(
        where + word + " " + style.show(problem.what.render(translate)), style.width, rest="    "
    )
    role: Role = "bad" if problem.severity == "error" else "wait"
    shown = [first.replace(where + word, where + style.paint(word, role), 1), *rest]
    if place.line <= len(lines):
        shown += _excerpt(lines[place.line - 1], place.line, place.column, style)
    if problem.hint is not None:
        hint = style.show(problem.hint.render(translate))
        shown += wrap(hint, style.width, first="    ", rest="    ")
    return "\n".join(shown) + "\n"


def _excerpt(line: str, number: int, column: int, style: Style) -> list[str]:
    """The offending line, cut around the place, with a mark under it."""
    # One cell for a tab, so that the mark stands where it should, whatever the terminal makes of tabs.
    line, column = line.replace("\t", " "), max(1, column)
    margin = f"{number:5} | " if not style.plain else f"    {number}: "
    room = max(_BEFORE, style.width - len(margin))
    start = len(line) - len(line.lstrip()) if style.plain else 0
    if column > room:
        start = max(start, column - 1 - _BEFORE)
    before, after = printable(line[start : column - 1]), printable(line[column - 1 :][:room])
    piece = _cut(before + after, room)
    shown = style.paint(margin, "quiet") + style.show(piece)
    if style.plain:
        return [shown]
    return [shown, " " * (len(margin) + min(cells(before), room - 1)) + style.paint("^", "bad")]


def _cut(piece: str, room: int) -> str:
    while cells(piece) > room:
        piece = piece[:-1]
    return piece


def _plain(problem: Problem, translate: Translate) -> dict[str, Any]:
    return {
        "severity": problem.severity,
        "code": problem.code,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.what.render(translate),
        "hint": None if problem.hint is None else problem.hint.render(translate),
    }
