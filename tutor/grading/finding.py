"""The words a check function answers in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.grading.verdict import Finding, Status
from tutor.text import Text


def passed(
    observed: Text,
    *,
    note: Text | None = None,
    expected: Text | None = None,
    remember: Mapping[str, list[str]] | None = None,
) -> Finding:
    """It is so. ``note`` says what is right now but will not stay so."""
    return Finding(Status.PASS, observed, expected, note=note, remember=remember or {})


def failed(
    code: str,
    observed: Text,
    *,
    why: Text,
    hint: Text,
    fix: Sequence[str] = (),
    expected: Text | None = None,
    remember: Mapping[str, list[str]] | None = None,
) -> Finding:
    """It is not so.

    :param code: the stable kebab-case cause.
    :param fix: commands for a non-interactive shell of the student that put it right; empty
        where only a person can act.
    """
    return Finding(Status.FAIL, observed, expected, code, why, hint, tuple(fix), remember=remember or {})


def skipped(code: str, reason: Text) -> Finding:
    """The question does not apply to this machine, for this reason."""
    return Finding(Status.SKIP, reason, code=code)


def unknown(code: str, reason: Text, *, hint: Text | None = None, fix: Sequence[str] = ()) -> Finding:
    """It could not be observed, for this reason."""
    return Finding(Status.UNKNOWN, reason, code=code, hint=hint, fix=tuple(fix))
