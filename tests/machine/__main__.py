"""``python -m tests.machine``: make the images that the machine tests boot, before the tests ask for them."""

from __future__ import annotations

import sys

from tests.machine.checkout import PROJECT
from tests.machine.laptop import laptop_layer
from tutor.sandbox.application import application
from tutor.sandbox.images import NEXT_SUITE, image
from tutor.sandbox.process import MachineError
from tutor.sandbox.sources import Checkout


def main() -> int:
    """Build what is missing; 1 and one sentence where that fails."""
    try:
        image("ssh", tell=_say)
        laptop_layer()
        application(Checkout(PROJECT), tell=_say)
        image("ready", NEXT_SUITE, _say)
    except MachineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _say(part: str) -> None:
    sys.stderr.write(f"building: {part}\n")


if __name__ == "__main__":
    sys.exit(main())
