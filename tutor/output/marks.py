"""How a status is shown to people: a mark, a word, a colour."""

from __future__ import annotations

from tutor.grading.verdict import Status
from tutor.output.details import STATUS_WORDS
from tutor.output.page import Page
from tutor.output.style import Role
from tutor.text import Text

_MARKS = {
    Status.PASS: ("✓", "+"),
    Status.FAIL: ("✗", "x"),
    Status.BLOCKED: ("⊘", "/"),
    Status.UNKNOWN: ("?", "?"),
    Status.SKIP: ("-", "-"),
}
ROLES: dict[Status, Role] = {
    Status.PASS: "good",
    Status.FAIL: "bad",
    Status.BLOCKED: "wait",
    Status.UNKNOWN: "doubt",
    Status.SKIP: "quiet",
}


def marked(page: Page, status: Status, word: Text | None = None) -> str:
    """The mark and the word, or another word in its place."""
    return f"{_MARKS[status][page.style.ascii]} {page.say(word or STATUS_WORDS[status])}"
