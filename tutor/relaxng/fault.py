"""A fault of a document, as data."""

from __future__ import annotations

from typing import Literal

from tutor.dataclass import dataclass
from tutor.relaxng.patterns import Data
from tutor.relaxng.tree import Place

Kind = Literal[
    "unknown-element",
    "repeated-element",
    "unfitting-element",
    "unknown-attribute",
    "unfitting-attribute",
    "bad-value",
    "bad-text",
    "unwanted-text",
    "missing-attribute",
    "missing-element",
    "missing-text",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    ``element`` is where it is, as the path of names from the root; ``name`` what is wrong or
    missing; ``wanted`` names or values that could stand there; ``datatypes`` what else could.
    ``value`` is that of an attribute or text; for an element that is repeated, the line of the first.
    ``required`` is whether all that is wanted is missing, and not only one of it.
    """

    kind: Kind
    place: Place
    element: tuple[str, ...]
    name: str
    value: str | None = None
    wanted: tuple[str, ...] = ()
    datatypes: tuple[Data, ...] = ()
    required: bool = False
