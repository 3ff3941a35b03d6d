"""What can be asked of a machine, and how it ends when it could not be answered."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Generic, TypeVar

from tutor.dataclass import dataclass, field
from tutor.text import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One question to one source of truth, with the type of its answer.

    The answer is plain JSON of the shape ``type`` describes (a TypedDict, a list of them, a
    scalar); a recorded answer is held to that shape before a check sees it.
    """

    source: str
    type: type[T] = field(compare=False, repr=False)
    args: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The stable name of the question in recordings and evidence."""
        return _key(self.source, self.args)

    @classmethod
    def of_key(cls, key: str) -> Question[Any]:
        """The question of that key, to ask it again; of the answer's shape it knows nothing."""
        source, _, args = key.partition("[")
        return Question(source, object, tuple(json.loads(f"[{args}")))


@lru_cache(4096)
def _key(source: str, args: tuple[str, ...]) -> str:
    """Remembered: a run asks hundreds of times, and for the same few things."""
    return source + json.dumps(args, ensure_ascii=False, separators=(",", ":"))


class Unobservable(Exception):
    """The question could not be answered. Never a "no": a check that meets it is ``unknown``.

    :param reason: kebab-case cause (``timed-out``, ``not-permitted``, ``not-recorded``,
        ``binding-missing``, ``program-missing``, ``not-answering``, ``malformed``).
    :param message: what happened, for people.
    :param fix: commands that make the observation possible, where there are any.
    """

    def __init__(self, reason: str, message: Text, fix: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Observation:
    """An answer, or the reason why there is none.

    ``when`` is seconds since the epoch, ``duration`` seconds; ``by`` names where the answer
    came from, for people ("sudo -n qemu-img info ...").
    """

    key: str
    value: Any
    failure: Unobservable | None
    by: str
    when: float
    duration: float
