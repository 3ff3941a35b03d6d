"""The entry point: begins what takes longest, then loads the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``tutor``."""
    if sys.argv[1:2] == ["check"] and not any(word.startswith("--from") for word in sys.argv):
        from tutor.host import aside

        aside.begin()
    from tutor.cli import main as run

    run()
