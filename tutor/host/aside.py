"""A process of its own for what is slow to load, may hang, or may crash: libvirt and the schemas.

The C libraries behind those take a third of the time of a run to load; here that happens beside
everything else. And whatever becomes of them, the tool itself goes on.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tutor.host.forked import Forked
from tutor.host.question import Unobservable
from tutor.text import Text, text

if TYPE_CHECKING:
    import subprocess

Args = tuple[str, ...]
#: Told of answers, or of why there are none.
Answered = Callable[[Mapping[Args, Any]], None]

#: What the process runs. Its search path is ours: never the folder that the student stands in.
_PROGRAM = "import sys; sys.path[:] = {path!r}; from {module} import main; main()"

#: What answers the questions of a :class:`tutor.host.live.LiveHost`.
WORKER = "tutor.host.worker"

#: Seconds that the process has to end by itself.
_CLOSING_LIMIT = 2.0


class Aside:
    """The process, begun at once; what it answers comes back to whoever asked.

    :param module: whose ``main`` runs there.
    :param told: hears, in a thread of its own, what the process says without being asked, and at last
        None: it has ended.
    :param process: one that is there already.
    """

    def __init__(
        self,
        module: str = WORKER,
        told: Callable[[dict[str, Any] | None], None] | None = None,
        process: Forked | None = None,
    ) -> None:
        self._told = told
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[Sequence[Args], Answered]] = {}
        self._lock = threading.Lock()
        self._ended: Unobservable | None = None
        self._process: subprocess.Popen[bytes] | Forked | None
        try:
            self._process = process or _started(module)
            threading.Thread(target=self._listen, daemon=True).start()
        except (OSError, RuntimeError) as error:
            self._process = None
            self._ended = _gone(str(error))

    def ask(self, source: str, wanted: Sequence[Args], answered: Answered) -> None:
        """Have questions to a source answered; they are not waited for.

        :param answered: called once, in another thread, with what the source gave; ``failed`` for each
            question when the process has not started, or has ended.
        """
        with self._lock:
            number, ended = next(self._numbers), self._ended
            if ended is None:
                self._waiting[number] = wanted, answered
        if ended is None:
            self._send({"id": number, "source": source, "wanted": wanted})
        else:
            answered(dict.fromkeys(wanted, ended))

    def close(self) -> None:
        """End the process, and wait until it is gone; whoever still waits for an answer gets none."""
        import subprocess  # of those who look again and again

        if self._process is None or self._process.stdin is None:
            return
        with self._lock, contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_CLOSING_LIMIT)
        except (TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()

    def _send(self, request: dict[str, Any]) -> None:
        try:
            with self._lock:
                assert self._process is not None and self._process.stdin is not None  # noqa: S101, PT018
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
        except (OSError, ValueError) as error:  # ended, or closed by us
            self._end(_gone(str(error)))

    def _listen(self) -> None:
        assert self._process is not None and self._process.stdout is not None  # noqa: S101, PT018
        with self._process.stdout as lines:
            for line in lines:
                try:
                    self._take(dict(json.loads(line)))
                except (ValueError, TypeError, LookupError, RecursionError):
                    # Whose answer that was cannot be told: nothing more it says is believed.
                    self._process.kill()
                    self._end(_gone(f"{line[:60]!r}"))
                    break
        self._end(_gone(f"exit code {self._process.wait()}"))
        if self._told is not None:
            self._told(None)

    def _take(self, answer: dict[str, Any]) -> None:
        """Give an answer to whoever waits for it, and what was not asked for to whoever is told."""
        if "id" not in answer:
            if self._told is None:
                raise LookupError
            self._told(answer)
            return
        answers = {tuple(args): _answer(one) for args, one in answer["answers"]}
        with self._lock:
            _, answered = self._waiting.pop(answer["id"])
        answered(answers)

    def _end(self, why: Unobservable) -> None:
        with self._lock:
            self._ended = self._ended or why
            left, self._waiting = list(self._waiting.values()), {}
        for wanted, answered in left:
            answered(dict.fromkeys(wanted, why))


def _started(module: str) -> subprocess.Popen[bytes]:
    import subprocess  # of those who had none made of themselves

    path = [os.path.abspath(folder) for folder in sys.path]
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(path=path, module=module)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for the tool; the process ends when its input does.
        start_new_session=True,
    )


def _gone(why: str) -> Unobservable:
    return Unobservable("failed", text("the process that looks at libvirt has ended: {error}", error=why))


def plain(answer: Any) -> dict[str, Any]:
    """An answer, or the reason why there is none, as JSON; :func:`_answer` reads it back."""
    if not isinstance(answer, Unobservable):
        return {"value": answer}
    return {"reason": answer.reason, "message": _plain_text(answer.message), "fix": answer.fix}


def _answer(found: dict[str, Any]) -> Any:
    if "value" in found:
        return found["value"]
    return Unobservable(found["reason"], _text(found["message"]), tuple(found["fix"]))


def _plain_text(message: Text) -> list[Any]:
    values = {name: _plain_text(v) if isinstance(v, Text) else v for name, v in message.values.items()}
    return [message.message, values]


def _text(found: list[Any]) -> Text:
    message, values = found
    return Text(message, {name: _text(v) if isinstance(v, list) else v for name, v in values.items()})


_begun: Aside | None = None


def begin(process: Forked | None = None) -> None:
    """Begin the process before anybody asks, so that it loads while the tool does.

    :param process: one that is there already.
    """
    global _begun  # noqa: PLW0603 - the one process that waits to be taken
    if _begun is None:
        _begun = Aside(process=process)


def take() -> Aside:
    """The process that was begun, or a new one."""
    global _begun
    taken, _begun = _begun or Aside(), None
    return taken
