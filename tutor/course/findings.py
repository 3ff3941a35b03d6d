"""What is wrong with a course, for its author: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.dataclass import dataclass
from tutor.errors import CourseError
from tutor.text import Text, text


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. ``file`` is relative to the course folder; neither text ends in a full stop."""

    file: str
    line: int
    what: Text
    mend: Text

    @property
    def text(self) -> Text:
        """The whole line: ``file:line: what is wrong. How to mend it.``."""
        return text(
            "{file}:{line}: {what}. {mend}.", file=self.file, line=self.line, what=self.what, mend=self.mend
        )


class Report:
    """Collects the findings about one file, so that reading goes on after the first."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def add(self, line: int, what: Text, mend: Text) -> None:
        """One more thing is wrong."""
        self.findings.append(Finding(self.file, line, what, mend))


class BrokenCourse(CourseError):
    """The course cannot be used; ``findings`` says why, one by one."""

    def __init__(self, folder: str, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        tip = text("Mend these lines; `tutor author lint` looks at the course again.")
        super().__init__(
            lines(text("the course in {folder} is broken:", folder=folder), *map(_text, self.findings)), tip
        )


def lines(*texts: Text) -> Text:
    """The texts, each on a line of its own."""
    values = {f"line{number}": one for number, one in enumerate(texts)}
    return Text("\n".join(f"{{{name}}}" for name in values), values)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By file and line, so that an author can work from top to bottom; none twice."""
    unique = {(one.file, one.line, str(one.what)): one for one in findings}
    return [unique[key] for key in sorted(unique)]


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known words that look most like ``word``, best first; those that end in it come first."""
    from difflib import get_close_matches

    names = list(known)
    ending = [name for name in names if name.endswith(f"/{word}")]
    return list(dict.fromkeys([*ending, *get_close_matches(word, names, count)]))[:count]


def _text(finding: Finding) -> Text:
    return finding.text
