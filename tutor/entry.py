"""The entry point: begins what takes longest, then loads what the command line asks for, and no more."""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130


def main() -> None:
    """Run ``tutor``: every ending is an exit code and at most one sentence."""
    try:
        if sys.argv[1:2] == ["check"] and not any(map(_is_elsewhere, sys.argv)):
            _begin()
        from tutor.commands.endings import guarded
    except KeyboardInterrupt:  # before there is anything to end in order
        sys.exit(INTERRUPTED)
    sys.exit(guarded(_run))


def _is_elsewhere(word: str) -> bool:
    """A recording has its answers; another course may be about neither the firewall nor libvirt."""
    return word.startswith(("--from", "--course=")) or word == "--course"


def _begin() -> None:
    """Let others work while the tool itself is loaded.

    First the firewall's rules, which take longest. Then the process that looks at libvirt: made of this one
    once it has what both need, and before it has anything else.
    """
    # A run is over before there is anything to collect, and looking for it takes 12 ms.
    gc.disable()
    from tutor.commands.line import check_line
    from tutor.host import firewall
    from tutor.host.machine import Machine

    plain = check_line(sys.argv[1:])
    if plain is not None and not plain[1]:  # the whole course asks for the rules
        firewall.begin(Machine())
    from tutor.host import aside, worker
    from tutor.host.forked import Forked, may_fork

    worker.load_sources()
    try:
        process = Forked(worker.main) if may_fork() else None
    except OSError:
        process = None  # whoever asks is told
    aside.begin(process)


def _run() -> int:
    """The exit code of what the command line asks for."""
    from tutor.commands.line import check_line

    plain = check_line(sys.argv[1:])
    if plain is None:
        from tutor.cli import run

        return run()
    from tutor.commands.check import check
    from tutor.commands.session import Options, Session

    options, words = plain
    return check(Session(Options(**options)), words)
