"""Sets of numbers as spans: what a field of a packet may hold, and what a rule asks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tutor.dataclass import dataclass

#: How many numbers are looked at one by one, where a condition cannot be put as spans.
COUNTABLE = 4096


@dataclass(frozen=True, slots=True)
class Numbers:
    """A set of natural numbers: disjoint spans ``(first, last)`` in rising order, none adjoining."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, *numbers: int) -> Numbers:
        """Exactly these numbers."""
        return cls.joined((number, number) for number in numbers)

    @classmethod
    def span(cls, first: int, last: int) -> Numbers:
        """All numbers from ``first`` to ``last``; none where last is the smaller."""
        return cls(((first, last),) if first <= last else ())

    @classmethod
    def joined(cls, spans: Iterable[tuple[int, int]]) -> Numbers:
        """The union of spans that may overlap and come in any order."""
        ordered = sorted(spans)
        if len(ordered) <= 1:
            return cls(tuple(ordered))
        result: list[tuple[int, int]] = []
        start, end = ordered[0]
        for first, last in ordered:
            if first > end + 1:
                result.append((start, end))
                start, end = first, last
            elif last > end:
                end = last
        return cls((*result, (start, end)))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.spans)

    def __or__(self, other: Numbers) -> Numbers:
        return Numbers.joined(self.spans + other.spans)

    def __and__(self, other: Numbers) -> Numbers:
        if self.spans == other.spans:
            return self
        if len(self.spans) == len(other.spans) == 1:  # most are one span
            ((a, b),), ((c, d),) = self.spans, other.spans
            return Numbers.span(max(a, c), min(b, d))
        common = ((max(a, c), min(b, d)) for a, b in self.spans for c, d in other.spans)
        return Numbers.joined((first, last) for first, last in common if first <= last)

    def __sub__(self, other: Numbers) -> Numbers:
        if self.spans == other.spans:
            return NONE
        left = list(self.spans)
        for first, last in other.spans:
            pieces = ((a, min(b, first - 1), max(a, last + 1), b) for a, b in left)
            left = [(start, end) for a, b, c, d in pieces for start, end in {(a, b), (c, d)} if start <= end]
        return Numbers.joined(left)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.spans:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.spans)

    @property
    def only(self) -> int | None:
        """The number, where there is exactly one."""
        if len(self.spans) != 1 or self.spans[0][0] != self.spans[0][1]:
            return None
        return self.spans[0][0]

    @property
    def countable(self) -> bool:
        """Whether the numbers are few enough to be looked at one by one."""
        # Not by len(), which no set of 2**63 numbers or more has.
        return sum(last - first + 1 for first, last in self.spans) <= COUNTABLE

    def where(self, holds: Callable[[int], bool]) -> Numbers:
        """Those numbers for which ``holds``; for countable sets."""
        return Numbers.joined([(number, number) for number in self if holds(number)])


NONE = Numbers()
ADDRESSES = Numbers.span(0, 2**32 - 1)
PORTS = Numbers.span(0, 2**16 - 1)
