"""TypedDict, made for a start in milliseconds.

The one of :mod:`typing` compiles each field's annotation when the class is made, a tenth of a millisecond for
each class, and most are never looked at: only an answer from a file is held to its shape (by msgspec, which
reads the annotations then). To type checkers this is the standard library's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypedDict

__all__ = ["TypedDict"]


class _Shape(type):
    """Makes classes that are shapes of dicts; calling one gives a dict."""

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any], *, total: bool = True) -> Any:
        made: Any = super().__new__(cls, name, bases, space)
        own = frozenset(space.get("__annotations__", ()))
        made.__total__ = total
        made.__required_keys__ = _of_bases(bases, "__required_keys__") | (own if total else frozenset())
        made.__optional_keys__ = _of_bases(bases, "__optional_keys__") | (frozenset() if total else own)
        return made

    def __call__(cls, *args: Any, **fields: Any) -> dict[str, Any]:
        return dict(*args, **fields)


def _of_bases(bases: tuple[type, ...], name: str) -> frozenset[str]:
    return frozenset().union(*(getattr(base, name, ()) for base in bases))


if not TYPE_CHECKING:

    class TypedDict(dict, metaclass=_Shape):
        """See :class:`typing.TypedDict`."""
