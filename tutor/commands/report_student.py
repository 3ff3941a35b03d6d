"""The student whom a word on the command line means."""

from __future__ import annotations

from tutor.errors import UsageError
from tutor.report.records import Report, Student
from tutor.text import text


def find_student(made: Report, word: str) -> Student:
    """The student of that key, id, mail or name, or of a part of one of them that only one has.

    :raises UsageError: when there is none, or more than one.
    """
    wanted = word.strip().casefold()
    for found in (
        [one for one in made.students if wanted in _words(one)],
        [one for one in made.students if any(wanted in each for each in _words(one))],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(one.key for one in found[:8])
            raise UsageError(
                text("{word} is more than one student", word=word),
                text("Choose one of: {choices}", choices=names),
            )
    from tutor.course.findings import nearest

    near = ", ".join(nearest(word, [one.key for one in made.students]))
    tip = (
        text("Did you mean {names}?", names=near) if near else text("Leave --student out to see all of them.")
    )
    raise UsageError(text("there is no student {word}", word=word), tip)


def _words(one: Student) -> list[str]:
    return [name.casefold() for name in (one.key, one.id, one.email, one.name, one.pseudonym) if name]
