"""The standard library's data classes, as far as they are used here, made for a start in milliseconds.

:func:`dataclasses.dataclass` writes each class's methods as text and compiles that, whether they are ever
called or not: half a millisecond for each class at each start, and a hundred classes are more than all that
``tutor check`` has to do. Here methods that can be the same for all classes are, and ``__init__`` is compiled
where a class has many instances. To type checkers, and to the standard library's own functions, these are
data classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import asdict, dataclass, field, replace

__all__ = ["asdict", "dataclass", "field", "replace"]

#: Instances that are sooner made without a compiled ``__init__`` than that is compiled; and for how many one
#: counts whose arguments are not simply all fields in their order.
_FEW, _COSTLY = 200, 5

#: No default: every other value may be one.
_MISSING: Any = object()
_set = object.__setattr__


class _Field:
    """What a class says of one of its fields, in the words of :func:`dataclasses.field`."""

    __slots__ = ("compare", "default", "default_factory", "init", "kw_only", "name", "repr", "type")

    def __init__(
        self,
        *,
        default: Any = _MISSING,
        default_factory: Any = _MISSING,
        init: bool = True,
        repr: bool = True,  # noqa: A002 - what the standard library calls it
        compare: bool = True,
        kw_only: bool = False,
    ) -> None:
        self.name, self.type = "", ""
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.compare, self.kw_only = init, repr, compare, kw_only

    @property
    def has_default(self) -> bool:
        return self.default is not _MISSING or self.default_factory is not _MISSING


class _Fields:
    """``__dataclass_fields__``: for functions of the standard library, which then is loaded after all."""

    def __get__(self, instance: object, kind: type) -> dict[str, Any]:
        import dataclasses

        twin = dataclasses.make_dataclass(
            kind.__name__, [(one.name, one.type, _standard(one)) for one in _fields(kind)]
        )
        found: dict[str, Any] = twin.__dict__["__dataclass_fields__"]
        return found


def _standard(one: _Field) -> Any:
    import dataclasses

    given = {"default": one.default, "default_factory": one.default_factory}
    known = {name: value for name, value in given.items() if value is not _MISSING}
    # By keyword, so that the order does not matter: nobody makes an instance of the twin.
    return dataclasses.field(init=one.init, repr=one.repr, compare=one.compare, kw_only=True, **known)


def _dataclass(
    cls: type | None = None, /, *, frozen: bool = False, slots: bool = False, eq: bool = True
) -> Any:
    """See :func:`dataclasses.dataclass`."""
    return _made(cls, frozen, slots, eq) if cls is not None else lambda cls: _made(cls, frozen, slots, eq)


def _replace(instance: Any, /, **changes: Any) -> Any:
    """See :func:`dataclasses.replace`."""
    for one in _fields(type(instance)):
        if one.init and one.name not in changes:
            changes[one.name] = getattr(instance, one.name)
    return type(instance)(**changes)


def _asdict(value: Any) -> Any:
    """See :func:`dataclasses.asdict`."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(_asdict, value))
    if isinstance(value, dict):
        return {name: _asdict(item) for name, item in value.items()}
    if not hasattr(type(value), "__record_fields__"):
        return value
    return {one.name: _asdict(getattr(value, one.name)) for one in _fields(type(value))}


if not TYPE_CHECKING:
    asdict, dataclass, field, replace = _asdict, _dataclass, _Field, _replace


def _fields(kind: type) -> tuple[_Field, ...]:
    found: tuple[_Field, ...] = kind.__record_fields__  # type: ignore[attr-defined]
    return found


def _made(cls: type, frozen: bool, slots: bool, eq: bool) -> type:
    own = tuple(_declared(cls))
    mine = {one.name for one in own}
    inherited = [one for one in getattr(cls, "__record_fields__", ()) if one.name not in mine]
    fields = (*inherited, *own)
    members: dict[str, Any] = {
        "__record_fields__": fields,
        "__record_frozen__": frozen,
        "__dataclass_fields__": _Fields(),
        "__match_args__": tuple(one.name for one in fields if one.init and not one.kw_only),
        "__init__": _first(fields),
    }
    members.update(_methods(cls, fields, frozen, slots, eq))
    if slots:
        return _slotted(cls, own, members)
    for name, value in members.items():
        setattr(cls, name, value)
    return cls


def _declared(cls: type) -> Iterator[_Field]:
    """The fields of a class itself, in their order; each one's default becomes the class's attribute."""
    # Not by inspect, which takes longer to load than all of the classes.
    for name, kind in cls.__dict__.get("__annotations__", {}).items():  # noqa: RUF063
        value = cls.__dict__.get(name, _MISSING)
        one = value if isinstance(value, _Field) else _Field(default=value)
        one.name, one.type = name, kind
        if one.default is not _MISSING:
            if type(one.default).__hash__ is None:
                raise ValueError(f"mutable default of {cls.__name__}.{name}: use default_factory")
            setattr(cls, name, one.default)
        elif name in cls.__dict__:
            delattr(cls, name)
        yield one


