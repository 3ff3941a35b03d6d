"""The menu at a step: what can be done there now."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.commands.learn.running import has_commands
from tutor.course.records import Step
from tutor.dataclass import dataclass
from tutor.grading.outcome import DONE
from tutor.grading.verdict import Status
from tutor.text import Text, text

Entry = tuple[str, Text]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the menu depends on.

    :param missing: the first step that this one builds on and that is not done.
    :param questions: how many are not answered rightly.
    :param hint: the next rung of the ladder, from 1, and how many there are; None where there are none.
    :param after: the step that the walk goes on to; None at the end of the course.
    :param has_before: whether there is a step to go back to.
    """

    step: Step
    status: Status | None
    missing: Step | None
    questions: int
    hint: tuple[int, int] | None
    after: Step | None
    has_before: bool

    @property
    def done(self) -> bool:
        """Whether the step is in place."""
        return self.status in DONE


def entries(now: Situation) -> Iterator[Entry]:
    """The entries that mean something now; the first is what Enter alone chooses."""
    if now.done:
        yield _way_on(now)
    if now.missing is not None:
        yield "first", text("Go to {step} first", step=now.missing.id)
    if now.questions:
        yield "quiz", text("Answer the questions ({count} left)", count=now.questions)
    if now.step.check_ids:
        yield "check", text("Check now")
    if has_commands(now.step):
        yield "run", text("Run these commands for me")
    if not now.done:
        yield from _help(now)
        yield _way_past(now)
    if now.has_before:
        yield "back", text("Back to the step before")
    yield "again", text("Read the step again")
    yield "list", text("List of all steps")
    yield "quit", text("Quit; your place is kept")


def _help(now: Situation) -> Iterator[Entry]:
    if now.hint is not None:
        number, count = now.hint
        yield "hint", text("Hint ({number} of {count})", number=number, count=count)
    if now.step.check_ids:
        yield "wrong", text("What is wrong here?")


def _way_past(now: Situation) -> Entry:
    """Nobody has to say why they pass by what is optional, only to be read, or cannot be looked at."""
    if now.step.optional or not now.step.check_ids or now.status is Status.UNKNOWN:
        return _way_on(now)
    return "skip", text("Skip it, with a reason")


def _way_on(now: Situation) -> Entry:
    if now.after is None:
        return "next", text("Go on to the end")
    return "next", text("Go on: {step}, {title}", step=now.after.id, title=now.after.title)
