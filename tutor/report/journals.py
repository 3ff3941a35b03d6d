"""Journals that have lines in common: one student's with another's, or two of one student's that part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from tutor.report.evidence import ENOUGH_CLONES, MOST_EVIDENCE, One, Say, cut
from tutor.report.findings import Suspicion
from tutor.report.judging import DIGEST_BYTES, Judged
from tutor.report.people import Owner
from tutor.report.sources import tellable
from tutor.text import text

#: Times that the lines which two journals share must span: one line, or two, can be the same by chance.
ENOUGH_TIMES = 3

_SHARED_JOURNAL = text(
    "The journals of these students begin with the same lines: one is a copy of the other."
)


def shared_journals(all_: Sequence[One], cloned: Collection[str], say: Say) -> Iterator[Suspicion]:
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


def forked_journals(owners: Iterable[Owner], say: Say) -> Iterator[Suspicion]:
    """Of one student: a later journal that does not go on where an earlier one ended, but before that."""
    for owner in owners:
        found = sorted(owner.judged, key=lambda one: datetime.fromisoformat(one[1].hand_in.made))
        named = [(tellable(source.name), one) for source, one in found]
        evidence = [
            line
            for (name, one), (other_name, other) in pairwise(named)
            if 0 < _common(one, other) < min(len(one.moments), len(other.moments))
            for line in _forks({name: one, other_name if other_name != name else f"{name} (2)": other}, say)
        ]
        if evidence:
            sentence = text("Two journals of this student begin alike and then part: one was set back.")
            yield Suspicion("forked-journal", (owner.key,), say(sentence), cut(evidence, say))


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
