"""``docs/checks.md``, from the code of this project's own checks: ``make reference``."""

from __future__ import annotations

import sys

from checks import MODULES
from tutor.authoring.reference import reference
from tutor.commands.catalogue import all_checks
from tutor.output.checks import reference_page


def page() -> str:
    return reference_page(reference(one for one in all_checks() if one.function.__module__ in MODULES))


if __name__ == "__main__":
    sys.stdout.write(page())
