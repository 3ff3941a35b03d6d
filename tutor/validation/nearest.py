"""The name that somebody meant, among those that exist."""

from __future__ import annotations

from collections.abc import Iterable

#: Letters of an abbreviation that is taken for one: addr for address.
_SHORTEST_START = 3
#: Longer words are no names.
_LONGEST = 80


def nearest(wrong: str, right: Iterable[str]) -> str | None:
    """The nearest of ``right``: one letter off in short words, one in three in longer ones.

    Letters that changed places count as one (Damerau and Levenshtein's distance, restricted);
    case, hyphens and underscores count less than anything.
    """
    if not wrong or len(wrong) > _LONGEST:
        return None
    ranked = sorted((_rank(wrong, name), name) for name in right if 0 < len(name) <= _LONGEST)
    if not ranked:
        return None
    (distance, *_), name = ranked[0]
    if distance <= max(1, (len(wrong) + 1) // 3) and distance < max(len(wrong), len(name)):
        return name
    starting = [name for name in right if _plain(name).startswith(_plain(wrong))]
    return min(starting, key=len) if starting and len(wrong) >= _SHORTEST_START else None


def distance(left: str, right: str) -> int:
    """The edits from one word to the other: a letter more, less, other, or two that changed places."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        above, row, before_that = row, [i], before
        for j, other in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (one != other))
            if i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before_that[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]


def _rank(wrong: str, name: str) -> tuple[int, int, int, int]:
    left, right = _plain(wrong), _plain(name)
    same = sum(one == other for one, other in zip(left, right, strict=False))
    letters = len(set(left) ^ set(right))
    return distance(left, right), letters, -same, distance(wrong, name)


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")
