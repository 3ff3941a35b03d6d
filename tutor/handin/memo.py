"""Judging that remembers: of thousands of hand-ins, most give the same answers to most questions.

A check is a pure function of its parameters and of the answers that it gets. So what it came to can be
found again by following its questions: after the same answers it asks the same next question, and after the
last one it has the same to say. An answer is known by how it was recorded, so that one which was met before
need not even be read.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from tutor.course.records import CheckSpec, Course
from tutor.dataclass import dataclass, field
from tutor.grading.facts import host_facts
from tutor.grading.grade import graded, ordered_specs
from tutor.grading.quiz import quiz_check
from tutor.grading.registry import Registry
from tutor.grading.runner import Runner
from tutor.grading.verdict import Grade, Verdict
from tutor.handin.format import HandIn
from tutor.handin.judge import Quiet, all_checks, run_of
from tutor.host.question import Question
from tutor.host.recorded import RecordedHost

T = TypeVar("T")

#: Verdicts that are kept on one check, and of all together; then it begins anew.
MOST, MOST_OF_ALL = 256, 16_384
#: So many verdicts that hardly anybody asks for again: the check is about what no two machines have alike.
IN_VAIN = 48
#: Questions and characters of a verdict that is worth keeping: a hostile hand-in's may be of any size.
_MOST_ASKED, _LONGEST = 200, 8192


class Judge:
    """Grades hand-ins as :func:`tutor.handin.judge.judge` does, one after the other.

    :param course: fits the registry (:func:`tutor.grading.fit.must_fit`); has the instructor's numbers.
    """

    def __init__(self, course: Course, registry: Registry) -> None:
        self._course = course
        self._registry = registry.extended(quiz_check(course))
        self._selected = all_checks(course)
        self._specs = ordered_specs(course, self._selected)
        self._memory = Memory()

    def grade(self, handin: HandIn, host: RecordedHost) -> Grade:
        """The grade of a hand-in.

        :param host: answers from its recording.
        """
        run = run_of(handin, self._course)
        verdicts = _Remembering(self._registry, host, run.values, self._memory).run(self._specs)
        return graded(run, self._selected, verdicts, host_facts(host, self._course.uses))


@dataclass(slots=True)
class _Asked:
    """A place on the way to a verdict: the next question, and where each answer leads."""

    question: Question[Any]
    ways: dict[bytes, _Asked | Verdict] = field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    """What is remembered of one check with one set of values."""

    first: _Asked | Verdict | None = None
    kept: int = 0
    found: int = 0
    in_vain: bool = False

    def find(self, host: RecordedHost) -> Verdict | None:
        """The verdict on a host that answers as an earlier one did."""
        place = self.first
        while isinstance(place, _Asked):
            place = place.ways.get(host.mark(place.question))
        self.found += place is not None
        return place

    def keep(self, verdict: Verdict, asked: list[Question[Any]], host: RecordedHost) -> None:
        """Remember a verdict by the answers to what was asked for it."""
        if self.kept >= IN_VAIN and self.found < self.kept // 8:
            self.first, self.in_vain = None, True
            return
        if self.kept >= MOST:
            self.first, self.kept, self.found = None, 0, 0
        self.kept += 1
        self.first = _laid(self.first, verdict, asked, host)


def _laid(
    place: _Asked | Verdict | None, verdict: Verdict, asked: list[Question[Any]], host: RecordedHost
) -> _Asked | Verdict:
    """The way to a verdict, with what is missing of it laid."""
    if not asked:
        return verdict
    question, *rest = asked
    if not isinstance(place, _Asked) or place.question != question:
        place = _Asked(question)
    mark = host.mark(question)
    place.ways[mark] = _laid(place.ways.get(mark), verdict, rest, host)
    return place


class Memory:
    """What all checks came to, of one course and with one registry."""

    def __init__(self) -> None:
        self._known: dict[Hashable, _Known] = {}
        self._kept = 0

    def of(self, *key: Hashable) -> _Known:
        """What is remembered under this key."""
        known = self._known.get(key)
        if known is None:
            self._make_room()
            known = self._known[key] = _Known()
        return known

    def keep(self, known: _Known, verdict: Verdict, asked: list[Question[Any]], host: RecordedHost) -> None:
        """Remember it, if that is safe; where there is no room, all is forgotten first."""
        if len(asked) > _MOST_ASKED or len(repr(verdict.finding)) > _LONGEST:
            return
        if verdict.finding.code == "internal-error":  # memory may have run out: no doing of the answers
            return
        self._make_room()
        self._kept += 1
        known.keep(verdict, asked, host)

    def _make_room(self) -> None:
        if self._kept + len(self._known) >= MOST_OF_ALL:
            self._known.clear()
            self._kept = 0


class _Listening:
    """A host that notes what it is asked."""

    def __init__(self, host: RecordedHost) -> None:
        self._host = host
        self.asked: dict[str, Question[Any]] = {}

    def ask(self, question: Question[T]) -> T:
        """See :class:`tutor.host.host.Host`."""
        self.asked.setdefault(question.key, question)
        return self._host.ask(question)


class _Remembering(Runner):
    """Looks up what it can."""

    def __init__(
        self, registry: Registry, host: RecordedHost, values: Mapping[str, str | int], memory: Memory
    ) -> None:
        self._listening = _Listening(host)
        super().__init__(registry, self._listening, values, Quiet())
        self._recorded = host
        self._memory = memory
        self._with = tuple(values.items())

    def _judge(self, spec: CheckSpec) -> Verdict:
        root = self._root_blocker(spec)
        # What is said of a blocked check depends on what blocks it, and on how that is mended.
        blocker = root and (root.spec.id, root.status, root.finding.fix)
        known = self._memory.of(spec.id, self._with, blocker)
        if known.in_vain:
            return super()._judge(spec)
        verdict = known.find(self._recorded)
        if verdict is None:
            self._listening.asked.clear()
            verdict = super()._judge(spec)
            self._memory.keep(known, verdict, list(self._listening.asked.values()), self._recorded)
        return verdict
