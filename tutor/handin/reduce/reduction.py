"""A whole recording reduced, question by question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.course.records import Course
from tutor.course.variables import Values, parameters
from tutor.dataclass import dataclass
from tutor.handin.reduce import accounts, files, firewall, libvirt, whole  # noqa: F401 - they register their reducers
from tutor.handin.reduce.context import NOTHING, REDUCERS, Context
from tutor.text import Text, text

#: Sources whose second argument is a name, and what one that the course does not know is called.
_NAMED = {"libvirt.domain": libvirt.OTHER_DOMAIN, "libvirt.network": libvirt.OTHER}

#: Characters that are kept of a reason why something could not be seen.
_LONGEST = 300
#: Sources whose programs print what the student's own files tell them to.
_TALKATIVE = ("shell-variable",)


@dataclass(frozen=True, slots=True)
class Reduced:
    """The recording's document as it may leave; ``left_out`` counts what stays, by what it is."""

    document: dict[str, Any]
    left_out: tuple[tuple[Text, int], ...]


def reduce(document: Mapping[str, Any], course: Course, values: Values) -> Reduced:
    """Leave out of a recording what no check of the course needs.

    :param document: as :func:`tutor.host.recorded.as_document` gives it.
    :param values: of the course's variables: what they name is the course's.
    """
    observations = document["observations"]
    known = {leaf for leaf in _leaves(course, values) if isinstance(leaf, str)}
    numbers = {value for value in values.values() if isinstance(value, int)}
    context = Context(known, numbers, document["user"], observations)
    kept = dict(
        found for key in sorted(observations) if (found := _observation(key, observations[key], context))
    )
    return Reduced({**document, "observations": kept}, tuple(context.left_out.values()))


def _observation(
    key: str, observation: Mapping[str, Any], context: Context
) -> tuple[str, dict[str, Any]] | None:
    """The question and what is kept of its answer; None where nothing is."""
    source, _, rest = key.partition("[")
    reducer = REDUCERS.get(source)
    if reducer is None:
        context.leave_out(text("answers that no one has said are needed: {source}", source=source))
        return None
    args = tuple(json.loads(f"[{rest}"))
    kept: dict[str, Any] = {"by": observation["by"], "when": round(observation["when"])}
    if "failure" in observation:
        kept["failure"] = _failure(source, observation["failure"])
    else:
        value = observation["value"]
        kept["value"] = None if value is None else reducer(value, args, context)
        if kept["value"] is NOTHING:
            return None
    return _renamed(key, source, args, context), kept


def _renamed(key: str, source: str, args: tuple[str, ...], context: Context) -> str:
    kind = _NAMED.get(source)
    if kind is None or args[1] in context.known:
        return key
    renamed = (args[0], context.named(kind, args[1]), *args[2:])
    return source + json.dumps(renamed, ensure_ascii=False, separators=(",", ":"))


def _failure(source: str, failure: Mapping[str, Any]) -> dict[str, Any]:
    return {**failure, "values": _values(failure["values"], source in _TALKATIVE)}


def _values(values: Mapping[str, Any], talkative: bool) -> dict[str, Any]:
    return {name: _value(name, value, talkative) for name, value in values.items()}


def _value(name: str, value: Any, talkative: bool) -> Any:
    if isinstance(value, Mapping):  # a text in the text
        return {**value, "values": _values(value["values"], talkative)}
    if isinstance(value, str):
        return "-" if talkative and name == "error" else value[:_LONGEST]
    return value


def _leaves(course: Course, values: Values) -> Iterator[Any]:
    """Every value that a check is given, and libvirt's default network, which needs no naming."""
    yield from values.values()
    yield from ("default", "virbr0") if "libvirt" in course.uses else ()
    for spec in course.specs:
        yield from _inner(parameters(spec.params, values))


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _inner(item)
    else:
        yield value
