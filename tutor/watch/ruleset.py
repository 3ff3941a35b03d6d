"""The firewall's rules, read and watched by one process as root that sudo is asked for once."""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

from tutor.host.firewall import READ_COMMAND
from tutor.host.machine import PASSWORD_LIMIT, PROGRAM_LIMIT, Machine, is_refusal, must_have_sudo
from tutor.host.process import Completed
from tutor.host.question import Unobservable
from tutor.text import Text, text

#: What the process does, and nothing else: it tells of each change of the rules on its standard error, and
#: prints them when a line comes in. $1 ends an answer. It ends when its input does.
SCRIPT = f"""
exec 3>&2 2>/dev/null
( nft -j monitor >&3 & nft=$!; trap 'kill $nft' TERM; wait $nft; echo ended >&3 ) </dev/null >/dev/null &
monitor=$!
echo "$1 ready"
while read -r _; do
  ( {READ_COMMAND} ) </dev/null
  printf '\\n%s %s\\n' "$1" "$?"
done
kill $monitor
"""

#: What it reads, by the command that would do so elsewhere.
READS: dict[tuple[str, ...], str] = {("sh", "-c", READ_COMMAND): "rules"}

#: What a person is told is going to run.
SHOWN = ("nft", "-j", "monitor")

#: Seconds that a program may take to end when it is told to.
_END_LIMIT = 1.0


class Ruleset:
    """The process, begun at the first read.

    :param environ: its environment.
    :param changed: called, in a thread of its own, at each change of the rules, and when nothing tells of
        them any more.
    :ivar watched: whether changes are told of.
    :ivar refused: whether sudo did not let the person who was asked: nobody is asked a second time.
    """

    def __init__(self, environ: dict[str, str], changed: Callable[[], None]) -> None:
        self._environ = environ
        self._changed = changed
        self._process: subprocess.Popen[bytes] | None = None
        self._mark = secrets.token_hex(16)
        self.watched = False
        self.refused = False

    @property
    def runs(self) -> bool:
        """Whether the rules can be read without asking anybody."""
        return self._process is not None and self._process.poll() is None

    def read(self, what: str) -> Completed:
        """What one of :data:`READS` prints now.

        :raises Unobservable: ``failed`` when the process has ended.
        """
        process = self._process
        if process is None or process.stdin is None:
            raise _ended()
        try:
            process.stdin.write(f"{what}\n".encode())
            process.stdin.flush()
            answer, code = self._until_mark(process, PROGRAM_LIMIT)
        except (OSError, Unobservable):
            self.close()  # an answer that is late must not be taken for the next one
            raise _ended() from None
        return Completed(int(code), answer, "")

    def begin(self, machine: Machine, purpose: Text) -> None:
        """Start it: without a password where sudo wants none, else by asking, once.

        :raises Unobservable: ``not-permitted``, ``program-missing``, ``failed`` or ``timed-out``.
        """
        command = ["sh", "-c", SCRIPT, "tutor-watch", self._mark]
        if os.geteuid() == 0:
            self._start(command, PROGRAM_LIMIT)
            return
        must_have_sudo(machine.path, purpose)
        if not self._start(["sudo", "-n", *command], PROGRAM_LIMIT):
            self._ask(machine, purpose, command)

    def _ask(self, machine: Machine, purpose: Text, command: Sequence[str]) -> None:
        if machine.ask_password is None:
            wanted = text("{purpose} needs sudo, which wants a password: run sudo -v first", purpose=purpose)
            raise Unobservable("not-permitted", wanted)
        if not self.refused:
            machine.asking = True
            try:
                machine.ask_password(purpose, SHOWN)
                self.refused = not self._start(["sudo", *command], PASSWORD_LIMIT)
            finally:
                machine.asking = False
        if self.refused:
            refusal = text("{purpose} needs sudo, which did not let you", purpose=purpose)
            raise Unobservable("not-permitted", refusal)

    def close(self) -> None:
        """Let it end."""
        process, self._process, self.watched = self._process, None, False
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()

    def _start(self, command: Sequence[str], limit: float) -> bool:
        """Start it and wait until it is ready; False where sudo refused.

        :raises Unobservable: ``failed`` when it ends by itself otherwise, or is not ready in time.
        """
        # In the terminal's session: sudo asks there, and remembers for it (sudoers(5), timestamp_type).
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environ,
        )
        try:
            self._until_mark(process, limit)
        except Unobservable:
            if is_refusal(_given_up(process)):
                return False
            raise
        self._process, self.watched = process, True
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        return True

    def _until_mark(self, process: subprocess.Popen[bytes], limit: float) -> tuple[str, str]:
        """What it prints up to the mark, and the word after that."""
        assert process.stdout is not None  # noqa: S101 - piped
        said, mark, deadline = bytearray(), f"{self._mark} ".encode(), time.monotonic() + limit
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                start = said.rfind(mark)
                if start >= 0 and said.endswith(b"\n"):
                    word = said[start + len(mark) :].decode().strip()
                    return said[:start].decode(errors="replace").removesuffix("\n"), word
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise Unobservable("timed-out", text("the firewall's rules were not read in time"))
                chunk = os.read(process.stdout.fileno(), 1 << 16)
                if not chunk:
                    raise _ended()
                said += chunk

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None  # noqa: S101 - piped
        for line in process.stderr:
            if line == b"ended\n":
                break
            self._changed()
        self.watched = False
        self._changed()


def _given_up(process: subprocess.Popen[bytes]) -> Completed:
    """End it, politely: sudo, asking, has made the terminal silent, and makes it speak again."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # a student cannot end what runs as root
        if process.stdin is not None:
            process.stdin.close()
        process.terminate()
        process.wait(_END_LIMIT)
    ended = process.poll()
    if ended is None or process.stderr is None:
        return Completed(0, "", "")
    return Completed(ended, "", process.stderr.read().decode(errors="replace"))


def _ended() -> Unobservable:
    return Unobservable("failed", text("the process that reads the firewall's rules has ended"))
