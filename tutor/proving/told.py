"""What was told of a state, held against what its author says must be: pure."""

from __future__ import annotations

from tutor.course.states import State
from tutor.proving.judged import Judged
from tutor.proving.records import Fault, StateResult
from tutor.text import Text, text

#: The code of a check that waits for another: whether an author names it is the author's choice.
BLOCKED = "need-failed"


def compared(state: State, judged: Judged) -> StateResult:
    """What was told against what should be: these codes, and no others than of checks that wait for them."""
    found = judged.codes
    names = {*state.codes, *(name for name, code in found.items() if code != BLOCKED)}
    if state.right:
        names = {str(check["id"]).rpartition("/")[2] for check in judged.checks}
    checks = {f"{state.step}/{name}": found.get(name) == state.codes.get(name) for name in sorted(names)}
    faults = [
        _other_code(state, name, judged) for name in sorted(names) if found.get(name) != state.codes.get(name)
    ]
    if state.notes is not None and not _noted(state.notes, judged.notes):
        what = text(
            "{state}: the notes should be {wanted}, and are {found}",
            state=state.name,
            wanted=repr(list(state.notes)),
            found=repr(judged.notes),
        )
        faults.append(Fault(state.step, "", what))
    return StateResult(state.step, state.name, state.right, checks, {}, found, tuple(faults))


def _noted(wanted: tuple[str, ...], found: list[str]) -> bool:
    return len(wanted) == len(found) and all(part in note for part, note in zip(wanted, found, strict=True))


def _other_code(state: State, name: str, judged: Judged) -> Fault:
    what = text(
        "{state}: the code should be {wanted}, and is {found}",
        state=state.name,
        wanted=state.codes.get(name) or text("none"),
        found=judged.codes.get(name) or _no_code(judged.skipped.get(name)),
    )
    return Fault(state.step, f"{state.step}/{name}", what)


def _no_code(skipped: str | None) -> Text:
    """Passed, or not looked at: what was skipped says why, which often is what went wrong."""
    return text("none (skipped: {code})", code=skipped) if skipped else text("none")
