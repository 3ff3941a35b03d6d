"""A machine that a test makes up: what it answers to each question, and what it could not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from tutor.grading.registry import REGISTRY
from tutor.grading.verdict import Finding
from tutor.host.question import Question, Unobservable
from tutor.text import text

T = TypeVar("T")


class FakeHost:
    """Answers by a question's key, or by its source where it is asked the same of anything.

    :param answers: an :class:`Unobservable` among them is raised. What is not there is
        ``not-recorded``, as with a recording.
    """

    def __init__(self, answers: Mapping[str | Question[Any], Any]) -> None:
        self._answers = {_key(question): answer for question, answer in answers.items()}
        self.asked: list[str] = []

    def ask(self, question: Question[T]) -> T:
        """See :class:`tutor.host.host.Host`."""
        self.asked.append(question.key)
        missing = Unobservable("not-recorded", text("{question} is not made up", question=question.key))
        found = self._answers.get(question.key, self._answers.get(question.source, missing))
        if isinstance(found, Unobservable):
            raise found
        answer: T = found
        return answer


def refusal(reason: str = "not-answering") -> Unobservable:
    """An answer that could not be had, for this reason."""
    return Unobservable(reason, text("made up"))


def judged(check: str, answers: Mapping[str | Question[Any], Any], **params: Any) -> Finding:
    """What a registered check says about a made-up machine.

    :raises Unobservable: where the check could not judge.
    """
    found = REGISTRY.get(check)
    assert found is not None, check
    return found.function(FakeHost(answers), **params)


def _key(question: str | Question[Any]) -> str:
    return question if isinstance(question, str) else question.key
