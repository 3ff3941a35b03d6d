"""The codes that a check can answer with, read from its source text.

A hand-kept list would be wrong one day. Here every ``failed(code, ...)``, ``skipped``, ``unknown`` and
``Unobservable`` that a check can reach is found, and every text that can flow into the code's place. What is
found may be more than a check ever says (each branch counts as possible), and is meant never to be less: what
cannot be followed raises :class:`~tutor.authoring.flow.Unfollowed`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tutor.authoring.flow import Flow, Unfollowed
from tutor.authoring.sources import Library, Place
from tutor.dataclass import dataclass, field
from tutor.grading.registry import Check
from tutor.grading.verdict import Status
from tutor.text import Text

#: The words that a check function answers in, and the status that each gives.
ANSWERS = {
    "failed": Status.FAIL,
    "skipped": Status.SKIP,
    "unknown": Status.UNKNOWN,
    "Unobservable": Status.UNKNOWN,
}
#: This project's own checks, whose functions those of a plug-in may use.
OWN = "checks"


@dataclass(frozen=True, slots=True)
class Code:
    """A code: what the check is then, and what it says was observed where that is written beside the code."""

    name: str
    status: Status
    observed: Text | None = field(default=None, compare=False)


def told_codes(check: Check) -> tuple[Code, ...] | None:
    """As :func:`codes_of`; None where they cannot be told, as of a plug-in that was written otherwise."""
    try:
        return codes_of(check)
    except (Unfollowed, OSError, SyntaxError):  # the last two: it came without source text that can be read
        return None


def codes_of(check: Check) -> tuple[Code, ...]:
    """Every code that the check itself can answer with, failures first, each once.

    What any check can meet besides (a source that does not answer) is not among them: :data:`COMMON`.

    :raises Unfollowed: where a code comes from what cannot be followed.
    """
    package = check.function.__module__.partition(".")[0]
    library = Library(package, OWN)
    start = library.place(check.function)
    if start is None:
        return ()
    flow = Flow(library, start)
    found: dict[str, Code] = {}
    for place, call, status in _answers(flow.places):
        for name in sorted(flow.texts(place, call.args[0])):
            found.setdefault(name, Code(name, status, _observed(flow.places, name)))
    return tuple(sorted(found.values(), key=lambda code: (list(Status).index(code.status), code.name)))


def _answers(places: Iterable[Place]) -> Iterator[tuple[Place, ast.Call, Status]]:
    for place in places:
        for node in ast.walk(place.node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ANSWERS:
                yield place, node, ANSWERS[node.func.id]


def _observed(places: Iterable[Place], code: str) -> Text | None:
    """The sentence written beside a code: in the same call, or in the same pair."""
    for place in places:
        for node in ast.walk(place.node):
            parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
            if any(isinstance(one, ast.Constant) and one.value == code for one in parts):
                for one in parts:
                    if (said := _sentence(one)) is not None:
                        return Text(said)
    return None


def _sentence(node: ast.expr) -> str | None:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "text"
        and node.args
    ):
        first = node.args[0]
        return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    return None
