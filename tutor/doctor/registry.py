"""Probes by name, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from tutor.course.records import SUBJECTS, Subject
from tutor.dataclass import dataclass
from tutor.doctor.findings import Finding
from tutor.doctor.needs import Needs
from tutor.host.host import Host
from tutor.text import Text

#: What a probe yields: findings, and a text for what it saw.
Answers = Iterator[Finding | Text]
Function = Callable[[Host, Needs], Answers]


class NotApplicable(Exception):
    """Raised by a probe whose question has no meaning on this machine, with the reason."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Probe:
    """A registered probe: a pure function ``(host, needs)`` that yields what it finds.

    The first line of its docstring is what is expected of a machine that carries the course.

    :param after: probes without whose health this one's question has no meaning, the first ones first.
    :param acts: whether it judges what was tried, instead of what is to be seen.
    :param about: the subjects that it is for: a course that does not use them has no need of it.
    """

    name: str
    function: Function
    after: tuple[str, ...]
    acts: bool
    about: tuple[Subject, ...] = ("libvirt",)

    @property
    def expected(self) -> Text:
        """What is expected, in one sentence."""
        return Text((self.function.__doc__ or self.name).strip().partition("\n")[0])


class Registry:
    """Probes in the order in which they were registered; refuses a second of the same name."""

    def __init__(self) -> None:
        self._probes: dict[str, Probe] = {}

    def probe(
        self,
        name: str,
        *,
        after: tuple[str, ...] = (),
        acts: bool = False,
        about: tuple[Subject, ...] = ("libvirt",),
    ) -> Callable[[Function], Function]:
        """Register the decorated function under ``name`` (kebab-case).

        :raises ValueError: for a name that is taken, or a probe before one that it comes after.
        """

        def register(function: Function) -> Function:
            known = self._probes.get(name)
            if known is not None and known.function is not function:
                raise ValueError(f"two probes are called {name}")
            if missing := [one for one in after if one not in self._probes]:
                raise ValueError(f"{name} comes after {missing[0]}, which is not registered yet")
            earlier = [before for one in after for before in (*self._probes[one].after, one)]
            self._probes[name] = Probe(name, function, tuple(dict.fromkeys(earlier)), acts, about)
            return function

        return register

    def __iter__(self) -> Iterator[Probe]:
        return iter(self._probes.values())

    def ordered(self, modules: Sequence[str], uses: Collection[Subject] = SUBJECTS) -> list[Probe]:
        """The probes of these modules, in the modules' order, whichever happened to be imported first.

        :param uses: the course's subjects.
        """
        found = [
            probe for probe in self if probe.function.__module__ in modules and {*probe.about} <= {*uses}
        ]
        return sorted(found, key=lambda probe: modules.index(probe.function.__module__))


REGISTRY = Registry()
probe = REGISTRY.probe
