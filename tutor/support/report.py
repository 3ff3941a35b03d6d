"""What a bug report holds: sections of lines, from which everything private is taken out at once."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.dataclass import dataclass, replace
from tutor.support.redact import Privacy, redact
from tutor.text import Text


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report. The lines are codes and numbers, the same in every language."""

    title: Text
    lines: tuple[str, ...]


def redacted(sections: Sequence[Section], privacy: Privacy) -> tuple[Section, ...]:
    """The same sections; what is the same in two of them gets the same placeholder."""
    whole = "\n".join(line.replace("\n", " ") for section in sections for line in section.lines)
    lines = iter(redact(whole, privacy).split("\n"))
    return tuple(replace(section, lines=tuple(next(lines) for _ in section.lines)) for section in sections)
