"""What a reducer knows: which names are the course's, and where it notes what it has left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from tutor.dataclass import dataclass, field
from tutor.text import Text

_MAC = re.compile(r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b", re.IGNORECASE)


@dataclass(slots=True)
class Context:
    """One recording under reduction.

    :ivar known: names, paths and addresses that the course's checks ask for; all else is the student's own.
    :ivar user: whose machine it is.
    :ivar observations: the whole recording's, by question, as they were.
    :ivar left_out: how much of what, for people.
    """

    known: Collection[str]
    numbers: Collection[int]
    user: str
    observations: Mapping[str, Mapping[str, Any]]
    left_out: dict[str, tuple[Text, int]] = field(default_factory=dict)
    _others: dict[tuple[str, str], str] = field(default_factory=dict)
    _macs: set[str] | None = None

    def named(self, kind: str, name: str) -> str:
        """The name where it is the course's; else a placeholder, the same one each time."""
        if name in self.known:
            return name
        key = (kind, name)
        if key not in self._others:
            number = sum(1 for other, _ in self._others if other == kind) + 1
            self._others[key] = f"{kind}-{number}"
        return self._others[key]

    @property
    def macs(self) -> set[str]:
        """The MAC addresses of the course's own domains, and those that it names, in small letters."""
        if self._macs is None:
            xml = " ".join(_xml(self.observations))
            self._macs = {found.lower() for found in (*_MAC.findall(xml), *self.known)}
        return self._macs

    def leave_out(self, what: Text, count: int = 1) -> None:
        """Note it, for the summary that the student sees."""
        name = what.render(str)
        _, before = self.left_out.get(name, (what, 0))
        if count:
            self.left_out[name] = (what, before + count)


def _xml(observations: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for key, observation in observations.items():
        value = observation.get("value")
        if key.startswith("libvirt.domain[") and isinstance(value, dict):
            yield from (str(value.get("xml")), str(value.get("inactive_xml")))


#: What a reducer says of an answer that nobody needs, nor the question.
NOTHING = object()

#: What a reducer gets: the answer, the question's arguments, and the context; never None as an answer.
Reducer = Callable[[Any, tuple[str, ...], Context], Any]

REDUCERS: dict[str, Reducer] = {}


def reducer(*sources: str) -> Callable[[Reducer], Reducer]:
    """Register what of the answers of these sources leaves the machine.

    The answers of a source without a reducer stay here; a package that brings checks registers its own.
    """

    def register(function: Reducer) -> Reducer:
        REDUCERS.update(dict.fromkeys(sources, function))
        return function

    return register
