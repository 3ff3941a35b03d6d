"""Trouble of machines told from trouble of learning: what goes wrong on one kind of machine only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import comb

from tutor.dataclass import dataclass
from tutor.report.findings import EnvironmentGroup
from tutor.report.hand_in import Check, Environment, HandIn, Step
from tutor.report.records import Report

#: A kind is what a student was given, and not what they made of it: to install libvirt is theirs to do.
Kind = tuple[str | None, str | None, bool | None]

#: As unlikely as this by chance, and at least so much more frequent, is worth telling.
UNLIKELY, LARGE = 0.001, 0.1


@dataclass(frozen=True, slots=True)
class Peculiar:
    """A check that goes wrong on one kind of machine more than on the others, and what is seen then.

    ``here`` of ``of_here`` machines of the kind, ``elsewhere`` of ``of_elsewhere`` others.
    """

    check: str
    machine: Environment
    here: int
    of_here: int
    elsewhere: int
    of_elsewhere: int
    observed: str


def kind(machine: Environment | EnvironmentGroup) -> Kind:
    """What kind of machine it is, for comparing."""
    return machine.os, machine.virtualization, machine.kvm


def kinds(report: Report) -> dict[Kind, int]:
    """How many machines of each kind there are, the most frequent first."""
    found = Counter(kind(one.hand_in.environment) for one in report.students if one.hand_in is not None)
    return dict(sorted(found.items(), key=lambda each: (-each[1], str(each[0]))))


def peculiar(report: Report) -> list[Peculiar]:
    """What goes wrong on one kind of machine, and hardly on the others: the plainest first."""
    hand_ins = [student.hand_in for student in report.students if student.hand_in is not None]
    of_kind = kinds(report)
    wrong = _wrong(hand_ins)
    everywhere = Counter[str]()
    for (check, _), seen in wrong.items():
        everywhere[check] += seen.total()
    found = [
        _compared(
            check, where, seen, everywhere=everywhere[check], of_here=of_kind[where], of_all=len(hand_ins)
        )
        for (check, where), seen in wrong.items()
    ]
    return sorted((one for one in found if one), key=lambda one: -one.here / one.of_here)


def _wrong(hand_ins: Iterable[HandIn]) -> dict[tuple[str, Kind], Counter[str]]:
    """By check and kind, what was seen where it failed or could not be looked at."""
    found: dict[tuple[str, Kind], Counter[str]] = {}
    # Most students share the very same record of a step, which is looked at once.
    counts = Counter((kind(one.environment), step) for one in hand_ins for step in one.steps if _is_red(step))
    for (where, step), count in counts.items():
        for check in step.checks:
            if _is_wrong(check):
                found.setdefault((check.id, where), Counter())[check.observed or ""] += count
    return found


def _is_red(step: Step) -> bool:
    return step.status not in ("pass", "skip")


def _is_wrong(check: Check) -> bool:
    """Blocked ones follow from others, and tell nothing of their own."""
    return check.status in ("fail", "unknown")


def _compared(
    check: str, where: Kind, seen: Counter[str], *, everywhere: int, of_here: int, of_all: int
) -> Peculiar | None:
    here, of_elsewhere = seen.total(), of_all - of_here
    elsewhere = everywhere - here
    if not of_elsewhere or here / of_here - elsewhere / of_elsewhere < LARGE:
        return None
    if by_chance(here, of_here, everywhere, of_all) > UNLIKELY:
        return None
    machine = Environment(os=where[0], virtualization=where[1], kvm=where[2])
    return Peculiar(check, machine, here, of_here, elsewhere, of_elsewhere, seen.most_common(1)[0][0])


def by_chance(here: int, of_here: int, everywhere: int, of_all: int) -> float:
    """The probability of at least so many in one group, if groups made no difference.

    Fisher's exact test, one-sided: the upper tail of the hypergeometric distribution.
    """
    most = min(of_here, everywhere)
    ways = sum(comb(everywhere, k) * comb(of_all - everywhere, of_here - k) for k in range(here, most + 1))
    return ways / comb(of_all, of_here)
