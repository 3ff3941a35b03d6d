"""The entry point: begins what takes longest, then loads what the command line asks for, and no more."""

from __future__ import annotations

import gc
import sys

from tutor import finder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

INTERRUPTED = 130


def main() -> None:
    """Run ``tutor``: every ending is an exit code and at most one sentence."""
    finder.install()
    from tutor.commands.line import check_line

    plain = check_line(sys.argv[1:])
    try:
        if sys.argv[1:2] == ["check"] and not any(map(_is_elsewhere, sys.argv)):
            _begin(whole_course=plain is not None and not plain[1])
        from tutor.commands.endings import guarded
    except KeyboardInterrupt:  # before there is anything to end in order
        sys.exit(INTERRUPTED)
    if plain is None:
        sys.exit(guarded(_parsed))
    _leave(guarded(lambda: _checked(*plain)))


def _is_elsewhere(word: str) -> bool:
    """A recording has its answers; another course may be about neither the firewall nor libvirt."""
    return word.startswith(("--from", "--course=")) or word == "--course"


def _begin(*, whole_course: bool) -> None:
    """Let others work while the tool itself is loaded.

    First the firewall's rules, which take longest. Then the process that looks at libvirt: made of this one
    once it has what both need, and before it has anything else.

    :param whole_course: is checked, which asks for the rules.
    """
    # A run is over before there is anything to collect, and looking for it takes 12 ms.
    gc.disable()
    from tutor.host import firewall
    from tutor.host.machine import Machine

    if whole_course:
        firewall.begin(Machine())
    from tutor.host import aside, worker
    from tutor.host.forked import Forked, may_fork

    worker.load_sources()
    try:
        process = Forked(lambda: worker.main(ahead=whole_course)) if may_fork() else None
    except OSError:
        process = None  # whoever asks is told
    aside.begin(process)


def _parsed() -> int:
    """The exit code of what the command line asks for, by the parser's reading."""
    from tutor.cli import run

    return run()


def _checked(options: dict[str, Any], words: list[str]) -> int:
    """The exit code of a plain ``tutor check``."""
    from tutor.commands.check import check
    from tutor.commands.session import Options, Session

    return check(Session(Options(**options)), words)


def _leave(code: int) -> NoReturn:
    """End at once: for Python to take itself apart takes as long as a tenth of the run."""
    import atexit
    import os
    import signal
    from contextlib import suppress

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # there is nothing left to interrupt
    atexit._run_exitfuncs()  # noqa: SLF001 - what anybody has left to do at the end
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # said before, or nobody is there to be told
            stream.flush()
    os._exit(code)
