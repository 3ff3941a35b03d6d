"""JSON: the report itself, as ``schema/report-1.json`` defines it, piece by piece: a class may be large."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tutor.report.exports.aim import Aim
from tutor.report.records import Report

_ENCODER = msgspec.json.Encoder()


def render(report: Report, _aim: Aim, /) -> Iterator[str]:
    """See :class:`tutor.report.exports.interface.OfClass`."""
    return (ascii_only(chunk) for chunk in _chunks(report))


def ascii_only(chunk: bytes) -> str:
    """The JSON with escapes for all outside ASCII, which then reaches no terminal and no locale."""
    if chunk.isascii():
        return chunk.decode("ascii")
    # Outside of strings JSON is ASCII, and in them each escape stands for what it replaces.
    return "".join(char if char.isascii() else _escaped(char) for char in chunk.decode())


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def _chunks(report: Report) -> Iterator[bytes]:
    yield b"{"
    for place, name in enumerate(report.__struct_fields__):
        yield (b",\n" if place else b"\n") + _ENCODER.encode(name) + b":"
        value = getattr(report, name)
        if isinstance(value, tuple):
            yield b"["
            for number, one in enumerate(value):
                yield (b",\n" if number else b"\n") + _ENCODER.encode(one)
            yield b"]"
        else:
            yield _ENCODER.encode(value)
    yield b"\n}\n"
