"""Which files a rule of VS Code's XML extension covers."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.dataclass import dataclass

#: The places in a path that a pattern, read so far, may have come to.
Places = frozenset[int]


class BadPattern(ValueError):
    """Java refuses the pattern, and the extension then covers nothing with it."""


def covers(pattern: str, path: str) -> bool:
    """Whether the XML extension, of any version, applies a rule with ``pattern`` to the file.

    It hands the pattern to Java's glob matcher, with ``**/`` put before one that begins with neither
    ``*``, ``?`` nor ``/`` (eclipse-lemminx, PathPatternMatcher).
    """
    return bool(pattern) and matches(pattern if pattern[0] in "*?/" else f"**/{pattern}", path)


def covers_lately(pattern: str, path: str) -> bool:
    """The same for versions after September 2026, where ``*.xml`` too means a file in any folder.

    Since then only what begins with ``**`` or ``/`` is left as it is (eclipse-lemminx, pull request 1857).
    """
    return bool(pattern) and matches(pattern if pattern.startswith(("**", "/")) else f"**/{pattern}", path)


def matches(glob: str, path: str) -> bool:
    """Whether a Java glob matches the whole path (java.nio.file.FileSystem.getPathMatcher).

    Followed place by place and not made into a regular expression: a pattern out of a hand-in can make one
    take for ever.
    """
    try:
        return len(path) in _after(_parse(glob), path, frozenset((0,)))
    except BadPattern:
        return False


@dataclass(frozen=True, slots=True)
class _One:
    """One character out of a set, or one that is not in it; never a slash."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def after(self, path: str, places: Places) -> Places:
        return frozenset(place + 1 for place in places if place < len(path) and self._has(path[place]))

    def _has(self, character: str) -> bool:
        inside = any(low <= character <= high for low, high in self.ranges)
        return character != "/" and inside != self.negated


@dataclass(frozen=True, slots=True)
class _Exactly:
    character: str

    def after(self, path: str, places: Places) -> Places:
        return frozenset(place + 1 for place in places if path[place : place + 1] == self.character)


@dataclass(frozen=True, slots=True)
class _Any:
    """Any number of characters: within a folder, or across."""

    across: bool

    def after(self, path: str, places: Places) -> Places:
        reached: set[int] = set()
        for place in places:
            # What was reached before goes on by itself to where this would go.
            while place not in reached:
                reached.add(place)
                if place == len(path) or (path[place] == "/" and not self.across):
                    break
                place += 1  # noqa: PLW2901 - a walk along the path
        return frozenset(reached)


@dataclass(frozen=True, slots=True)
class _OneOf:
    alternatives: tuple[_Sequence, ...]

    def after(self, path: str, places: Places) -> Places:
        return frozenset().union(*(_after(one, path, places) for one in self.alternatives))


_Part = _One | _Exactly | _Any | _OneOf
_Sequence = tuple[_Part, ...]


def _after(parts: _Sequence, path: str, places: Places) -> Places:
    for part in parts:
        if not places:
            break
        places = part.after(path, places)
    return places


def _parse(glob: str) -> _Sequence:
    """The parts of a glob; groups do not nest.

    :raises BadPattern: as Java does.
    """
    whole: list[_Part] = []
    group: list[list[_Part]] | None = None
    characters = iter(enumerate(glob))
    for place, character in characters:
        into = whole if group is None else group[-1]
        if character == "{":
            if group is not None:
                raise BadPattern(glob)
            group = [[]]
        elif character == "}" and group is not None:
            whole.append(_OneOf(tuple(tuple(one) for one in group)))
            group = None
        elif character == "," and group is not None:
            group.append([])
        elif character == "*":
            across = glob[place + 1 : place + 2] == "*"
            if across:
                next(characters)
            into.append(_Any(across))
        else:
            into.append(_character(character, characters))
    if group is not None:
        raise BadPattern(glob)
    return tuple(whole)


def _character(character: str, rest: Iterator[tuple[int, str]]) -> _Part:
    if character == "?":
        return _One((), negated=True)
    if character == "[":
        return _set(rest)
    if character == "\\":
        return _Exactly(_next(rest))
    return _Exactly(character)


def _set(rest: Iterator[tuple[int, str]]) -> _One:
    """A set in brackets, as Java reads it: ``!`` in front negates, and a hyphen after that is one."""
    characters = _bracketed(rest)
    negated = characters[:1] == "!"
    ranges: list[tuple[str, str]] = []
    place = int(negated)
    # In front, these are themselves.
    if characters[place : place + 1] == "-" or characters[:1] == "^":
        ranges.append((characters[place], characters[place]))
        place += 1
    low = ""
    while place < len(characters):
        character = characters[place]
        if character != "-":
            low = character
            ranges.append((low, low))
        elif not low:
            raise BadPattern(characters)
        else:
            place += 1
            high = characters[place : place + 1]
            ranges.append(_range(low, high) if high else ("-", "-"))
            low = ""
        place += 1
    return _One(tuple(ranges), negated)


def _range(low: str, high: str) -> tuple[str, str]:
    if high < low:
        raise BadPattern(f"{low}-{high}")
    return low, high


def _bracketed(rest: Iterator[tuple[int, str]]) -> str:
    """What stands before the closing bracket; never nothing, and never a slash."""
    found = ""
    while (character := _next(rest)) != "]":
        found += character
    if not found.removeprefix("!") or "/" in found:
        raise BadPattern(found)
    return found


def _next(rest: Iterator[tuple[int, str]]) -> str:
    for _, character in rest:
        return character
    raise BadPattern
