"""Where the walk is, and what it passed by, read back from the journal."""

from __future__ import annotations

from pathlib import Path

from tutor.journal.events import position_event, skip_event
from tutor.journal.journal import Journal
from tutor.journal.verify import verify


def test_where_the_walk_has_been_the_latest_last(journal: Journal, path: Path) -> None:
    assert journal.positions("c") == []
    steps = ["l/a", "l/b", "l/a"]
    journal.append_all(position_event("c", step) for step in steps)
    journal.append_all([position_event("another", "l/x")])
    assert journal.positions("c") == ["l/b", "l/a"]
    assert journal.positions("another") == ["l/x"]
    assert verify(path) == []


def test_the_latest_reason_of_each_step(journal: Journal) -> None:
    for course, step, reason in (
        ("c", "l/a", "old"),
        ("c", "l/b", ""),
        ("d", "l/a", "d's"),
        ("c", "l/a", "new\n\u202e"),
    ):
        journal.append_all([skip_event(course, step, reason)])
    assert journal.skips("c") == {"l/b": "", "l/a": "new\n\u202e"}
    assert journal.skips("d") == {"l/a": "d's"}


def test_another_shape_is_passed_over(journal: Journal) -> None:
    journal.append_all(
        [
            ("position", {"course": "c", "step": 1}),
            ("position", {"step": "l/a"}),
            ("skip", {"course": "c", "step": "l/a"}),
            ("skip", {"course": "c", "step": "l/a", "reason": None}),
            skip_event("c", "l/b", "so"),
            position_event("c", "l/b"),
        ]
    )
    assert journal.positions("c") == ["l/b"]
    assert journal.skips("c") == {"l/b": "so"}


def test_a_torn_position_costs_the_last_move_alone(journal: Journal, path: Path) -> None:
    journal.append_all([position_event("c", "l/a"), position_event("c", "l/b")])
    path.write_bytes(path.read_bytes()[:-20])
    assert journal.positions("c") == ["l/a"]
    journal.append_all([position_event("c", "l/c")])
    assert journal.positions("c") == ["l/a", "l/c"]
    assert verify(path) == []
