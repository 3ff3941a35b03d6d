"""How well mistakes are named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.validation.reference import verdict
from tests.validation.typos import Typo
from tutor.validation.judge import SCHEMAS, judge
from tutor.validation.problem import Problem


@dataclass
class Tally:
    """Counts by kind of mistake: made, on the right line, with what was there before."""

    made: Counter[str] = field(default_factory=Counter)
    right_line: Counter[str] = field(default_factory=Counter)
    right_name: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.made + other.made,
            self.right_line + other.right_line,
            self.right_name + other.right_name,
            self.missed + other.missed,
        )

    def lines(self) -> dict[str, float]:
        """The rates of right lines."""
        return {kind: self.right_line[kind] / count for kind, count in self.made.items()}

    def named(self) -> dict[str, float]:
        """The rates of right suggestions."""
        return {kind: self.right_name[kind] / count for kind, count in self.made.items()}


def tally(made: Iterable[Typo], schemas: str = SCHEMAS, most: int | None = None) -> Tally:
    """Judge documents with one mistake each, those that libxml2 refuses; at most so many of a kind."""
    total = Tally()
    for typo in made:
        if most is not None and total.made[typo.kind] >= most:
            continue
        content = typo.text.encode()
        if verdict(content, schemas) is not False:
            continue
        first = judge(content, schemas).problems[0]
        total.made[typo.kind] += 1
        total.right_line[typo.kind] += _names_line(first, typo.line)
        suggested = first.hint.render(str) if first.hint else ""
        total.right_name[typo.kind] += typo.was is not None and _names(suggested, typo.was)
        if not _names_line(first, typo.line):
            total.missed.append(f"{typo.kind}, line {typo.line}: {first}")
    return total


def _names_line(problem: Problem, line: int) -> bool:
    """Of two that may not both stand there, either is the mistake, and the sentence names the other."""
    said = re.findall(r"in line (\d+)", problem.what.render(str))
    return problem.place.line == line or str(line) in said


def _names(hint: str, name: str) -> bool:
    return hint.startswith("Did you mean ") and name in re.findall(r"[\w.-]+", hint)
