"""Data classes that start fast are data classes: whatever can be done with one, both kinds do the same."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import pytest

from tutor import dataclass as light

T = TypeVar("T")


@pytest.fixture(autouse=True, params=[0, 1000], ids=["many instances", "few instances"])
def _made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test of instances that a compiled ``__init__`` makes, and of those made without one."""
    monkeypatch.setattr(light, "_FEW", request.param)


def classes(kind: Any) -> SimpleNamespace:
    """One of each way in which the project declares them."""

    @kind.dataclass(frozen=True, slots=True)
    class Frozen:
        a: int
        b: str = "b"
        c: dict[str, int] = kind.field(default_factory=dict)
        d: int = kind.field(default=4, repr=False, compare=False)

        @property
        def double(self) -> int:
            return self.a * 2

    @kind.dataclass(frozen=True, slots=True)
    class One(Generic[T]):
        a: T

    @kind.dataclass(frozen=True, slots=True)
    class Nothing:
        """No fields."""

    @kind.dataclass(frozen=True, slots=True)
    class Base:
        a: int
        b: int = 2

    @kind.dataclass(frozen=True, slots=True)
    class Derived(Base):
        b: int = 3
        c: int = 4

    @kind.dataclass(slots=True)
    class Mutable:
        a: int
        b: list[int] = kind.field(default_factory=list)
        c: int = kind.field(init=False)
        d: int = kind.field(kw_only=True, default=7)

        def __post_init__(self) -> None:
            self.c = self.a + 1

    @kind.dataclass
    class Open:
        a: int = 1

    @kind.dataclass(frozen=True, slots=True, eq=False)
    class Same:
        a: int

    @kind.dataclass(frozen=True)
    class Own:
        a: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 5

    return SimpleNamespace(**{name: made for name, made in locals().items() if isinstance(made, type)})


KINDS = [classes(dataclasses), classes(light)]


def ending(do: Callable[[SimpleNamespace], Any], kind: SimpleNamespace) -> Any:
    try:
        found = do(kind)
    except Exception as error:  # noqa: BLE001 - errors are compared too
        return type(error)
    return found if isinstance(found, (bool, int, str, tuple, dict, list)) else repr(found)


@pytest.mark.parametrize(
    "do",
    [
        lambda kind: kind.Frozen(1),
        lambda kind: kind.Frozen(1, "x", {"y": 1}, 5),
        lambda kind: kind.Frozen(a=1, c={"y": 1}),
        lambda kind: kind.Frozen(),
        lambda kind: kind.Frozen(1, e=1),
        lambda kind: kind.Frozen(1, "x", {}, 4, 5),
        lambda kind: kind.Frozen(1).c is kind.Frozen(1).c,
        lambda kind: kind.Frozen(1) == kind.Frozen(1, d=9),
        lambda kind: kind.Frozen(1) != kind.Frozen(2),
        lambda kind: kind.Frozen(1) == (1, "b", {}),
        lambda kind: hash(kind.Frozen(1)),
        lambda kind: kind.Frozen(1).double,
        lambda kind: setattr(kind.Frozen(1), "a", 2),
        lambda kind: delattr(kind.Frozen(1), "a"),
        lambda kind: kind.Frozen.__slots__,
        lambda kind: kind.Frozen.__match_args__,
        lambda kind: kind.Mutable.__match_args__,
        lambda kind: hasattr(kind.Frozen(1), "__dict__"),
        lambda kind: hasattr(kind.Open(1), "__dict__"),
        lambda kind: copy.copy(kind.Frozen(1, "x")),
        lambda kind: copy.deepcopy(kind.Frozen(1, "x", {"y": 1})),
        lambda kind: kind.One("x"),
        lambda kind: hash(kind.One("x")) == hash(("x",)),
        lambda kind: len({kind.One(1), kind.One(1), kind.One(2)}),
        lambda kind: kind.Nothing(),
        lambda kind: kind.Nothing() == kind.Nothing(),
        lambda kind: hash(kind.Nothing()),
        lambda kind: kind.Derived(1),
        lambda kind: kind.Derived.__slots__,
        lambda kind: kind.Derived(1, 2) == kind.Base(1, 2),
        lambda kind: (kind.Derived(1), kind.Base(1))[1],
        lambda kind: kind.Mutable(1),
        lambda kind: kind.Mutable(1, [2], d=3),
        lambda kind: kind.Mutable(1, [2], 3),
        lambda kind: hash(kind.Mutable(1)),
        lambda kind: setattr(kind.Mutable(1), "a", 2),
        lambda kind: kind.Open(),
        lambda kind: kind.Open() == kind.Open(1),
        lambda kind: kind.Same(1) == kind.Same(1),
        lambda kind: kind.Own(1),
        lambda kind: kind.Own(1) == 3,
        lambda kind: hash(kind.Own(1)),
    ],
)
def test_both_do_the_same(do: Callable[[SimpleNamespace], Any]) -> None:
    standard, ours = (ending(do, kind) for kind in KINDS)
    assert ours == standard


@pytest.mark.parametrize("module", [dataclasses, light])
@pytest.mark.parametrize(
    "do",
    [
        lambda module, kind: module.replace(kind.Frozen(1), b="x"),
        lambda module, kind: module.replace(kind.Frozen(1), e="x"),
        lambda module, kind: module.replace(kind.Frozen(1, "x")) == kind.Frozen(1, "x"),
        lambda module, kind: module.replace(kind.Mutable(1), a=5),
        lambda module, kind: module.asdict(kind.Frozen(1)),
        lambda module, kind: module.asdict(kind.Frozen(kind.One(1), [kind.One(2)], {"x": (kind.One(3),)})),
    ],
)
def test_ours_go_with_the_functions_of_either(module: Any, do: Callable[..., Any]) -> None:
    assert ending(lambda kind: do(module, kind), KINDS[1]) == ending(
        lambda kind: do(dataclasses, kind), KINDS[0]
    )


def test_the_standard_library_knows_them() -> None:
    assert dataclasses.is_dataclass(KINDS[1].Frozen)
    standard, ours = (
        [
            (one.name, one.type, one.default, one.default_factory, one.init, one.repr, one.compare)
            for one in dataclasses.fields(kind.Frozen)
        ]
        for kind in KINDS
    )
    assert ours == standard


def test_a_mutable_default_is_refused() -> None:
    with pytest.raises(ValueError, match="default_factory"):

        @light.dataclass
        class _Shared:
            a: list[int] = []  # noqa: RUF012 - what is refused


@light.dataclass(frozen=True, slots=True)
class Pickled:
    """Pickle wants a class that can be imported."""

    a: int
    b: str = "b"


def test_they_go_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(Pickled(1, "x"))) == Pickled(1, "x")  # noqa: S301 - our own


@pytest.mark.parametrize("few", [1, 3])
def test_nothing_is_compiled_for_few_instances(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    @light.dataclass(frozen=True, slots=True)
    class New:
        a: int

    monkeypatch.setattr(light, "_FEW", few)
    made_of = New.__init__
    made = [New(1) for _ in range(few - 1)]
    assert New.__init__ is made_of
    made.append(New(a=1))
    assert New.__init__ is not made_of
    assert made == [New(1)] * few
