"""A second process made of this one while it is still small, which is sooner there than a new interpreter."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO, NoReturn

from tutor.host.child import Child


class Forked(Child):
    """The other process, to whoever made it.

    :param main: what runs there, its input and output connected with ``stdin`` and ``stdout`` here, in a
        session of its own: Ctrl-C is for the tool.
    :raises OSError: there can be no more processes.
    """

    stdin: BinaryIO
    stdout: BinaryIO

    def __init__(self, main: Callable[[], None]) -> None:
        theirs, to_them = os.pipe()
        from_them, answers = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            for descriptor in (theirs, to_them, from_them, answers):
                os.close(descriptor)
            raise
        if pid == 0:
            _become(main, theirs, answers)
        super().__init__(pid)
        os.close(theirs)
        os.close(answers)
        self.stdin, self.stdout = os.fdopen(to_them, "wb"), os.fdopen(from_them, "rb")

    def kill(self) -> None:
        """End it."""
        self.send(signal.SIGKILL)


def may_fork() -> bool:
    """Whether there are no threads, which a fork would cut off, and all streams."""
    return threading.active_count() == 1 and None not in (sys.stdin, sys.stdout, sys.stderr)


def _become(main: Callable[[], None], source: int, target: int) -> NoReturn:
    """Be the other process, and nothing else, whatever happens."""
    try:
        os.setsid()
        for descriptor, number in ((source, 0), (target, 1), (os.open(os.devnull, os.O_WRONLY), 2)):
            os.dup2(descriptor, number)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
        main()
    finally:
        # Not the end that the tool itself would come to.
        os._exit(1)
