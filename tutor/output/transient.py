"""A line on a terminal that says what takes long, and is gone when that is over."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import TextIO, final

from tutor.output.style import Style


@final
class Transient:
    """Draws on a terminal that can erase a line; elsewhere (a pipe, plain, TERM=dumb) it does nothing.

    At the end of a ``with``, nothing of it is left.

    :param wanted: False where nobody looks on, as with a machine format.
    """

    def __init__(
        self, stream: TextIO, style: Style, *, wanted: bool = True, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._stream = stream
        self._style = style
        self._shown = False
        able = stream.isatty() and environ.get("TERM", "dumb") != "dumb"
        self.drawn = wanted and able and not style.plain and not style.ascii

    def __enter__(self) -> Transient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def show(self, what: str) -> None:
        """Put this in place of what stands there; no longer than the line."""
        if self.drawn:
            self._shown = True
            line = self._style.show(f"… {what}")[: self._style.width - 1]
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()

    def clear(self) -> None:
        """Take it away."""
        if self._shown:
            self._shown = False
            self._stream.write("\r\x1b[K")
            self._stream.flush()
