"""A machine as it was recorded: nothing of the live one, and no local state, is ever used."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from tutor.dataclass import dataclass, field
from tutor.errors import UsageError
from tutor.host.question import Observation, Question, Unobservable
from tutor.text import Text, text

T = TypeVar("T")

SCHEMA = 1

#: Bytes of the largest recording: a whole course is some ten kilobytes, and parsing takes up to
#: thirty times as much memory as there is text.
LARGEST = 8 * 1024 * 1024

_TIP = text("Make one with: tutor check --record FILE")


@dataclass(frozen=True, slots=True)
class Recording:
    """What ``--record`` stores: whose machine, when, with which numbers, and all that was seen."""

    user: str
    started: str
    course: Mapping[str, str]
    variables: Mapping[str, str | int]
    observations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class RecordedHost:
    """Answers from a recording; what was not recorded is unknown."""

    def __init__(self, recording: Recording) -> None:
        self._observations = recording.observations
        self._answers: dict[tuple[Question[Any], Any], Any] = {}
        self._marks: dict[str, bytes] = {}

    def ask(self, question: Question[T]) -> T:
        """See :class:`tutor.host.host.Host`.

        :raises Unobservable: also ``not-recorded``, and ``malformed`` where the recorded answer
            has not the shape that the question's answers have.
        """
        known = (question, question.type)  # an answer is held to the shape that is asked for
        if known not in self._answers:  # a failure is read anew: few ask for it twice
            self._answers[known] = self._read(question)
        answer: T = self._answers[known]
        return answer

    def mark(self, question: Question[Any]) -> bytes:
        """What tells the recorded answer, or the reason why there is none, from every other one."""
        mark = self._marks.get(question.key)
        if mark is None:
            mark = self._marks[question.key] = _mark(self._observations.get(question.key))
        return mark

    def _read(self, question: Question[T]) -> T:
        found = self._observations.get(question.key)
        if found is None:
            raise Unobservable("not-recorded", text("{question} was not recorded", question=question.key))
        if found.get("failure") is not None:
            raise failure_of(question.key, found["failure"])
        if "value" not in found:  # None is an answer: nothing is not
            raise _malformed(question.key, text("it has no value"))
        return _held_to_shape(question, found["value"])


def write(recording: Recording, observations: Iterable[Observation], tool_version: str) -> bytes:
    """The recording as a JSON document.

    :raises UsageError: when it is larger than what :func:`load` reads.
    """
    document = as_document(recording, observations, tool_version)
    content = json.dumps(document, indent=1, ensure_ascii=True).encode() + b"\n"
    if len(content) > LARGEST:
        raise UsageError(
            text("what was seen is more than a recording can hold ({limit} MiB)", limit=LARGEST // 2**20),
            text("Look for a start-up file or settings of yours that have grown very large."),
        )
    return content


def as_document(
    recording: Recording, observations: Iterable[Observation], tool_version: str
) -> dict[str, Any]:
    """The recording as plain JSON-able values, its observations by their key, sorted."""
    seen = {observation.key: _plain(observation) for observation in observations}
    return {
        "recording": "libvirt-tutor",
        "schema": SCHEMA,
        "tool": tool_version,
        "user": recording.user,
        "started": recording.started,
        "course": dict(recording.course),
        "variables": dict(recording.variables),
        "observations": dict(sorted(seen.items())),
    }


def load(path: str) -> Recording:
    """Read a recording.

    :raises UsageError: when it cannot be read, is too large, or is no recording of this schema.
    """
    content = _content(path)
    try:
        document = json.loads(content)
    except RecursionError:
        raise _refused(path, text("it is nested too deeply")) from None
    except ValueError as error:
        where = f"{path}:{getattr(error, 'lineno', 1)}"
        raise UsageError(
            text("{where}: not a recording: it is no JSON, or cut off", where=where), _TIP
        ) from None
    if not isinstance(document, dict) or document.get("recording") != "libvirt-tutor":
        raise _refused(path, text("it was not made by tutor check --record"))
    schema = document.get("schema")
    if schema != SCHEMA or type(schema) is not int:
        shown = str(schema)[:20]
        raise _refused(
            path, text("it has schema {schema}, and this tutor reads {known}", schema=shown, known=SCHEMA)
        )
    return _shaped(path, document)


def _content(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _refused(path, text("it is not a regular file"))
            content = file.read(LARGEST + 1) if status.st_size <= LARGEST else None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(text("{path} cannot be read: {error}", path=path, error=why), _TIP) from None
    if content is None or len(content) > LARGEST:
        raise _refused(path, text("it is larger than {limit} MiB", limit=LARGEST // 2**20))
    return content


def _refused(path: str, why: Text) -> UsageError:
    return UsageError(text("{path}: not a recording that can be used: {why}", path=path, why=why), _TIP)


def _shaped(path: str, document: Mapping[str, Any]) -> Recording:
    import msgspec

    try:
        recording = Recording(
            msgspec.convert(document.get("user"), str),
            msgspec.convert(document.get("started"), str),
            msgspec.convert(document.get("course"), dict[str, str]),
            msgspec.convert(document.get("variables"), dict[str, str | int]),
            msgspec.convert(document.get("observations"), dict[str, dict[str, Any]]),
        )
        datetime.fromisoformat(recording.started)
    except ValueError as error:  # msgspec.ValidationError is one
        raise _refused(path, text("{error}", error=str(error)[:200])) from None
    return recording


def _mark(observation: Mapping[str, Any] | None) -> bytes:
    """The canonical spelling, or its digest; not of when and how it was observed, which no check is told."""
    import hashlib

    import msgspec

    if observation is None:
        return b""
    seen = {name: observation[name] for name in ("value", "failure") if name in observation}
    spelt = msgspec.json.encode(seen, order="sorted")
    return spelt if len(spelt) <= hashlib.blake2b.MAX_DIGEST_SIZE else hashlib.blake2b(spelt).digest()


def _held_to_shape(question: Question[T], value: Any) -> T:
    import msgspec

    try:
        return msgspec.convert(value, question.type, strict=True)
    except (ValueError, RecursionError) as error:  # msgspec's own are ValueErrors
        raise _malformed(question.key, text("{error}", error=str(error))) from None


def _malformed(key: str, why: Text) -> Unobservable:
    return Unobservable(
        "malformed", text("the recorded answer to {question} is malformed: {error}", question=key, error=why)
    )


def failure_of(key: str, found: Any) -> Unobservable:
    """The recorded reason why there is no answer, with the texts in it."""
    import msgspec

    try:
        reason = msgspec.convert(found["reason"], str)
        return Unobservable(reason, _text(found), tuple(msgspec.convert(found["fix"], list[str])))
    except (KeyError, TypeError, ValueError, RecursionError):
        return _malformed(key, text("the reason why there is none cannot be read"))


def _text(found: Any) -> Text:
    """A text as :func:`_plain_text` wrote it; a value may be a text itself."""
    import msgspec

    values = msgspec.convert(found["values"], dict[str, str | int | dict[str, Any]])
    return Text(
        msgspec.convert(found["message"], str),
        {name: _text(value) if isinstance(value, dict) else value for name, value in values.items()},
    )


def _plain(observation: Observation) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "by": observation.by,
        "when": round(observation.when, 3),
        "duration": round(observation.duration, 4),
    }
    if observation.failure is None:
        return {**plain, "value": observation.value}
    failure = observation.failure
    return {
        **plain,
        "failure": {"reason": failure.reason, "fix": list(failure.fix), **_plain_text(failure.message)},
    }


def _plain_text(message: Text) -> dict[str, Any]:
    values = {name: _plain_text(v) if isinstance(v, Text) else v for name, v in message.values.items()}
    return {"message": message.message, "values": values}
