"""One hand-in: read, verified, judged again, and made a record of. What a worker process does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import msgspec

from tutor.course.records import Course
from tutor.dataclass import dataclass
from tutor.grading.outcome import summary
from tutor.grading.verdict import Grade, StepResult, Verdict
from tutor.handin.chain import chain
from tutor.handin.format import HandIn as Given
from tutor.handin.judge import differences, other_numbers
from tutor.handin.memo import Judge
from tutor.handin.read import Refusal, read
from tutor.handin.verify import Verifier
from tutor.host.cpu import container, cpu
from tutor.host.question import Unobservable
from tutor.host.recorded import RecordedHost
from tutor.report.doubts import clock_doubts, contradictions
from tutor.report.hand_in import (
    Break,
    Chain,
    Check,
    Difference,
    Environment,
    HandIn,
    OtherNumber,
    Signature,
    Source,
    Step,
)
from tutor.report.progress import History, history
from tutor.report.record import Record
from tutor.report.traces import Traces, traces
from tutor.text import Text, Translate

#: Characters of a text that a report keeps.
LONGEST = 1000
#: Breaks of a chain that are told one by one.
MOST_BREAKS = 20
#: Verdicts that are remembered with their records.
MOST_TOLD = 4096
#: Bytes of a line's digest that tell it from all others of a class.
DIGEST_BYTES = 8

NOWHERE = Source("", "")


@dataclass(frozen=True, slots=True)
class Tools:
    """What judging needs, made once in a process. ``course`` has the instructor's numbers and points."""

    course: Course
    judge: Judge
    say: Sayer
    verifier: Verifier


class Who(Record, frozen=True):
    """Who a hand-in says that it is of."""

    name: str | None
    email: str | None
    id: str | None
    pseudonym: str | None


class Judged(Record, frozen=True):
    """A hand-in, judged, without what its file's place and the deadline make of it.

    ``journal`` holds the first :data:`DIGEST_BYTES` of each line's digest, ``moments`` the time of each line
    or an empty text; ``clock`` and ``contradictions`` are doubts.
    """

    hand_in: HandIn
    who: Who
    traces: Traces
    journal: bytes
    moments: tuple[str, ...]
    clock: tuple[str, ...]
    contradictions: tuple[str, ...]


def judged(content: bytes | str, tools: Tools) -> Judged | Refusal:
    """The record of the hand-in that these bytes are, or that lies at this path; the reason if it is none."""
    given = read(content)
    if isinstance(given, Refusal):
        return given
    host = RecordedHost(given.recording)
    grade = tools.judge.grade(given, host)
    told, say = history(given.journal, tools.course), tools.say
    digests = [hashlib.sha256(line).digest()[:DIGEST_BYTES] for line in given.journal]
    times = dict(told.times)
    student = given.payload.student
    return Judged(
        _record(given, grade, host, tools, told),
        Who(student.name, student.email, student.id, student.pseudonym),
        traces(given.payload.recording.observations),
        b"".join(digests),
        tuple(times.get(number, "") for number in range(1, len(digests) + 1)),
        tuple(say.all(clock_doubts(given, told))),
        tuple(say.all(contradictions(given, told))),
    )


class Sayer:
    """What was found, as a report tells it.

    That is in the language of the run, of bounded length, and such that every parser of JSON reads it. What
    was told before is not put together again.
    """

    def __init__(self, translate: Translate) -> None:
        self._translate = translate
        self._told: dict[int, tuple[Verdict, Check]] = {}

    def __call__(self, message: Text | None) -> str | None:
        """The text, where there is one."""
        if message is None or not message.message:
            return None
        return _sound(message.render(self._translate))

    def all(self, messages: Iterable[Text]) -> Iterable[str]:
        """Every one of them."""
        return (_sound(message.render(self._translate)) for message in messages)

    def step(self, result: StepResult) -> Step:
        """A step and its checks."""
        checks = tuple(map(self._check, result.verdicts))
        return Step(result.step.id, result.status.value, result.points, checks)

    def _check(self, verdict: Verdict) -> Check:
        known = self._told.get(id(verdict))  # the verdict is kept with it, so that no other gets its identity
        if known is None:
            if len(self._told) >= MOST_TOLD:
                self._told.clear()
            known = self._told[id(verdict)] = verdict, self._as_record(verdict)
        return known[1]

    def _as_record(self, verdict: Verdict) -> Check:
        finding = verdict.finding
        return Check(
            verdict.spec.id,
            finding.status.value,
            finding.code,
            self(finding.expected),
            self(finding.observed),
            self(finding.note),
            verdict.blocked_by,
            verdict.evidence,
        )


def _sound(said: str) -> str:
    if len(said) > LONGEST:
        said = said[:LONGEST] + " ..."
    return said if said.isascii() else said.encode("utf-8", "backslashreplace").decode()


def _record(given: Given, grade: Grade, host: RecordedHost, tools: Tools, told: History) -> HandIn:
    payload, total, say = given.payload, summary(grade), tools.say
    return HandIn(
        source=NOWHERE,
        digest=given.digest,
        made=payload.made,
        started=payload.recording.started,
        user=payload.recording.user,
        tool=payload.tool,
        course=payload.course.id,
        course_version=payload.course.version,
        same_course=payload.course.digest == tools.course.digest,
        late=None,
        late_by=None,
        signature=_signature(given, tools.verifier, say),
        chain=_chain(given, say),
        environment=_environment(grade, host),
        claimed_points=payload.claim.summary.points,
        claimed_max_points=payload.claim.summary.max_points,
        points=total.points,
        max_points=total.max_points,
        undecided=tuple(result.step.id for result in grade.steps if _is_undecided(result)),
        differences=tuple(Difference(one.id, one.claimed, one.judged) for one in differences(given, grade)),
        other_numbers=tuple(
            OtherNumber(name, str(theirs)[:LONGEST], str(ours))
            for name, (theirs, ours) in other_numbers(given, tools.course).items()
        ),
        steps=tuple(say.step(result) for result in grade.steps),
        timeline=tuple(told.timeline),
        attempts=tuple(told.attempts),
    )


def _is_undecided(result: StepResult) -> bool:
    return result.points is None and not result.step.optional


def _signature(given: Given, verifier: Verifier, say: Sayer) -> Signature:
    found = verifier.verify(given)
    return Signature(found.state, found.key_type, found.fingerprint, found.principal, say(found.reason))


def _chain(given: Given, say: Sayer) -> Chain:
    found = chain(given)
    breaks = tuple(Break(one.line, one.code, say(one.what) or "") for one in found.breaks[:MOST_BREAKS])
    return Chain(found.lines, found.left_out, len(found.breaks), breaks, found.head)


def _environment(grade: Grade, host: RecordedHost) -> Environment:
    facts = grade.host
    return Environment(
        facts.os,
        facts.kernel,
        facts.libvirt,
        facts.qemu,
        facts.kvm,
        facts.firewall,
        _virtualization(host),
    )


def _virtualization(host: RecordedHost) -> str | None:
    """What the machine itself is: none is metal."""
    try:
        if host.ask(container()) is not None:
            return "container"
        return "vm" if "hypervisor" in host.ask(cpu())["flags"] else "none"
    except Unobservable:
        return None


ENCODER = msgspec.msgpack.Encoder()
DECODER = msgspec.msgpack.Decoder(Judged)
Factory = Callable[[], Tools]
