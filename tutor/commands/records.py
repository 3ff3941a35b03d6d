"""The ends of the journal and of the log of errors, for a support report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tutor.commands.progress import ERRORS
from tutor.folders import folders
from tutor.journal.journal import Journal
from tutor.journal.line import decode
from tutor.journal.scan import backwards
from tutor.journal.verify import verify

_LAST_EVENTS = 20
_LAST_LINES = 60
_LOG_BYTES = 32 * 1024


def journal_lines() -> Iterator[str]:
    """The last events, the newest last: kinds, times and statuses; no answers, and nothing remembered.

    :raises JournalError: when the journal cannot be read.
    """
    path = Journal.of(os.environ).path
    lines = [line for line in islice(backwards(path, b""), _LAST_EVENTS + 1) if line]
    yield from (_event(line) for line in reversed(lines[:_LAST_EVENTS]))
    breaks = verify(path)
    yield f"breaks: {len(breaks)}"
    yield from (f"line {each.line}: {each.code}" for each in breaks[-_LAST_EVENTS:])


def errors_log() -> Iterator[str]:
    """The last lines of the log.

    :raises NoHomeError: when there is no place for it.
    """
    path = os.path.join(folders(os.environ).state, ERRORS)
    try:
        # Not blocking, in case something else than a file lies there.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError as error:
        yield error.strerror or str(error)
        return
    with os.fdopen(descriptor, "rb") as file:
        file.seek(max(0, os.fstat(descriptor).st_size - _LOG_BYTES))
        content = file.read(_LOG_BYTES).decode(errors="backslashreplace")
    yield from content.splitlines()[-_LAST_LINES:]


def _event(line: bytes) -> str:
    entry = decode(line)
    if entry is None:
        return f"(damaged, {len(line)} bytes)"
    return " ".join([entry.time, entry.kind, *_told(entry.kind, entry.data)])


def _told(kind: str, data: Any) -> Iterator[str]:
    """What may be said of an event; of kinds that are not known here, that there was one."""
    if kind == "check":
        steps = [step for step in data.get("steps", ()) if isinstance(step, dict)]
        counts = Counter(str(step.get("status")) for step in steps)
        yield ", ".join(f"{status} {count}" for status, count in sorted(counts.items()))
        yield from (str(step.get("id")) for step in steps[:1] if len(steps) == 1)
    elif kind == "answer":
        yield f"{data.get('step')}/{data.get('question')}"
