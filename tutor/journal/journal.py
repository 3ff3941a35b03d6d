"""What happened and when: check runs, answers, remembered observations and the walk; append-only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

from tutor.folders import NoHomeError, folders
from tutor.journal.errors import JournalError, explained
from tutor.journal.events import (
    answer_event,
    course_of,
    read_answer,
    read_course,
    read_position,
    read_remembered,
    read_skip,
    remembered_event,
)
from tutor.journal.line import GENESIS, decode, encode, opening, utc_now
from tutor.journal.scan import backwards, forwards
from tutor.journal.storage import extend, find_tail, open_to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from tutor.folders import StrPath
    from tutor.journal.line import Entry, Event, Kind

T = TypeVar("T")

FILE_NAME = "journal.jsonl"
LOCK_WAIT = 2.0
"""How long an append waits for other terminals, in seconds."""


class Journal:
    """The journal at one path. Nothing is opened or created before the first call that needs it.

    Every method raises JournalError when the file cannot be used; one that is missing is empty.

    :param clock: the time as ISO 8601 in UTC.
    :param wait: how long an append waits for other writers, in seconds.
    """

    def __init__(self, path: StrPath, *, clock: Callable[[], str] = utc_now, wait: float = LOCK_WAIT) -> None:
        self._file = path
        self._clock = clock
        self._wait = wait

    @property
    def path(self) -> Path:
        """Where it is."""
        from pathlib import Path

        return Path(self._file)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Journal:
        """The journal of the user that the environment describes.

        :raises JournalError: when there is no home to keep it in.
        """
        try:
            return cls(os.path.join(folders(environ).state, FILE_NAME))
        except NoHomeError as error:
            tip = error.tip or error.what
            raise JournalError("no-home", error.what, tip) from error

    def append(self, kind: Kind, payload: Mapping[str, Any]) -> None:
        """Add one event; when this returns, it is on the disk."""
        self.append_all([(kind, payload)])

    def append_all(self, events: Iterable[Event]) -> None:
        """Add several events in one write: all of them, or none when that fails."""
        batch = list(events)
        if batch:
            extend(self._file, batch, self._clock, self._wait)

    def answer(self, step: str, question: str, options: Iterable[str]) -> None:
        """Add a quiz answer; the latest one counts."""
        self.append_all([answer_event(step, question, options)])

    def remember(self, seen: Mapping[str, Any]) -> None:
        """Add those observations that are not remembered yet, or with another value."""
        known = {key: encode(value) for key, value in self.remembered().items()} if seen else {}
        new = [key for key, value in seen.items() if known.get(key) != encode(value)]
        self.append_all(remembered_event(key, seen[key]) for key in new)

    def answers(self) -> dict[str, dict[str, list[str]]]:
        """The chosen option ids by step and question; the latest answer of each."""
        found: dict[str, dict[str, list[str]]] = {}
        for step, question, options in self._latest("answer", b',"options":', read_answer):
            found.setdefault(step, {})[question] = options
        return found

    def remembered(self) -> dict[str, Any]:
        """The remembered observations by key; the latest value of each."""
        return dict(self._latest("remembered", b',"value":', read_remembered))

    def positions(self, course: str) -> list[str]:
        """The steps that the walk through the course with this id has been at, each at its latest place."""
        found = self._latest("position", b"}", read_position)
        return [step for where, step in found if where == course]

    def skips(self, course: str) -> dict[str, str]:
        """The steps that were passed by in the walk through that course, with the latest reason of each."""
        found = self._latest("skip", b',"reason":', read_skip)
        return {step: reason for where, step, reason in found if where == course}

    def last_check(self, course: str | None = None) -> Entry | None:
        """The latest check run, of the course with this id if one is given."""
        return next(self.checks(course), None)

    def checks(self, course: str | None = None) -> Iterator[Entry]:
        """The check runs, of the course with this id if one is given, newest first."""
        return self._about("check", course)

    def courses(self, course: str) -> Iterator[dict[str, str]]:
        """The steps of the course with this id as they were met, digests by step, newest first."""
        read = (read_course(entry.data) for entry in self._about("course", course))
        return (steps for steps in read if steps is not None)

    def entries(self, kind: Kind) -> Iterator[Entry]:
        """All events of a kind, oldest first; damaged lines are left out."""
        return (entry for line in forwards(self._file, opening(kind)) if (entry := decode(line)))

    def head(self) -> str:
        """What the next line would name as its predecessor: it stands for the whole journal so far."""
        with explained(self._file):
            fd = open_to_read(self._file)
            if fd is None:
                return GENESIS
            with os.fdopen(fd, "rb", buffering=0):
                return find_tail(fd).prev

    def _about(self, kind: Kind, course: str | None) -> Iterator[Entry]:
        for line in backwards(self._file, opening(kind)):
            entry = decode(line)
            if entry and course in {None, course_of(entry.data)}:
                yield entry

    def _latest(
        self, kind: Kind, subject_end: bytes, read: Callable[[Mapping[str, Any]], T | None]
    ) -> list[T]:
        """What ``read`` makes of the events that no later one about the same subject replaces.

        The subject is told by raw bytes, so that a long journal is not parsed for the little in it
        that still counts. Bytes cannot tell whether a line is damaged: where one that is left turns
        out to be, everything is parsed, since it may have hidden an intact one.
        """
        kept: dict[bytes, bytes] = {}
        for line in forwards(self._file, opening(kind)):
            start = line.find(b'"data":')
            subject = line[start : line.find(subject_end, start)]
            kept.pop(subject, None)  # so that the order is that of the latest
            kept[subject] = line
        entries = list(map(decode, kept.values()))
        found = [value for entry in entries if entry and (value := read(entry.data)) is not None]
        if len(found) == len(kept):
            return found
        return [value for entry in self.entries(kind) if (value := read(entry.data)) is not None]
