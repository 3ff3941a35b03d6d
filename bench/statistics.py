"""Medians, and ratios of what was measured in the same round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Samples = Sequence[tuple[float, float, int]]


@dataclass(frozen=True)
class Row:
    """One command: milliseconds from start to end, and of processor time, its children's included."""

    name: str
    fastest: float
    median: float
    slowest: float
    cpu: float


def rows(samples: Mapping[str, Samples]) -> list[Row]:
    """One row for each command, in the order of the commands."""
    found = []
    for name, taken in samples.items():
        walls = [wall for wall, _, _ in taken]
        found.append(Row(name, min(walls), median(walls), max(walls), median(cpu for _, cpu, _ in taken)))
    return found


def ratio(samples: Mapping[str, Samples], one: str, other: str) -> float:
    """The median of the rounds' ratios: what slowed a round down slowed both down."""
    return median(mine[0] / theirs[0] for mine, theirs in zip(samples[one], samples[other], strict=True))


def steadiness(samples: Mapping[str, Samples], name: str) -> float:
    """The slowest round over the fastest: how much else the machine had to do."""
    walls = [wall for wall, _, _ in samples[name]]
    return max(walls) / min(walls)
