"""The codes that any check can end with, because of the machine or of another check."""

from __future__ import annotations

from tutor.authoring.codes import Code
from tutor.grading.verdict import Status
from tutor.text import text

_UNKNOWN = Status.UNKNOWN

#: What the run itself answers in a check's place (:mod:`tutor.grading.runner`).
OF_THE_RUN = (
    Code("need-failed", Status.BLOCKED, text("a check that it needs failed")),
    Code("need-unknown", Status.BLOCKED, text("a check that it needs could not be looked at")),
    Code("internal-error", _UNKNOWN, text("the check, or what it asked, has a bug: see the log of errors")),
    Code("malformed", _UNKNOWN, text("what was seen is not of its own format")),
    Code("no-such-check", _UNKNOWN, text("no check of that name is installed")),
)

#: What a source answers that could not look (:class:`tutor.host.question.Unobservable`).
OF_SOURCES = (
    Code("not-permitted", _UNKNOWN, text("this user may not look there")),
    Code("timed-out", _UNKNOWN, text("no answer came in time")),
    Code("not-answering", _UNKNOWN, text("a daemon does not answer")),
    Code("program-missing", _UNKNOWN, text("the program that looks is not installed")),
    Code("binding-missing", _UNKNOWN, text("a library that looks is not installed")),
    Code("failed", _UNKNOWN, text("what looks ended with an error")),
    Code("unreadable", _UNKNOWN, text("the system could not read it")),
    Code("not-a-file", _UNKNOWN, text("it is no regular file, so it was not read")),
    Code("too-large", _UNKNOWN, text("it is larger than what is read")),
    Code("recursive", _UNKNOWN, text("a start-up file of the shell starts this tool")),
    Code("too-many", _UNKNOWN, text("there are more than are looked at")),
    Code("too-much-output", _UNKNOWN, text("the program that looks printed without end")),
    Code("no-such-user", _UNKNOWN, text("the user database does not know who runs the tool")),
    Code("session-differs", _UNKNOWN, text("this session and a new login look for start-up files elsewhere")),
    Code("not-recorded", _UNKNOWN, text("the recording that is judged does not have it")),
    Code("no-such-source", _UNKNOWN, text("no installed module looks at that")),
)

COMMON = (*OF_THE_RUN, *OF_SOURCES)
