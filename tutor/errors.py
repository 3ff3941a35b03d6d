"""Errors that a person can mend, each with its exit code and its next step."""

from __future__ import annotations

from tutor.text import Text


class UserError(Exception):
    """Something the user can mend: one sentence, one next step, one exit code.

    :param what: the sentence, which names the file and line where there is one.
    :param tip: what to do next.
    """

    exit_code = 2

    def __init__(self, what: Text, tip: Text | None = None) -> None:
        super().__init__(what.message)
        self.what = what
        self.tip = tip


class UsageError(UserError):
    """The command line, a recording or the configuration cannot be used (exit 2)."""


class CourseError(UserError):
    """The course itself is broken: which file, which line (exit 4)."""

    exit_code = 4
