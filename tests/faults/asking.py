"""How a source of this host is asked, and what becomes of what it says."""

from __future__ import annotations

from typing import Any

import msgspec

from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable


def ask(question: Question[Any], host: LiveHost | None = None, **environ: str) -> Any:
    """The answer, of the shape that is declared; the reason where there is none.

    :param host: where nothing else is said, one of its own, which has no environment but ``environ``.
    """
    asked = host or LiveHost(Machine(environ))
    seen = asked.observe(question)
    if host is None:
        asked.close()
    return told(question, seen.value if seen.failure is None else seen.failure)


def told(question: Question[Any], answer: Any) -> Any:
    """The answer, held to the shape that is declared; the reason where it says why there is none."""
    if isinstance(answer, Unobservable):
        assert answer.message.render(str)
        return answer.reason
    return msgspec.convert(answer, question.type, strict=True)
