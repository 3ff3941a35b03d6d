"""Check functions by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from tutor.course.records import QUIZ
from tutor.dataclass import dataclass
from tutor.grading.verdict import Finding
from tutor.text import Text

F = TypeVar("F", bound=Callable[..., Finding])

#: ``(host, **params) -> commands`` that make the check true where nothing is yet.
Remedy = Callable[..., "tuple[str, ...]"]


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check: a pure function ``(host, **params) -> Finding``.

    The first line of its docstring is the sentence that a student reads as what is expected;
    it may name parameters in braces.
    """

    name: str
    function: Callable[..., Finding]
    remedy: Remedy | None

    def sentence(self, params: Mapping[str, Any]) -> Text:
        """What is expected, in one sentence."""
        first, _, _ = (self.function.__doc__ or self.name).strip().partition("\n")
        return Text(first, {name: _shown(value) for name, value in params.items()})

    @property
    def parameters(self) -> Iterator[tuple[str, str, bool]]:
        """Name, type and whether it is required, for each parameter: what the lint checks."""
        code = self.function.__code__
        names = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        defaults = self.function.__kwdefaults__ or {}
        for name in names:
            yield name, str(self.function.__annotations__.get(name, "Any")), name not in defaults


class DuplicateCheck(ValueError):
    """Two modules want the same name for a check."""

    def __init__(self, name: str, first: str, second: str) -> None:
        super().__init__(f"two checks are called {name}: {first} and {second}")
        self.name = name
        self.modules = (first, second)


class Registry:
    """Checks by name; refuses a second of the same name."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def check(self, name: str, *, remedy: Remedy | None = None) -> Callable[[F], F]:
        """Register the decorated function under ``name`` (kebab-case).

        :param remedy: what to run where a blocked check has nothing to look at yet.
        :raises DuplicateCheck: when another function has that name.
        """

        def register(function: F) -> F:
            known = self._checks.get(name)
            if known is not None and known.function is not function:
                raise DuplicateCheck(name, known.function.__module__, function.__module__)
            if name == QUIZ:  # that one comes with the course, and knows its answers
                raise DuplicateCheck(name, "tutor.grading.quiz", function.__module__)
            self._checks[name] = Check(name, function, remedy)
            return function

        return register

    def extended(self, *more: Check) -> Registry:
        """A registry with these checks as well; this one stays as it is."""
        registry = Registry()
        registry._checks = {**self._checks, **{check.name: check for check in more}}
        return registry

    def get(self, name: str) -> Check | None:
        """The check of that name, if there is one."""
        return self._checks.get(name)

    def __iter__(self) -> Iterator[Check]:
        return iter(self._checks.values())


#: Where the course's own checks and those of entry points register.
REGISTRY = Registry()
check = REGISTRY.check


def _shown(value: Any) -> str | int:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return value if isinstance(value, int) else str(value)
