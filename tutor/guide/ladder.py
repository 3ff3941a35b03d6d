"""The ladder of hints: what to look at, what this machine shows, the command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tutor.course.records import Step
from tutor.dataclass import dataclass
from tutor.grading.verdict import Status, StepResult, Verdict

RungKind = Literal["look", "machine", "command"]

#: The code of a check that asks for a new login (checks/groups.py).
NOT_IN_SESSION = "not-in-session"

#: How many of a course's hints say what to look at, and how many go with what the machine shows.
_LOOK, _MACHINE = 1, 1


@dataclass(frozen=True, slots=True)
class Rung:
    """One push: the numbers of the course's hints that belong to it, from 1."""

    kind: RungKind
    hints: tuple[int, ...]


def ladder(step: Step, result: StepResult | None) -> tuple[Rung, ...]:
    """The rungs that have something to say, from a nudge to the command.

    The course writes its hints from what to look at to the command; the last always belongs to the
    command, unless it is the only one.

    :param result: how the step stands; None where it has not been looked at.
    """
    numbers = tuple(range(1, len(step.hints) + 1))
    look, rest = numbers[:_LOOK], numbers[_LOOK:]
    middle = rest[: min(_MACHINE, max(0, len(rest) - 1))]
    return tuple(_worth_saying(look, middle, rest[len(middle) :], tuple(red(result))))


def red(result: StepResult | None) -> Iterator[Verdict]:
    """The checks that did not pass, could not be made, or wait for others."""
    for verdict in result.verdicts if result is not None else ():
        if verdict.status not in (Status.PASS, Status.SKIP):
            yield verdict


def fixes(result: StepResult | None) -> tuple[str, ...]:
    """The commands that put the step right, in printed order, none twice."""
    return tuple(dict.fromkeys(command for verdict in red(result) for command in verdict.finding.fix))


def only_a_login_is_missing(result: StepResult | None) -> bool:
    """Whether all that is wrong is that this session began before the user joined a group."""
    codes = [verdict.finding.code for verdict in red(result)]
    return bool(codes) and set(codes) == {NOT_IN_SESSION}


def _worth_saying(
    look: tuple[int, ...], middle: tuple[int, ...], last: tuple[int, ...], wrong: tuple[Verdict, ...]
) -> Iterator[Rung]:
    if look:
        yield Rung("look", look)
    if wrong or middle:
        yield Rung("machine", middle)
    if last or any(verdict.finding.fix for verdict in wrong):
        yield Rung("command", last)
