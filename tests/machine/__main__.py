"""``python -m tests.machine``: make the images that the machine tests boot, before the tests ask for them."""

from __future__ import annotations

import logging
import sys

from tests.machine.checkout import PROJECT
from tutor.sandbox.application import application
from tutor.sandbox.images import NEXT_SUITE, image
from tutor.sandbox.process import MachineError


def main() -> int:
    """Build what is missing; 1 and one sentence where that fails."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        image("ssh")
        application(PROJECT)
        image("ready", NEXT_SUITE)
    except MachineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
