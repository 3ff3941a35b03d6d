"""How far a class report has come: a bar on a terminal, and nothing elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import final

from tutor.commands.progress import PATIENCE
from tutor.commands.session import Session
from tutor.text import Text, text

HAND_INS = text("{done} of {total} hand-ins, {seconds} s left")
PAGES = text("{done} of {total} pages, {seconds} s left")

#: Seconds between two drawings, and cells of the bar.
_PAUSE, _WIDTH = 0.1, 24


@final
class Bar:
    """Drawn on standard error, once it takes long enough to wonder.

    :param message: with the places ``done``, ``total`` and ``seconds``.
    """

    def __init__(self, session: Session, message: Text = HAND_INS) -> None:
        self._session = session
        self._message = message.message
        self._begun = self._drawn = time.monotonic()
        self._shown = False
        style = session.error_style
        self._wanted = session.err.isatty() and not style.plain

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._session.err.write("\r\x1b[K")
            self._session.err.flush()

    def advanced(self, done: int, total: int) -> None:
        """See :class:`tutor.report.build.Observer`."""
        now = time.monotonic()
        if not self._wanted or now - self._begun < PATIENCE or now - self._drawn < _PAUSE:
            return
        self._drawn, self._shown = now, True
        full, empty = ("#", ".") if self._session.error_style.ascii else ("█", "░")
        cells = _WIDTH * done // total
        left = (now - self._begun) * (total - done) / done
        told = Text(self._message, {"done": done, "total": total, "seconds": round(left)})
        bar = full * cells + empty * (_WIDTH - cells)
        self._session.err.write(f"\r\x1b[K{bar} {told.render(self._session.translate)}")
        self._session.err.flush()
