"""What is said about a document."""

from __future__ import annotations

from typing import Literal

from tutor.dataclass import dataclass
from tutor.relaxng.tree import Place
from tutor.text import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """An error makes the document invalid; a warning is valid, and yet will not do what was meant.

    ``code`` is stable and kebab-case; ``hint`` says what could be written instead.
    """

    severity: Literal["error", "warning"]
    code: str
    place: Place
    what: Text
    hint: Text | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A document's kind (its root element) and its problems, in the order of the text.

    ``command`` is what virsh takes a document of that kind with, for those that a person writes.
    """

    kind: str | None
    problems: tuple[Problem, ...]
    command: str | None = None

    @property
    def valid(self) -> bool:
        """Whether the schema accepts it; warnings do not count."""
        return not any(problem.severity == "error" for problem in self.problems)
