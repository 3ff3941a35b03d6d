"""What all records of a report are."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Status = Literal["pass", "fail", "blocked", "unknown", "skip"]


class Record(Struct, frozen=True, gc=False):
    """What all records are: not to be changed, and no work for the garbage collector."""
