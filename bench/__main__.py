"""``python -m bench [--write] [--rounds N]``, as root."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import fairness, report
from bench.commands import COMMANDS
from bench.student import describe, done_machine, run_driver
from tests.machine.process import MachineError

PAGE = Path(__file__).parents[1] / "docs" / "bench.md"
ROUNDS, WARM_UP = 21, 3


def main() -> int:
    """Measure; 1 where there is nothing fair to measure, 0 whatever the numbers are."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/bench.md as well")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"of all commands in turn (default: {ROUNDS})"
    )
    options = parser.parse_args()
    try:
        with done_machine() as machine:
            statuses = fairness.compare(machine)
            samples = run_driver(machine, COMMANDS, options.rounds, WARM_UP)
            fairness.must_have_ended_well(samples)
            facts = describe(machine)
    except (MachineError, fairness.UnfairError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(report.plain(samples) + "\n")
    if options.write:
        PAGE.write_text(report.markdown(samples, facts, list(statuses.values()), len(fairness.STATES)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
