"""What was recorded earlier: quiz answers, and observations worth remembering."""

from __future__ import annotations

from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source


def answers(step: str) -> Question[dict[str, list[str]]]:
    """The options chosen last, by question id, for the quiz of a step."""
    return Question("answers", dict[str, list[str]], (step,))


@source("answers", by="the journal")
def look_up_answers(machine: Machine, step: str) -> dict[str, list[str]]:
    """See :func:`answers`."""
    if machine.memory is None:
        return {}
    chosen = machine.shared("answers", machine.memory.answers).get(step, {})
    return {question: list(options) for question, options in chosen.items()}


