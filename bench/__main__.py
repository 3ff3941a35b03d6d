"""``python -m bench [--write] [--part check|watch|report] [--rounds N] [--changes N]``, as root."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from bench import classes, fairness, peers, report, watching
from bench.commands import COMMANDS
from bench.student import describe, done_machine, run_driver
from tutor.sandbox.machines import Machine
from tutor.sandbox.process import MachineError

PAGE = Path(__file__).parents[1] / "docs" / "bench.md"
ROUNDS, WARM_UP, CHANGES, HAND_INS = 21, 3, 100, 1000


def main() -> int:
    """Measure; 1 where there is nothing fair to measure, 0 whatever the numbers are."""
    options = _options()
    if options.part in (None, "report"):
        _report(options.hand_ins, options.folder, write=options.write)
    if options.part == "report":
        return 0
    try:
        with done_machine() as machine:
            if options.part != "watch":
                _check(machine, options.rounds, write=options.write)
            if options.part != "check":
                _watch(machine, options.changes, write=options.write)
    except (MachineError, peers.UnfairError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/bench.md as well")
    parser.add_argument("--part", choices=("check", "watch", "report"), help="only this (default: all)")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"of all commands in turn (default: {ROUNDS})"
    )
    parser.add_argument(
        "--changes", type=int, default=CHANGES, help=f"of each kind, for the watch (default: {CHANGES})"
    )
    parser.add_argument(
        "--hand-ins", type=int, default=HAND_INS, help=f"in the largest class (default: {HAND_INS})"
    )
    parser.add_argument("--folder", type=Path, help="where the class lies, or is made and kept")
    return parser.parse_args()


def _report(hand_ins: int, folder: Path | None, *, write: bool) -> None:
    load = os.getloadavg()[0]
    runs = classes.measure(hand_ins, folder)
    sys.stdout.write(classes.plain(runs) + "\n")
    if write:
        _write(classes.markdown(runs, load), 2)


def _check(machine: Machine, rounds: int, *, write: bool) -> None:
    statuses = fairness.compare(machine)
    samples = run_driver(machine, COMMANDS, rounds, WARM_UP)
    fairness.must_have_ended_well(samples)
    sys.stdout.write(report.plain(samples) + "\n")
    if write:
        facts = describe(machine)
        _write(report.markdown(samples, facts, list(statuses.values()), len(fairness.STATES)), 0)


def _watch(machine: Machine, changes: int, *, write: bool) -> None:
    result = watching.measure(machine, changes)
    sys.stdout.write(watching.plain(result) + "\n")
    if write:
        _write(watching.markdown(result), 1)


def _write(part: str, number: int) -> None:
    """Put one part of the page in the place of what was there; each begins with a heading."""
    parts = re.split(r"^(?=# )", PAGE.read_text(), flags=re.MULTILINE)[1:]
    parts[number : number + 1] = [part]
    PAGE.write_text("\n".join(one.rstrip("\n") + "\n" for one in parts))


if __name__ == "__main__":
    sys.exit(main())
