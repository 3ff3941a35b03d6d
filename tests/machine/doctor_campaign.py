"""Every fault by itself: ``python -m tests.machine.doctor_campaign [PART OF A NAME]...``, as root.

The test suite has them in groups, several at once, which takes a fifth of the time.
"""

from __future__ import annotations

import sys
import time

from tests.machine.checkout import PROJECT
from tests.machine.doctor import assert_told, assert_well, make, mend, prepare, see
from tests.machine.doctor_faults import FAULTS, Fault
from tutor.sandbox.machines import Machine, boot


def main(words: list[str]) -> int:
    """One line for each fault; 1 when one was not told or not mended."""
    wanted = {name: fault for name, fault in FAULTS.items() if not words or any(w in name for w in words)}
    left, bad = list(wanted), 0
    while left:
        # A machine that a fault was not mended on would tell of that one again.
        with boot("ready", project=PROJECT) as machine:
            prepare(machine)
            assert_well(machine)
            while left:
                if not _told(machine, left.pop(0)):
                    bad += 1
                    break
    sys.stdout.write(f"{len(wanted) - bad} of {len(wanted)} faults\n")
    return 1 if bad else 0


def _told(machine: Machine, name: str) -> bool:
    started = time.monotonic()
    try:
        _once(machine, FAULTS[name])
        verdict = "told and mended" if FAULTS[name].mends else "told"
    except Exception as error:  # noqa: BLE001 - the next fault is tried all the same
        verdict = f"BAD: {error}"
    sys.stdout.write(f"{time.monotonic() - started:5.1f} s  {name}: {verdict}\n")
    sys.stdout.flush()
    return not verdict.startswith("BAD")


def _once(machine: Machine, fault: Fault) -> None:
    """Break, see, mend as printed, and see nothing any more."""
    options = ("--look",) if fault.look else ()
    make(machine, fault)
    try:
        seen = see(machine, *options)
        assert_told(seen, fault)
        if fault.mends:
            mend(machine, seen)
            assert_well(machine, *options)
    finally:
        machine.run(fault.undo, user="root", timeout=120)
    assert_well(machine, *options)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
