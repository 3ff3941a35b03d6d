"""What a replay saw: plain values, from which the table is made."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.dataclass import dataclass, field
from tutor.text import Text


@dataclass(frozen=True, slots=True)
class Seen:
    """A check at one moment."""

    status: str
    code: str | None = None

    @property
    def passes(self) -> bool:
        """Whether it is true."""
        return self.status == "pass"

    @property
    def refuses(self) -> bool:
        """Whether it says that it is not true, or waits for one that does."""
        return self.status in ("fail", "blocked")


#: Every check of what was judged, by its id.
Verdicts = Mapping[str, Seen]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it should be; ``check`` is an id, or empty where it is about all of a step."""

    step: str
    check: str
    what: Text


@dataclass(frozen=True, slots=True)
class StateResult:
    """A state that was made.

    :ivar checks: by id, whether the check said what the state's author says it must.
    :ivar mended: by id, whether the check passed after the printed fix; empty where none was run.
    :ivar codes: what was said, to be compared with another run.
    """

    step: str
    name: str
    right: bool
    checks: Mapping[str, bool] = field(default_factory=dict)
    mended: Mapping[str, bool] = field(default_factory=dict)
    codes: Mapping[str, str | None] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """What one machine came to.

    :ivar lesson: whose states it was for, after its prerequisites alone; None for the whole course in order.
    :ivar run: 1, or 2 for the second time.
    :ivar before: judged before the commands of what is proven, ``after`` after each step's, ``end`` at the
        end, ``cleaned`` after ``tutor cleanup``.
    :ivar spoilt: what broke of the machine's own: then all the rest says nothing about the course.
    :ivar repeated: what broke the machines that were tried before this one.
    """

    lesson: str | None
    run: int = 1
    before: Verdicts = field(default_factory=dict)
    after: Verdicts = field(default_factory=dict)
    end: Verdicts = field(default_factory=dict)
    cleaned: Verdicts = field(default_factory=dict)
    states: tuple[StateResult, ...] = ()
    faults: tuple[Fault, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    spoilt: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
