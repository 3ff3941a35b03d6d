"""What was recorded earlier: quiz answers, and observations worth remembering."""

from __future__ import annotations

from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source


def answers(step: str) -> Question[dict[str, list[str]]]:
    """The options chosen last, by question id, for the quiz of a step."""
    return Question("answers", dict[str, list[str]], (step,))


def remembered(key: str) -> Question[list[str] | None]:
    """What a check found worth remembering under ``key``; None where nothing is."""
    return Question("remembered", list[str] | None, (key,))  # type: ignore[arg-type]


@source("answers", by="the journal")
def look_up_answers(machine: Machine, step: str) -> dict[str, list[str]]:
    """See :func:`answers`."""
    if machine.memory is None:
        return {}
    chosen = machine.shared("answers", machine.memory.answers).get(step, {})
    return {question: list(options) for question, options in chosen.items()}


@source("remembered", by="the journal")
def look_up_remembered(machine: Machine, key: str) -> list[str] | None:
    """See :func:`remembered`."""
    if machine.memory is None:
        return None
    found = machine.shared("remembered", machine.memory.remembered).get(key)
    return [str(one) for one in found] if isinstance(found, list) else None
