"""Which elements and attributes a schema knows, and in which elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from tutor.dataclass import dataclass, field
from tutor.relaxng.names import listed
from tutor.relaxng.patterns import Attribute, Element, OneOrMore, Pair, Pattern


@dataclass(frozen=True)
class Index:
    """Names without namespace: what an element of a name may have, in any of its meanings."""

    parents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    attributes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def homes(self, name: str) -> list[str]:
        """The elements in which an element of that name may stand."""
        return sorted(self.parents.get(name, ()))


@cache
def index(start: Pattern) -> Index:
    """The names of all elements that can be reached from a schema's start."""
    found = Index()
    waiting, seen = [start], {start}
    while waiting:
        pattern = waiting.pop()
        content = pattern.content if isinstance(pattern, Element) else pattern
        outer = [local for _, local in listed(pattern.names)] if isinstance(pattern, Element) else []
        for part in _parts(content):
            for _, name in listed(part.names):
                for parent in outer:
                    if isinstance(part, Element):
                        found.parents[name].add(parent)
                    else:
                        found.attributes[parent].add(name)
            if isinstance(part, Element) and part not in seen:
                seen.add(part)
                waiting.append(part)
    return found


def _parts(content: Pattern) -> Iterator[Element | Attribute]:
    """The elements and attributes directly in a content."""
    waiting, seen = [content], {content}
    while waiting:
        pattern = waiting.pop()
        if isinstance(pattern, (Element, Attribute)):
            yield pattern
        elif isinstance(pattern, (Pair, OneOrMore)):
            inner = [pattern.left, pattern.right] if isinstance(pattern, Pair) else [pattern.inner]
            waiting += [one for one in inner if one not in seen]
            seen.update(inner)
