"""Programs of this host: run one, and look at or end what it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import UserError
from tutor.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class MachineError(UserError):
    """A student machine cannot be built, booted or used.

    :param what: the sentence; a plain string is for developers alone, and is not translated.
    """

    def __init__(self, what: Text | str, tip: Text | None = None) -> None:
        super().__init__(Text(what) if isinstance(what, str) else what, tip)

    def __str__(self) -> str:
        """The sentence and the next step, in English."""
        said = self.what.render(str)
        return said if self.tip is None else f"{said}: {self.tip.render(str)}"


class CommandError(MachineError):
    """A command failed that had to succeed, or did not end in time.

    :param output: the last lines of what it printed.
    """

    def __init__(self, what: Text, output: str = "") -> None:
        super().__init__(what)
        self.output = output

    def __str__(self) -> str:
        """The sentence, and what the command printed."""
        said = super().__str__()
        return f"{said}:\n{self.output}" if self.output else said


def host_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a small, constant environment with ``extra`` on top: the caller's own must not leak in."""
    return {"PATH": SEARCH_PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **(extra or {})}


def call(argv: Sequence[str], *, timeout: float, env: Mapping[str, str] | None = None) -> str:
    """Run ``argv`` and return its output, standard error included.

    :param timeout: seconds.
    :raises CommandError: it cannot be run, fails, or takes longer.
    """
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            env=host_environment(env),
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(took_longer(argv[0], timeout), last_lines(error.output)) from error
    except OSError as error:
        what = text("{program} cannot be run: {error}", program=argv[0], error=error.strerror or str(error))
        raise CommandError(what) from error
    if done.returncode != 0:
        raise CommandError(ended_with(argv[0], done.returncode), last_lines(done.stdout))
    return done.stdout


def communicate(
    argv: Sequence[str],
    name: str,
    *,
    data: bytes | None = None,
    timeout: float = 60,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run ``argv`` in a nearly empty environment; both its streams are kept apart.

    :param name: what an error calls it.
    :param data: standard input; none is the end of the file at once.
    :param timeout: seconds; then the command and everything below it is killed.
    :raises CommandError: it took longer, with what it had printed.
    """
    with subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=host_environment(env),
    ) as process:
        try:
            out, err = process.communicate(data, timeout)
        except subprocess.TimeoutExpired as error:
            raise CommandError(took_longer(name, timeout), _abandon(process)) from error
        return subprocess.CompletedProcess(argv, process.returncode, out, err)


def took_longer(command: str, seconds: float) -> Text:
    """The sentence for a command that was ended for taking too long."""
    return text("`{command}` took longer than {seconds} s", command=command, seconds=f"{seconds:g}")


def ended_with(command: str, code: int) -> Text:
    """The sentence for a command that failed."""
    return text("`{command}` ended with {code}", command=command, code=code)


def last_lines(output: str | bytes | None, count: int = 20) -> str:
    """Return the last ``count`` lines of what a program printed."""
    text = output.decode(errors="replace") if isinstance(output, bytes) else output or ""
    return "\n".join(text.splitlines()[-count:])


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` is the parent of; none when it is gone (proc(5))."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes below ``pid``, parents first."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def program_name(pid: int) -> str:
    """Return the name of what ``pid`` runs, or nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def kill(pids: Sequence[int]) -> None:
    """End these processes at once; those already gone are no error."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _abandon(process: subprocess.Popen[bytes]) -> str:
    """Kill a command and all it started; return what it had printed."""
    kill([*descendants(process.pid), process.pid])
    try:
        out, err = process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        # Something that left the family still holds the pipe.
        return ""
    return last_lines(out + err)
