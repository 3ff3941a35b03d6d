"""The terminal of ``tutor watch``: lines that stay, one below them that is redrawn, and two keys."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, final

from tutor.actions.terminal import guarded_terminal
from tutor.commands.session import Session
from tutor.output.cells import cells
from tutor.output.interface import write
from tutor.output.style import Style
from tutor.text import Text


class Ended(BaseException):
    """A signal wants this to end.

    :param number: which.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def ending_in_order() -> Iterator[None]:
    """SIGTERM and SIGHUP end it as an exception does, and whoever waits for it sees that they did."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise Ended(number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except Ended as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Screen:
    """Standard output: whole documents, and on a terminal a line of state below them.

    :param drawn: whether there is such a line.
    """

    def __init__(self, session: Session, *, drawn: bool) -> None:
        self._session = session
        self._drawn = drawn
        self._wordings: tuple[str, ...] = ("",)

    @property
    def style(self) -> Style:
        """The look, by the width that the terminal has now."""
        return self._session.style_of(self._session.out)

    def show(self, document: str) -> None:
        """Add to what stays.

        :raises BrokenPipeError: nobody reads.
        """
        self.clear()
        write(document, self._session.out, self._session.options.format)
        self._draw()

    def state(self, *wordings: Text) -> None:
        """The line below.

        :param wordings: the longest first; the first that fits is drawn, or the last, cut.
        """
        self._wordings = tuple(wording.render(self._session.translate) for wording in wordings)
        self.clear()
        self._draw()

    def clear(self) -> None:
        """Take the line below away."""
        if self._drawn:
            self._session.out.write("\r\x1b[K")
            self._session.out.flush()

    def _draw(self) -> None:
        if not self._drawn:
            return
        style = self.style
        lines = [style.show(wording) for wording in self._wordings]
        line = next((line for line in lines if cells(line) < style.width), lines[-1])
        while cells(line) >= style.width:
            line = line[:-1]
        self._session.out.write(style.paint(line, "quiet"))
        self._session.out.flush()


@final
class Keys:
    """The keys that are pressed, each at once and unseen, while nobody else reads from the terminal."""

    def __init__(self) -> None:
        self._settings: list[Any] | None = None

    def __enter__(self) -> Keys:
        with contextlib.ExitStack() as stack:
            stack.enter_context(guarded_terminal())
            before = signal.signal(signal.SIGCONT, self._continued)
            stack.callback(signal.signal, signal.SIGCONT, before)
            self._undo = stack.pop_all()
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._undo.close()

    def fileno(self) -> int:
        """Standard input."""
        return sys.stdin.fileno()

    @property
    def taken(self) -> bool:
        """Whether keys come here."""
        return self._settings is not None

    def take(self) -> bool:
        """Have the terminal give each key at once, without showing it; False from the background."""
        import termios
        import tty

        with contextlib.suppress(OSError, termios.error):
            if self._settings is None and os.tcgetpgrp(self.fileno()) == os.getpgrp():
                self._settings = termios.tcgetattr(self.fileno())
                tty.setcbreak(self.fileno(), termios.TCSANOW)
        return self.taken

    def release(self) -> None:
        """Give the terminal back: sudo is going to ask, or this ends."""
        import termios

        settings, self._settings = self._settings, None
        if settings is not None:
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self.fileno(), termios.TCSANOW, settings)

    def read(self) -> str:
        """What was pressed; nothing where the terminal has gone."""
        with contextlib.suppress(OSError):
            return os.read(self.fileno(), 64).decode(errors="replace")
        return ""

    def _continued(self, _number: int, _frame: FrameType | None) -> None:
        """After Ctrl-Z and fg the terminal is as the shell wants it."""
        if self._settings is not None:
            self._settings = None
            self.take()
