"""Sources of truth: functions that answer questions about the live machine.

A source module keeps three things together: the shape of the answer (a TypedDict), the
question's constructor, which checks use, and the function that looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tutor.dataclass import dataclass
from tutor.host.machine import Machine
from tutor.host.question import Unobservable

Args = tuple[str, ...]
Answers = Mapping[Args, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """How the questions of one source are answered.

    :param observe: takes every set of arguments wanted now; an answer may be an Unobservable.
    :param slow: starts a program or talks to a daemon: started early, beside the others.
    :param by: what a person is told about where the answer came from.
    :param apart: looked at in a process of its own (:mod:`tutor.host.aside`): it loads a C library.
    :param waits: what it looks at may be another machine's to answer (:mod:`tutor.host.elsewhere`).
    """

    name: str
    observe: Callable[[Machine, Sequence[Args]], Answers]
    slow: bool
    by: str
    apart: bool = False
    waits: bool = False


SOURCES: dict[str, Source] = {}


def source(
    name: str, *, by: str, slow: bool = False, apart: bool = False, waits: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function ``(machine, *args) -> answer`` that answers one question at a time.

    What is looked at ``apart`` is slow.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def observe(machine: Machine, wanted: Sequence[Args]) -> Answers:
            return {args: _one(function, machine, args) for args in wanted}

        _add(Source(name, observe, slow or apart, by, apart, waits))
        return function

    return register


def batch_source(name: str, *, by: str) -> Callable[[Callable[..., Answers]], Callable[..., Answers]]:
    """Register a function ``(machine, wanted) -> answers`` that answers many with one look."""

    def register(function: Callable[..., Answers]) -> Callable[..., Answers]:
        _add(Source(name, function, slow=True, by=by))
        return function

    return register


def _add(new: Source) -> None:
    if new.name in SOURCES:
        msg = f"two sources are called {new.name}"
        raise ValueError(msg)
    SOURCES[new.name] = new


def _one(function: Callable[..., Any], machine: Machine, args: Args) -> Any:
    try:
        return function(machine, *args)
    except Unobservable as failure:
        return failure
