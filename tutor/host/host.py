"""The one interface between a check and a machine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Protocol, TypeGuard, TypeVar, runtime_checkable

from tutor.host.question import Question

T = TypeVar("T")


class Host(Protocol):
    """A machine that can be asked: the live one, a recorded one, or one made up by a test."""

    def ask(self, question: Question[T]) -> T:
        """The answer, as plain JSON-able values.

        :raises Unobservable: when it could not be had; the same again on each later call.
        """


@runtime_checkable
class Startable(Protocol):
    """A host that can begin to answer before it is asked."""

    def start(self, questions: Iterable[Question[Any]]) -> None:
        """Begin to answer the slow ones of ``questions``, all at the same time."""

    def is_slow(self, question: Question[Any]) -> bool:
        """Whether answering takes a program or a daemon, and so is worth beginning early."""


class StartableHost(Host, Startable, Protocol):
    """Both."""


@runtime_checkable
class Awaitable(Protocol):
    """A host that tells when an answer has come in."""

    def await_any(self, questions: Iterable[Question[Any]]) -> bool:
        """Wait for a moment until one of ``questions``, which are under way, is answered.

        :returns: whether one is.
        """


def together(host: Host, *questions: Question[Any]) -> None:
    """Have the answers sought side by side that a check is going to ask for one after the other."""
    if can_start(host):
        host.start(questions)


def can_start(host: Host) -> TypeGuard[StartableHost]:
    """Whether the host is :class:`Startable`: by its kind, since asking each one costs a tenth of a run."""
    return _kind_has(type(host), ("start", "is_slow"))


class AwaitableHost(Host, Awaitable, Protocol):
    """Both."""


def can_await(host: Host) -> TypeGuard[AwaitableHost]:
    """Whether the host is :class:`Awaitable`, by its kind."""
    return _kind_has(type(host), ("await_any",))


@lru_cache(32)
def _kind_has(kind: type, names: tuple[str, ...]) -> bool:
    return all(hasattr(kind, name) for name in names)
