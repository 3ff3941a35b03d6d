"""The result, for a terminal and for the documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bench.commands import NAMES, RATIOS
from bench.statistics import Samples, ratio, rows, steadiness

_TEXT = """\
# How long `tutor check` takes

Written by `python -m bench --write`, on a student machine of the tests where the whole course is done. The
commands take turns in one run, as the student.

{ratios}

A ratio is the median of the rounds' own ratios: it holds where times drift. The times, in milliseconds:

{table}

- {names}
- Those that assert the same are compared before they are measured: check by check on the done machine, and on
  {broken} broken ones. Here tutor says: {statuses}. Quizzes are tutor's alone.
- The others cannot follow a packet, and remember nothing: of the port forward and the isolated network they
  assert the rules as the course and libvirt write them, of a deleted snapshot that it is not there.
- Rounds: {rounds}; {quiet}
- CPU is of all processors together, with that of all programs started, also of those that end later.
- Machine: {machine}; guests run on it meanwhile, as the course leaves them.
"""


def markdown(
    samples: Mapping[str, Samples], machine: Mapping[str, str], statuses: Sequence[str], broken: int
) -> str:
    """The page of the documentation; nothing in it names a host."""
    return _TEXT.format(
        table=_table(samples),
        ratios="\n".join(
            [
                "| | ratio |",
                "|---|---|",
                *(
                    f"| {_code(one)} / {_code(other)} | {value:.2f} |"
                    for one, other, value in _ratios(samples)
                ),
            ]
        ),
        names="\n- ".join(f"{_code(name)}: {meaning}" for name, meaning in NAMES.items()),
        broken=broken,
        statuses=", ".join(f"{count} {status}" for status, count in Counter(statuses).items()),
        rounds=len(next(iter(samples.values()))),
        quiet=_quiet(samples),
        machine=", ".join(f"{name} {value}" for name, value in machine.items()),
    )


def plain(samples: Mapping[str, Samples]) -> str:
    """The same numbers in columns."""
    width = max(map(len, samples))
    head = f"{'':{width}}  {'min':>7} {'median':>7} {'max':>7} {'cpu':>7}   ms"
    lines = [
        f"{row.name:{width}}  {row.fastest:7.1f} {row.median:7.1f} {row.slowest:7.1f} {row.cpu:7.1f}"
        for row in rows(samples)
    ]
    ratios = [f"{one} / {other}: {value:.2f}" for one, other, value in _ratios(samples)]
    return "\n".join([*ratios, "", head, *lines, "", _quiet(samples)])


def _table(samples: Mapping[str, Samples]) -> str:
    lines = ["| | min | median | max | CPU |", "|---|---|---|---|---|"]
    lines += [
        f"| {_code(row.name)} | {row.fastest:.0f} | {row.median:.0f} | {row.slowest:.0f} | {row.cpu:.0f} |"
        for row in rows(samples)
    ]
    return "\n".join(lines)


def _ratios(samples: Mapping[str, Samples]) -> list[tuple[str, str, float]]:
    return [(one, other, ratio(samples, one, other)) for one, other in RATIOS]


def _code(name: str) -> str:
    return f"`{name}`" if name.startswith("tutor") else name


def _quiet(samples: Mapping[str, Samples]) -> str:
    """Whether the numbers are worth quoting."""
    return f"bare Python's slowest took {steadiness(samples, 'bare Python'):.1f} times its fastest."
