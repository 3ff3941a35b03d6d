"""JSON: the report itself, as ``schema/report-1.json`` defines it, piece by piece: a class may be large."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tutor.report.records import Report

_ENCODER = msgspec.json.Encoder()


def chunks(report: Report) -> Iterator[bytes]:
    """The document, in pieces that are small enough to hold one of them."""
    names = report.__struct_fields__
    yield b"{"
    for place, name in enumerate(names):
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