def _methods(cls: type, fields: tuple[_Field, ...], frozen: bool, slots: bool, eq: bool) -> dict[str, Any]:
    """Those that the class does not have of its own."""
    methods: dict[str, Any] = {"__repr__": _repr}
    if eq:
        compared = [one.name for one in fields if one.compare]
        methods |= {"__record_key__": staticmethod(_key(compared)), "__eq__": _eq}
    own = {name: method for name, method in methods.items() if name not in cls.__dict__}
    if eq and cls.__dict__.get("__hash__") is None:  # Python's own mark where a class has __eq__ alone
        own["__hash__"] = _hash if frozen else None
    if frozen:
        own |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    if frozen and slots:
        own |= {"__getstate__": _state, "__setstate__": _restore}
    return own


def _key(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """From an instance to the tuple of what is compared."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda instance: tuple(getattr(instance, name) for name in names)


def _slotted(cls: type, own: tuple[_Field, ...], members: dict[str, Any]) -> type:
    """The class once more: slots must be there from the beginning."""
    taken = {slot for base in cls.__mro__[1:] for slot in base.__dict__.get("__slots__", ())}
    names = tuple(one.name for one in own if one.name not in taken)
    left_out = {"__dict__", "__weakref__", *(one.name for one in own)}
    space = {name: value for name, value in cls.__dict__.items() if name not in left_out}
    made = type(cls)(cls.__name__, cls.__bases__, {**space, **members, "__slots__": names})
    made.__qualname__ = cls.__qualname__
    return made


def _first(fields: tuple[_Field, ...]) -> Callable[..., None]:
    """The ``__init__`` of the first instances: the last of them puts the compiled one in its place."""
    names = tuple(one.name for one in fields if one.init and not one.kw_only)
    in_order = len(names) if len(names) == len(fields) else -1
    made = 0

    def __init__(self: Any, /, *args: Any, **given: Any) -> None:  # noqa: N807 - it is one
        nonlocal made
        if len(args) == in_order and not given and not hasattr(self, "__post_init__"):
            made += 1
            for name, value in zip(names, args):  # noqa: B905 - there are as many
                _set(self, name, value)
            if made < _FEW:
                return
        made += _COSTLY
        kind = next(each for each in type(self).__mro__ if each.__dict__.get("__init__") is __init__)
        if made < _FEW and _filled(self, kind, args, given):
            return
        kind.__init__ = _compiled(kind)  # type: ignore[misc]
        kind.__init__(self, *args, **given)  # type: ignore[misc]

    return __init__


def _filled(self: Any, kind: Any, args: tuple[Any, ...], given: dict[str, Any]) -> bool:
    """Set the fields of an instance; False where the arguments are wrong, which the compiled one says."""
    values = dict(zip(kind.__match_args__, args))  # noqa: B905 - too many are seen below
    values.update(given)
    if len(values) != len(args) + len(given):
        return False
    for one in kind.__record_fields__:
        if not one.init and one.default_factory is _MISSING:
            continue  # left to __post_init__
        if one.init and one.name in values:
            value = values.pop(one.name)
        elif one.has_default:
            value = one.default if one.default_factory is _MISSING else one.default_factory()
        else:
            return False
        _set(self, one.name, value)
    if values:
        return False
    if hasattr(kind, "__post_init__"):
        self.__post_init__()
    return True


def _compiled(kind: type) -> Callable[..., None]:
    fields = _fields(kind)
    known: dict[str, Any] = {"_set": _set, "_MISSING": _MISSING}
    positional, named, body = ["self"], list[str](), list[str]()
    for one in fields:
        if one.init:
            (named if one.kw_only else positional).append(_parameter(one, known))
        value = _value(one, known)
        if value:
            frozen = kind.__record_frozen__  # type: ignore[attr-defined]
            body.append(f"_set(self, {one.name!r}, {value})" if frozen else f"self.{one.name} = {value}")
    if hasattr(kind, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join([*positional, *(["*", *named] if named else [])])
    source = f"def __init__({parameters}):\n " + "\n ".join(body or ["pass"])
    exec(source, known)  # noqa: S102 - text of our own classes, as the standard library does
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


def _parameter(one: _Field, known: dict[str, Any]) -> str:
    if not one.has_default:
        return one.name
    known[f"_default_{one.name}"] = one.default
    return f"{one.name}=_default_{one.name}"


def _value(one: _Field, known: dict[str, Any]) -> str:
    """What a field is set to; nothing where it is left to ``__post_init__``."""
    if one.default_factory is _MISSING:
        return one.name if one.init else ""
    known[f"_make_{one.name}"] = one.default_factory
    made = f"_make_{one.name}()"
    return f"{made} if {one.name} is _MISSING else {one.name}" if one.init else made


def _repr(self: Any) -> str:
    values = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in _fields(type(self)) if one.repr)
    return f"{type(self).__qualname__}({values})"


def _eq(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return self.__record_key__(self) == self.__record_key__(other)


def _hash(self: Any) -> int:
    return hash(self.__record_key__(self))


def _refuse_to_set(_self: object, name: str, _value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in _fields(type(self))]


def _restore(self: Any, state: list[Any]) -> None:
    for one, value in zip(_fields(type(self)), state, strict=True):
        _set(self, one.name, value)
