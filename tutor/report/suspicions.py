"""What a teacher may want to look into: the same machine, identities or journal in two students' hand-ins.

Each is worded as a suspicion, with what was seen. There are innocent reasons for all of them: docs/report.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from tutor.report.findings import Suspicion
from tutor.report.hand_in import Source
from tutor.report.judging import DIGEST_BYTES, Judged
from tutor.report.people import Owner
from tutor.report.roster import Roster
from tutor.report.sources import tellable
from tutor.report.traces import Trace, Traces
from tutor.text import Text, text

#: Times that the lines which two journals share must span: one line, or two, can be the same by chance.
ENOUGH_TIMES = 3
#: Students on a cloned machine from whom it can be told what was on it before it was cloned.
ENOUGH_CLONES = 3
MOST_EVIDENCE = 20

One = tuple[str, Source, Judged]
Say = Callable[[Text], str]

_SAME_MACHINE = text("These hand-ins were made on the same machine, or on copies of it.")
_SHARED = {
    "shared-uuid": text(
        "These students have guests or networks with the same uuid, which libvirt makes up anew."
    ),
    "shared-mac": text("These students have network cards or bridges with the same MAC address."),
    "shared-disk": text("These students have the same disk, or copies of one."),
}
_SHARED_JOURNAL = text(
    "The journals of these students begin with the same lines: one is a copy of the other."
)


def suspicions(
    owners: Sequence[Owner],
    *,
    roster: Roster | None,
    cloned: Collection[str],
    given: Collection[str],
    say: Say,
) -> tuple[Suspicion, ...]:
    """Everything that looks odd, in all hand-ins, those that do not count included.

    :param cloned: machine ids of images that the class was given.
    :param given: MAC addresses that the course itself hands out.
    """
    all_ = [(owner.key, source, one) for owner in owners for source, one in owner.judged]
    return (
        *_same_machine(all_, cloned, say),
        *_shared_traces(all_, cloned, given, say),
        *_shared_journals(all_, cloned, say),
        *_forked_journals(owners, say),
        *_same_hand_in(all_, say),
        *(_other_people(owners, roster, say) if roster else ()),
        *_own_doubts(all_, say),
    )


def _same_machine(all_: Sequence[One], cloned: Collection[str], say: Say) -> Iterator[Suspicion]:
    groups = defaultdict[str, dict[str, None]](dict)
    for key, _, one in all_:
        machine = one.traces.machine
        if machine is not None and machine not in cloned:
            groups[machine][key] = None
    for machine, keys in groups.items():
        if len(keys) > 1:
            evidence = say(text("machine id: {id}", id=machine))
            yield Suspicion("same-machine", tuple(keys), say(_SAME_MACHINE), (evidence,))


def _shared_traces(
    all_: Sequence[One], cloned: Collection[str], given: Collection[str], say: Say
) -> Iterator[Suspicion]:
    of_image = _of_images(all_, cloned)
    kinds: dict[str, Callable[[Traces], tuple[Trace, ...]]] = {
        "shared-uuid": lambda traces: traces.uuids,
        "shared-mac": lambda traces: traces.macs,
        "shared-disk": lambda traces: traces.disks,
    }
    for kind, traces_of in kinds.items():
        groups = defaultdict[str, dict[str, str]](dict)
        for key, _, one in all_:
            for trace in traces_of(one.traces):
                if trace.value in given or _is_of_image(trace, one, cloned, of_image):
                    continue
                groups[trace.value].setdefault(key, trace.what)
        yield from _merged(kind, groups, say)


def _merged(kind: str, groups: Mapping[str, Mapping[str, str]], say: Say) -> Iterator[Suspicion]:
    """One suspicion for each set of students, whatever number of values they share."""
    by_students = defaultdict[tuple[str, ...], list[str]](list)
    for value, whose in groups.items():
        if len(whose) > 1:
            what = " / ".join(dict.fromkeys(whose.values()))
            by_students[tuple(sorted(whose))].append(f"{value} ({what[:200]})")
    for keys, evidence in by_students.items():
        yield Suspicion(kind, keys, say(_SHARED[kind]), _cut(evidence, say))


def _of_images(all_: Sequence[One], cloned: Collection[str]) -> dict[str, set[str]]:
    """What all students on a cloned machine have was there before it was cloned."""
    of_machine = defaultdict[str, dict[str, set[str]]](dict)
    for key, _, one in all_:
        if one.traces.machine in cloned:
            values = {trace.value for trace in (*one.traces.uuids, *one.traces.macs, *one.traces.disks)}
            of_machine[one.traces.machine or ""].setdefault(key, set()).update(values)
    return {
        machine: set.intersection(*students.values())
        for machine, students in of_machine.items()
        if len(students) >= ENOUGH_CLONES
    }


def _is_of_image(
    trace: Trace, one: Judged, cloned: Collection[str], of_image: Mapping[str, set[str]]
) -> bool:
    machine = one.traces.machine
    if machine not in cloned:
        return False
    # A new installation of libvirt makes that network, long before a student comes.
    return trace.what == "network default" or trace.value in of_image.get(machine or "", ())


def _shared_journals(all_: Sequence[One], cloned: Collection[str], say: Say) -> Iterator[Suspicion]:
    """Two journals that share a line share all before it, since each line names the one before.

    So it is enough to compare the line of each where the third time begins.
    """
    groups = defaultdict[bytes, dict[str, Judged]](dict)
    for key, _, one in all_:
        for mark in {_mark(one), one.journal[-DIGEST_BYTES:] if _times(one) >= ENOUGH_TIMES else b""} - {b""}:
            groups[mark].setdefault(key, one)
    told = set[frozenset[str]]()
    for whose in sorted(groups.values(), key=len, reverse=True):
        keys = frozenset(whose)
        if len(keys) < 2 or any(keys <= known for known in told):  # noqa: PLR2004 - two students
            continue
        if len(keys) >= ENOUGH_CLONES and all(one.traces.machine in cloned for one in whose.values()):
            whose = _beyond_the_image(whose)  # noqa: PLW2901 - those that share more than the image's own
            if len(whose) < 2:  # noqa: PLR2004
                continue
        told.add(frozenset(whose))
        yield Suspicion("shared-journal", tuple(whose), say(_SHARED_JOURNAL), tuple(_forks(whose, say)))


def _beyond_the_image(whose: Mapping[str, Judged]) -> dict[str, Judged]:
    """Of students on a cloned machine, those whose journals share lines that not all of them have."""
    common = min(_common(next(iter(whose.values())), one) for one in whose.values())
    groups = defaultdict[bytes, dict[str, Judged]](dict)
    for key, one in whose.items():
        place = (common + ENOUGH_TIMES - 1) * DIGEST_BYTES
        mark = one.journal[place : place + DIGEST_BYTES]
        if mark:
            groups[mark][key] = one
    return max((group for group in groups.values() if len(group) > 1), key=len, default={})


def _mark(one: Judged) -> bytes:
    """The digest of the line where the third time of a journal begins; empty where it has fewer."""
    seen = set[str]()
    for place, time in enumerate(one.moments):
        seen.add(time)
        if len(seen) == ENOUGH_TIMES:
            return one.journal[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]
    return b""


def _times(one: Judged) -> int:
    return len(set(one.moments))


def _common(first: Judged, second: Judged) -> int:
    """How many lines two journals have in common at their beginning."""
    one, other = first.journal, second.journal
    low, high = 0, min(len(one), len(other)) // DIGEST_BYTES
    while low < high:  # the chain: what is the same here was the same all the way
        middle = (low + high + 1) // 2
        same = one[: middle * DIGEST_BYTES] == other[: middle * DIGEST_BYTES]
        low, high = (middle, high) if same else (low, middle - 1)
    return low


def _forks(whose: Mapping[str, Judged], say: Say) -> Iterator[str]:
    """For each but the first, how much it shares with the first, and up to when."""
    (first_key, first), *others = whose.items()
    for key, one in others[:MOST_EVIDENCE]:
        count = _common(first, one)
        sizes = len(first.moments), len(one.moments)
        if count == 0:
            yield say(text("{first} and {second}: the same last line", first=first_key, second=key))
        elif sizes == (count, count):
            yield say(
                text("{first} and {second}: all {count} lines", first=first_key, second=key, count=count)
            )
        else:
            yield say(
                text(
                    "{first} and {second}: the first {count} lines of {one} and {other}, up to {time}",
                    first=first_key,
                    second=key,
                    count=count,
                    one=sizes[0],
                    other=sizes[1],
                    time=first.moments[count - 1],
                )
            )


def _forked_journals(owners: Iterable[Owner], say: Say) -> Iterator[Suspicion]:
    """Of one student: a later journal that does not go on where an earlier one ended, but before that."""
    for owner in owners:
        found = sorted(owner.judged, key=lambda one: datetime.fromisoformat(one[1].hand_in.made))
        named = [(tellable(source.name), one) for source, one in found]
        evidence = [
            line
            for (name, one), (other_name, other) in pairwise(named)
            if 0 < _common(one, other) < min(len(one.moments), len(other.moments))
            for line in _forks({name: one, other_name: other}, say)
        ]
        if evidence:
            sentence = text("Two journals of this student begin alike and then part: one was set back.")
            yield Suspicion("forked-journal", (owner.key,), say(sentence), _cut(evidence, say))


def _same_hand_in(all_: Sequence[One], say: Say) -> Iterator[Suspicion]:
    """One file that more than one account of the learning platform handed in."""
    groups = defaultdict[str, dict[str, tuple[str, str]]](dict)
    for key, source, one in all_:
        if source.account:
            groups[one.hand_in.digest].setdefault(
                f"{source.platform} {source.account}", (key, tellable(source.name))
            )
    for accounts in groups.values():
        if len(accounts) > 1:
            keys = tuple(dict.fromkeys(key for key, _ in accounts.values()))
            sentence = text("The very same hand-in came from more than one account of the learning platform.")
            yield Suspicion("same-hand-in", keys, say(sentence), _cut([n for _, n in accounts.values()], say))


def _other_people(owners: Iterable[Owner], roster: Roster, say: Say) -> Iterator[Suspicion]:
    """A hand-in of one that another signed, or that came from another's account."""
    for owner in owners:
        for source, one in owner.judged:
            signature = one.hand_in.signature
            signer = roster.signer(signature.principal) if signature.state == "valid" else None
            if signer is not None and signer is not owner.person:
                sentence = text("It was signed with the key of somebody else on the roster.")
                whose = say(
                    text(
                        "{source}: signed by {signer}",
                        source=tellable(source.name),
                        signer=signature.principal or "",
                    )
                )
                yield Suspicion("other-signer", (owner.key,), say(sentence), (whose,))
            holder = roster.account(source.platform, source.account)
            if holder is not None and holder is not owner.person:
                sentence = text("It came from the account of somebody else on the roster.")
                whose = say(
                    text(
                        "{source}: account of {holder}",
                        source=tellable(source.name),
                        holder=holder.name or holder.id,
                    )
                )
                yield Suspicion("other-account", (owner.key,), say(sentence), (whose,))


def _own_doubts(all_: Sequence[One], say: Say) -> Iterator[Suspicion]:
    """What is odd in a hand-in by itself."""
    for key, source, one in all_:
        chain, signature = one.hand_in.chain, one.hand_in.signature
        for kind, sentence, doubts in (
            (
                "changed",
                text("It is not what was signed, and does not count."),
                (signature.reason or "",) if signature.state == "invalid" else (),
            ),
            ("clock-backwards", text("Its clock ran backwards."), one.clock),
            ("contradiction", text("What was observed contradicts itself."), one.contradictions),
            (
                "broken-chain",
                text("Its journal is not what the tool wrote: lines were changed, or taken away or put in."),
                tuple(each.what for each in chain.breaks if each.code != "torn"),
            ),
        ):
            if doubts:
                evidence = [f"{tellable(source.name)}: {doubt}" for doubt in dict.fromkeys(doubts)]
                yield Suspicion(kind, (key,), say(sentence), _cut(evidence, say))


def _cut(evidence: Sequence[str], say: Say) -> tuple[str, ...]:
    more = len(evidence) - MOST_EVIDENCE
    shown = tuple(evidence[:MOST_EVIDENCE])
    return shown if more <= 0 else (*shown, say(text("and {count} more", count=more)))
