"""What is asked of a host in a check's name, and whether what the check gives back is a finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from tutor.grading.verdict import Finding
from tutor.host.host import Host, can_start, together
from tutor.host.question import Question
from tutor.text import Text

T = TypeVar("T")


class Witness:
    """A host that remembers what a check asked."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.asked: dict[str, None] = {}

    def ask(self, question: Question[T]) -> T:
        """See :class:`Host`."""
        self.asked[question.key] = None
        return self._host.ask(question)

    def start(self, questions: Iterable[Question[Any]]) -> None:
        """See :class:`Startable`."""
        together(self._host, *questions)

    def is_slow(self, question: Question[Any]) -> bool:
        """See :class:`Startable`."""
        return can_start(self._host) and self._host.is_slow(question)


def sound(finding: Any) -> Finding:
    """The finding, if it is one that every output can show.

    :raises TypeError: what a third-party check returns may be anything.
    """
    if not isinstance(finding, Finding):
        raise TypeError(f"a check returns a Finding, not {finding!r:.100}")
    texts = (finding.observed, finding.expected, finding.why, finding.hint, finding.note)
    if not all(one is None or isinstance(one, Text) for one in texts):
        raise TypeError("the texts of a finding are Text")
    fix: Any = finding.fix
    if not isinstance(fix, tuple) or not all(isinstance(command, str) for command in fix):
        raise TypeError("the fix of a finding is a tuple of commands")
    return finding
