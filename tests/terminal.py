"""A person at a terminal: reads what is drawn on it, and types."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pexpect
import pyte

POINTER, MARKED = "▸", "●"
DOWN, UP, CTRL_C, CTRL_D, ESCAPE, ENTER = "\x1b[B", "\x1b[A", "\x03", "\x04", "\x1b", "\r"
#: What prompt_toolkit sends when a prompt begins and ends (bracketed paste on and off).
_BEGINS, _ENDS = "\x1b[?2004h", "\x1b[?2004l"
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|\].*?(?:\x07|\x1b\\))")
_PAUSE = 0.02


class Terminal:
    """A program on a pseudo-terminal of its own, which is closed at the end of the ``with``.

    :param argv: what to run.
    :param timeout: seconds that something may take to appear.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        columns: int = 80,
        rows: int = 40,
        timeout: float = 20,
        cwd: str | None = None,
    ) -> None:
        self.timeout = timeout
        self.raw = ""
        self._mark = 0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self.child: pexpect.spawn[str] = pexpect.spawn(
            argv[0],
            [*argv[1:]],
            env=dict(os.environ if env is None else env),
            encoding="utf-8",
            codec_errors="replace",
            dimensions=(rows, columns),
            cwd=cwd,
        )

    def __enter__(self) -> Terminal:  # noqa: PYI034 - Self is not in Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.close(force=True)

    @property
    def lines(self) -> list[str]:
        """What is on the screen now."""
        self._read()
        return [line.rstrip() for line in self._screen.display]

    @property
    def plain(self) -> str:
        """All that was ever printed, without escape sequences."""
        self._read()
        return _ESCAPES.sub("", self.raw).replace("\r", "")

    def type(self, keys: str) -> None:
        """Press keys."""
        self.child.send(keys)

    def expect(self, wanted: str, *, timeout: float | None = None) -> re.Match[str]:
        """Wait until the regular expression is in what was printed since it was last waited for."""
        found: list[re.Match[str]] = []

        def seen() -> bool:
            match = re.compile(wanted, re.MULTILINE).search(self.plain, self._mark)
            found.extend([match] if match else [])
            return bool(match)

        self.until(seen, f"{wanted!r} to appear", timeout)
        self._mark = found[0].end()
        return found[0]

    def choose(self, label: str, *, timeout: float | None = None) -> None:
        """Move to the entry of a drawn menu that has ``label`` in it, and press Enter."""
        self.point_at(label, timeout=timeout)
        self.answer(ENTER)

    def point_at(self, label: str, *, timeout: float | None = None) -> None:
        """Move to the entry of a drawn menu."""
        pointer = f"{POINTER} "

        def drawn() -> bool:
            # A menu is drawn line by line, and on a loaded host not at once.
            return self.prompting and None not in self._rows(label, pointer)

        self.until(drawn, f"the entry {label!r}", timeout)
        while (rows := self._rows(label, pointer))[0] != rows[1]:
            row, at = rows
            if row is not None and at is not None:
                self.type(DOWN if row > at else UP)
                self.until(lambda before=at: self._row(pointer) != before, "the pointer to move")  # type: ignore[misc]
            self.until(drawn, f"the entry {label!r}", timeout)

    def answer(self, keys: str) -> None:
        """Press keys that end a prompt, and wait until it has ended."""
        ended = self.raw.count(_ENDS)
        self._mark = len(self.plain)
        self.type(keys)
        self.until(lambda: self._ended(ended), "the prompt to end")

    def wait_for_prompt(self, *, timeout: float | None = None) -> None:
        """Wait until a drawn prompt is up."""
        self.until(lambda: self.prompting, "a prompt", timeout)

    def exit_code(self, *, timeout: float | None = None) -> int:
        """Wait until the program ends; 128 and the signal's number when one ended it."""
        self.until(lambda: not self.child.isalive(), "the program to end", timeout)
        self._read()
        self.child.close()
        if self.child.exitstatus is not None:
            return self.child.exitstatus
        return 128 + int(self.child.signalstatus or 0)

    @property
    def prompting(self) -> bool:
        """Whether a drawn prompt is up."""
        self._read()
        return self.raw.rfind(_BEGINS) > self.raw.rfind(_ENDS)

    def _ended(self, before: int) -> bool:
        self._read()
        return self.raw.count(_ENDS) > before or not self.child.isalive()

    def _row(self, label: str) -> int | None:
        """The lowest row with the label: what is above it may say the same."""
        return self._rows(label)[0]

    def _rows(self, *labels: str) -> tuple[int | None, ...]:
        """The same for several, on one and the same screen."""
        lines = self.lines
        found = [[number for number, line in enumerate(lines) if label in line] for label in labels]
        return tuple(rows[-1] if rows else None for rows in found)

    def _read(self) -> bool:
        try:
            piece = self.child.read_nonblocking(65536, timeout=0)
        except (pexpect.TIMEOUT, pexpect.EOF, OSError, ValueError):
            return False
        self.raw += piece
        self._stream.feed(piece)
        return True

    def until(self, condition: Callable[[], bool], what: str, timeout: float | None = None) -> None:
        """Wait until the condition holds.

        :param what: for the message, when it does not.
        """
        deadline = time.monotonic() + (timeout or self.timeout)
        while not condition():
            if time.monotonic() > deadline or not self.child.isalive():
                while self._read():
                    pass
                if condition():
                    return
                raise AssertionError(f"waited for {what} in vain:\n" + "\n".join(self.lines))
            time.sleep(_PAUSE)
