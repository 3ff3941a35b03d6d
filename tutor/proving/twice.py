"""Two runs of the same, compared: what a check was at each moment, and in each state. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tutor.proving.records import Replay, Seen, StateResult
from tutor.text import Text, text

_BEFORE = text("before the step is done")
_AFTER = text("after the step's commands")
_END = text("at the end of the course")
_CLEANED = text("after `tutor cleanup`")
_MADE = text("{state}")
_MENDED = text("{state}, after the printed fix")
_UNSEEN = text("not looked at")

#: The machine's lesson (none: the course in order), the moment's message, and the state's name.
_Place = tuple[str | None, str, str]
#: What was seen there.
_Sight = str | Text


def differences(replays: Sequence[Replay], step: str, check: str) -> tuple[Text, ...] | None:
    """Each moment and state in which the second run saw something else; None where there was no second."""
    runs = [[one for one in replays if one.run == run] for run in (1, 2)]
    if not runs[1]:
        return None
    first, second = (_story(run, step, check) for run in runs)
    return tuple(
        text(
            "{moment}: {first}, then {second}",
            moment=Text(place[1], {"state": place[2]}),
            first=first.get(place, _UNSEEN),
            second=second.get(place, _UNSEEN),
        )
        for place in {**first, **second}
        if first.get(place) != second.get(place)
    )


def _story(replays: Sequence[Replay], step: str, check: str) -> Mapping[_Place, _Sight]:
    """Everything that a run saw of the check."""
    story: dict[_Place, _Sight] = {}
    for replay in replays:
        for moment, seen in _moments(replay, check):
            story[replay.lesson, moment.message, ""] = seen
        for state in replay.states:
            if state.step == step:
                for moment, seen in _of_state(state, check):
                    story[replay.lesson, moment.message, state.name] = seen
    return story


def _moments(replay: Replay, check: str) -> Iterator[tuple[Text, _Sight]]:
    verdicts = (
        (_BEFORE, replay.before),
        (_AFTER, replay.after),
        (_END, replay.end),
        (_CLEANED, replay.cleaned),
    )
    return ((moment, _said(one[check])) for moment, one in verdicts if check in one)


def _of_state(state: StateResult, check: str) -> Iterator[tuple[Text, _Sight]]:
    yield _MADE, state.codes.get(check.rpartition("/")[2]) or text("no code")
    if check in state.mended:
        yield _MENDED, text("it passed") if state.mended[check] else text("it did not pass")


def _said(seen: Seen) -> str:
    return f"{seen.status} ({seen.code})" if seen.code else seen.status
