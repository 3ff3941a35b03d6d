"""Mistakes put into documents that are right, each with the line on which it is, and what stood there."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: A start or empty tag, an end tag, or what is neither and is left alone.
_TOKEN = re.compile(
    r"""<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<(?P<end>/?)(?P<name>[\w:.-]+)"""
    r"""(?P<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?P<empty>/?)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""(?P<name>[\w:.-]+)\s*=\s*(?P<quote>["'])(?P<value>[^"']*)(?P=quote)""")
_NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuiopqsdfghjklaxcvbnmz", strict=True))


@dataclass(frozen=True)
class Typo:
    """A mistake.

    :param line: where a reader would point.
    :param was: the name that was right, where one was renamed.
    """

    kind: str
    text: str
    line: int
    was: str | None = None


@dataclass(frozen=True)
class Tag:
    """A tag of an element, with its places in the text; ``end`` is behind its end tag."""

    name: str
    start: int
    stop: int
    close: int
    end: int
    parent: int | None
    attributes: tuple[re.Match[str], ...]


def tags(text: str) -> list[Tag]:
    """All elements, parents first; none where the text is not well-formed."""
    found: list[Tag | None] = []
    opened: list[tuple[int, re.Match[str]]] = []
    for token in _TOKEN.finditer(text):
        if token["name"] is None:
            continue
        if token["end"] and not opened:
            return []
        if token["end"]:
            number, start = opened.pop()
            found[number] = _tag(text, start, token, opened)
        else:
            found.append(None)
            opened.append((len(found) - 1, token))
            if token["empty"]:
                opened.pop()
                found[-1] = _tag(text, token, token, opened)
    return [tag for tag in found if tag is not None] if not opened else []


def _tag(
    text: str, start: re.Match[str], stop: re.Match[str], opened: list[tuple[int, re.Match[str]]]
) -> Tag:
    attributes = tuple(_ATTRIBUTE.finditer(text, start.start("attributes"), start.end("attributes")))
    parent = opened[-1][0] if opened else None
    return Tag(start["name"], start.start(), start.end(), stop.start(), stop.end(), parent, attributes)


def misspelt(word: str, chance: random.Random) -> str:
    """The word with one of the usual slips: a letter dropped, doubled, beside it, or two swapped."""
    at = chance.randrange(len(word))
    letter = word[at]
    beside = _NEIGHBOURS.get(letter.lower(), "x")
    slips = [
        word[:at] + letter + word[at:],
        word[:at] + beside + word[at + 1 :],
    ]
    if len(word) > 2:
        slips.append(word[:at] + word[at + 1 :])
    if at + 1 < len(word) and word[at + 1] != letter:
        slips.append(word[:at] + word[at + 1] + letter + word[at + 2 :])
    return chance.choice([slip for slip in slips if re.fullmatch(r"[A-Za-z_][\w.-]*", slip)] or [word + "x"])


def typos(text: str, chance: random.Random) -> Iterator[Typo]:
    """One mistake of each kind at each place that can have it; some may leave the document valid."""
    found = tags(text)
    for make in (_elements, _attributes, _values, _removed_attributes, _removed, _misplaced, _texts):
        yield from make(text, found, chance)


def _elements(text: str, found: list[Tag], chance: random.Random) -> Iterator[Typo]:
    for tag in found[1:]:
        if ":" in tag.name:
            continue
        wrong = misspelt(tag.name, chance)
        changed = text[: tag.start + 1] + wrong + text[tag.start + 1 + len(tag.name) :]
        if tag.close != tag.start:
            close = tag.close + len(wrong) - len(tag.name) + 2
            changed = changed[:close] + wrong + changed[close + len(tag.name) :]
        yield Typo("element renamed", changed, _line(text, tag.start), tag.name)


def _attributes(text: str, found: list[Tag], chance: random.Random) -> Iterator[Typo]:
    for tag in found:
        for one in tag.attributes:
            if not one["name"].startswith("xmlns") and ":" not in one["name"]:
                changed = _replaced(text, one, "name", misspelt(one["name"], chance))
                yield Typo("attribute renamed", changed, _line(text, one.start()), one["name"])


def _values(text: str, found: list[Tag], chance: random.Random) -> Iterator[Typo]:
    for tag in found:
        for one in tag.attributes:
            value, line = one["value"], _line(text, one.start())
            if re.fullmatch(r"[0-9]+", value):
                yield Typo("wrong number", _replaced(text, one, "value", value + "x"), line)
            elif re.fullmatch(r"[A-Za-z][\w-]*", value) and not one["name"].startswith("xmlns"):
                changed = _replaced(text, one, "value", misspelt(value, chance))
                yield Typo("wrong value", changed, line, value)
        content = text[tag.stop : tag.close]
        if tag.close != tag.start and re.fullmatch(r"[0-9]+", content):
            yield Typo("wrong number", text[: tag.stop] + "x" + text[tag.stop :], _line(text, tag.stop))


def _removed_attributes(text: str, found: list[Tag], _chance: random.Random) -> Iterator[Typo]:
    for tag in found:
        for one in tag.attributes:
            changed = text[: one.start()].rstrip() + text[one.end() :]
            if changed.count("\n") == text.count("\n"):
                yield Typo("attribute removed", changed, _line(text, tag.start))


def _removed(text: str, found: list[Tag], _chance: random.Random) -> Iterator[Typo]:
    for tag in found:
        if tag.parent is not None:
            changed = text[: tag.start] + text[tag.end :]
            yield Typo("element removed", changed, _line(text, found[tag.parent].start))


def _misplaced(text: str, found: list[Tag], chance: random.Random) -> Iterator[Typo]:
    for tag in found[1:]:
        into = chance.choice(found)
        if into.close != into.start and ":" not in tag.name:
            changed = text[: into.stop] + text[tag.start : tag.end] + text[into.stop :]
            yield Typo("element misplaced", changed, _line(text, into.stop))


def _texts(text: str, found: list[Tag], _chance: random.Random) -> Iterator[Typo]:
    for tag in found:
        if tag.parent is not None:
            yield Typo("text misplaced", text[: tag.end] + "hello" + text[tag.end :], _line(text, tag.end))


def _replaced(text: str, one: re.Match[str], group: str, new: str) -> str:
    return text[: one.start(group)] + new + text[one.end(group) :]


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


Make = Callable[[str, list[Tag], random.Random], Iterator[Typo]]
