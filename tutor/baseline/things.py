"""The things that a course creates on a machine, under the names that this student gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tutor.course.records import Course, Creation, Step
from tutor.course.variables import Values, parameters, substitute
from tutor.dataclass import dataclass, replace

#: Where virt-install and virt-manager make a domain's disk, and what they may call it.
IMAGES = "/var/lib/libvirt/images"
_ENDINGS = (".qcow2", "-1.qcow2", "-2.qcow2", "-3.qcow2", ".img", "-1.img", "-2.img", "-3.img")
#: The kinds whose first word is a path.
_PATHS = ("file", "folder", "line")


@dataclass(frozen=True, slots=True)
class Thing:
    """A :class:`tutor.course.records.Creation` with its variables filled in, and the step it is of.

    ``shared`` is what other steps use too: taken away with the whole course only.
    """

    kind: str
    words: tuple[str, ...]
    step: str
    shared: bool = False

    @property
    def name(self) -> str:
        """The words as one text."""
        return " ".join(self.words)


def things_of(course: Course, values: Values, home: str) -> tuple[Thing, ...]:
    """Everything that the course creates, in its order; paths are absolute.

    :param home: the student's home folder, for ``~/``.
    """
    found = (_thing(one, step, values) for step in course.steps for one in step.creates)
    return tuple(_at_home(thing, home) if thing.kind in _PATHS else thing for thing in found)


def of_kind(things: Iterable[Thing], kind: str) -> list[Thing]:
    """Those of one kind, each name once."""
    return list({thing.words: thing for thing in reversed(list(things)) if thing.kind == kind}.values())[::-1]


def paths_of(things: Iterable[Thing]) -> list[str]:
    """Every file and folder that the course may make, its domains' disks included."""
    chosen = list(things)
    named = [thing.words[0] for kind in ("file", "folder") for thing in of_kind(chosen, kind)]
    disks = [path for thing in of_kind(chosen, "domain") for path in disks_of(thing.words[0])]
    return list(dict.fromkeys([*named, *disks]))


def disks_of(domain: str) -> list[str]:
    """What a disk made along with a domain of that name may be called."""
    return [f"{IMAGES}/{domain}{ending}" for ending in _ENDINGS]


def built_on(course: Course, step: Step, values: Values) -> list[str]:
    """The later steps whose checks look at something that ``step`` creates."""
    names = {word for one in step.creates if not one.shared for word in _thing(one, step, values).words}
    steps = list(course.steps)
    later = steps[steps.index(step) + 1 :]
    return [one.id for one in later if any(names & set(_texts(spec.params, values)) for spec in one.specs)]


def _texts(params: object, values: Values) -> Iterator[str]:
    """Every text in a check's parameters."""
    if isinstance(params, str):
        yield substitute(params, values)
    elif isinstance(params, dict):
        for value in parameters(params, values).values():
            yield from _texts(value, values)
    elif isinstance(params, Sequence):
        for value in params:
            yield from _texts(value, values)


def _thing(creation: Creation, step: Step, values: Values) -> Thing:
    words = tuple(substitute(word, values) for word in creation.words)
    return Thing(creation.kind, words, step.id, creation.shared)


def _at_home(thing: Thing, home: str) -> Thing:
    path, *rest = thing.words
    return replace(thing, words=(home + path[1:], *rest)) if path.startswith("~/") else thing
