"""What in one hand-in does not go together: worded as a doubt, with what was seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import unescape
from typing import Any

from tutor.handin.format import HandIn
from tutor.report.progress import History
from tutor.report.traces import value_of
from tutor.text import Text, text

#: Seconds that a clock may be set back without anybody wondering: time synchronisation does that.
TOLERANCE = 60
#: Doubts of one kind that are told.
_MOST = 10

Observations = Mapping[str, Mapping[str, Any]]


def clock_doubts(handin: HandIn, told: History) -> list[Text]:
    """Where time ran backwards: in the journal, or from what was observed to the hand-in."""
    return [*_cut(_within_the_journal(told)), *_cut(_around_the_run(handin, told))]


def contradictions(handin: HandIn, told: History) -> list[Text]:
    """Observations of one run that cannot all be true."""
    seen = handin.payload.recording.observations
    doubts = [*_names(seen), *_domain_list(seen), *_groups(handin, seen)]
    if not handin.payload.journal.left_out:
        doubts += _answers(seen, told)
    return list(_cut(iter(doubts)))


def _cut(doubts: Iterator[Text]) -> Iterator[Text]:
    for _, doubt in zip(range(_MOST), doubts, strict=False):
        yield doubt


def _within_the_journal(told: History) -> Iterator[Text]:
    before: tuple[int, str] | None = None
    for number, time in told.times:
        # The spelling is one and the same, so that later is greater.
        if before is not None and time < before[1] and _seconds(before[1], time) > TOLERANCE:
            yield text(
                "line {second} of the journal is of {later}, line {first} before it of {earlier}",
                second=number,
                later=time,
                first=before[0],
                earlier=before[1],
            )
        before = (number, time)


def _around_the_run(handin: HandIn, told: History) -> Iterator[Text]:
    made, started = handin.payload.made, handin.payload.recording.started
    if _seconds(started, made) > TOLERANCE:
        yield text(
            "it was looked at {started}, and handed in before that, {made}", started=started, made=made
        )
    latest = max((time for _, time in told.times), default=None)
    if latest is not None and _seconds(latest, made) > TOLERANCE:
        yield text("its journal goes on to {latest}, after it was made, {made}", latest=latest, made=made)
    begin, end = _epoch(started) - TOLERANCE, max(_epoch(made), _epoch(started)) + TOLERANCE
    for key, observation in handin.payload.recording.observations.items():
        when = observation.get("when")
        if isinstance(when, (int, float)) and not isinstance(when, bool) and not begin <= when <= end:
            yield text("{question} was observed at another time than the run", question=key[:200])
    for key in handin.payload.recording.observations:
        if key.startswith("libvirt.snapshots["):
            yield from _snapshot_times(handin, key, end)


def _snapshot_times(handin: HandIn, key: str, end: float) -> Iterator[Text]:
    value = value_of(handin.payload.recording.observations, key)
    for one in value if isinstance(value, list) else []:
        created = one.get("created") if isinstance(one, Mapping) else None
        if isinstance(created, int) and created > end:
            yield text("a snapshot in {question} is of a time after the run", question=key[:200])
            return


def _names(seen: Observations) -> Iterator[Text]:
    """A domain or network that says another name or uuid of itself than libvirt does."""
    for key in seen:
        if key.startswith(("libvirt.domain[", "libvirt.network[")):
            value = value_of(seen, key)
            if not isinstance(value, Mapping):
                continue
            for name in ("name", "uuid"):
                for xml in ("xml", "inactive_xml"):
                    if not _says(value.get(xml), name, value.get(name)):
                        yield text(
                            "{question}: its {what} is another in its XML", question=key[:200], what=name
                        )
                        break


def _says(xml: Any, name: str, value: Any) -> bool:
    """Whether the XML has no such element, or this value in the first of them."""
    if not isinstance(xml, str) or not isinstance(value, str):
        return True
    start = xml.find(f"<{name}>")
    if start < 0:
        return True
    end = xml.find("<", start + 1)
    return unescape(xml[start + len(name) + 2 : end]) == value


def _domain_list(seen: Observations) -> Iterator[Text]:
    """A domain that is there and not in the list, or in the list and not there."""
    for key in seen:
        words = _arguments(key, "libvirt.domain[")
        if words is None or len(words) != 2:  # noqa: PLR2004 - connection and name
            continue
        listed = value_of(seen, f"libvirt.domains[{json.dumps(words[0])}]")
        observation = seen[key]
        if not isinstance(listed, list) or "value" not in observation:
            continue
        if (observation["value"] is not None) != (words[1] in listed):
            yield text("{question} does not agree with the list of domains", question=key[:200])


def _groups(handin: HandIn, seen: Observations) -> Iterator[Text]:
    user = value_of(seen, "user[]")
    if not isinstance(user, Mapping):
        return
    name, groups = user.get("name"), user.get("groups")
    if isinstance(name, str) and name != handin.payload.recording.user:
        yield text(
            "the run was {user}'s, and observed was {other}", user=handin.payload.recording.user, other=name
        )
    for key in seen:
        words = _arguments(key, "group[")
        value = value_of(seen, key)
        members = value.get("members") if isinstance(value, Mapping) else None
        if not words or not isinstance(members, list) or not isinstance(groups, list):
            continue
        if name in members and words[0] not in groups:
            yield text(
                "{group} has {user} as a member, whose groups are without it", group=words[0], user=str(name)
            )


def _answers(seen: Observations, told: History) -> Iterator[Text]:
    """Quiz answers that the whole journal does not have."""
    for key in seen:
        words = _arguments(key, "answers[")
        value = value_of(seen, key)
        if words and isinstance(value, Mapping) and value:
            journalled = told.answers.get(words[0], {})
            if any(journalled.get(question) != options for question, options in value.items()):
                yield text("the answers to {step} are not those in the journal", step=words[0])


def _arguments(key: str, source: str) -> list[str] | None:
    if not key.startswith(source):
        return None
    try:
        words = json.loads(key[len(source) - 1 :])
    except ValueError:
        return None
    return words if all(isinstance(word, str) for word in words) else None


def _epoch(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def _seconds(earlier: str, later: str) -> float:
    """How much the second lies before the first."""
    return _epoch(earlier) - _epoch(later)
