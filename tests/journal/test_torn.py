"""Power cuts and kill -9: whatever is left of the file, at most the last line is lost."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journal.processes import finish, run, start
from tutor.journal.journal import Journal
from tutor.journal.line import MAX_LINE, Event
from tutor.journal.verify import verify

WORDS = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        lambda s, q, o: ("answer", {"step": s, "question": q, "options": o}), WORDS, WORDS, st.lists(WORDS)
    ),
    st.builds(lambda k, v: ("remembered", {"key": k, "value": v}), WORDS, VALUES),
    st.builds(lambda v: ("check", {"steps": v}), VALUES),
)


def count(journal: Journal) -> int:
    return sum(len(list(journal.entries(kind))) for kind in ("check", "answer", "remembered"))


@settings(deadline=None)
@given(events=st.lists(EVENTS, max_size=8), after=EVENTS, data=st.data())
def test_cut_at_any_byte(events: list[Event], after: Event, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal.jsonl")
        journal = Journal(path)
        journal.append_all(events)
        whole = path.read_bytes() if events else b""
        cut = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:cut])
        complete = whole[: cut + 1].count(b"\n")  # one that only lacks its newline is complete
        assert count(journal) == complete
        assert {each.code for each in verify(path)} <= {"torn"}
        journal.append_all([after])
        assert verify(path) == []
        assert count(journal) == complete + 1
        kept = b"".join(whole.splitlines(keepends=True)[:complete])
        assert path.read_bytes().startswith(kept), "nothing but the torn line is touched"


@settings(deadline=None)
@given(events=st.lists(EVENTS, max_size=8))
def test_what_is_written_is_read_back(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder, "journal.jsonl"))
        journal.append_all(events)
        assert verify(journal.path) == []
        for kind in ("check", "answer", "remembered"):
            expected = [data for each, data in events if each == kind]
            assert [dict(entry.data) for entry in journal.entries(kind)] == expected
        answers: dict[str, dict[str, list[str]]] = {}
        for each, data in events:
            if each == "answer":
                answers.setdefault(data["step"], {})[data["question"]] = data["options"]
        assert journal.answers() == answers
        assert journal.remembered() == {
            data["key"]: data["value"] for kind, data in events if kind == "remembered"
        }


@settings(deadline=None)
@given(
    content=st.binary(max_size=300)
    | st.lists(st.sampled_from([b"\n", b"{}", b'{"kind":"answer",', b"x"])).map(b"".join)
)
def test_any_bytes_can_be_read_and_appended_to(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder, "journal.jsonl"))
        journal.path.write_bytes(content)
        verify(journal.path)
        journal.answer("a/b", "q", ["x"])
        assert journal.answers() == {"a/b": {"q": ["x"]}}
        ended = content[: content.rfind(b"\n") + 1]
        assert journal.path.read_bytes().startswith(ended), "complete lines are never taken away"
        appended = journal.path.read_bytes().count(b"\n")
        assert appended not in {each.line for each in verify(journal.path)}, "the chain goes on from there"


@pytest.mark.parametrize("length", [100, 1 << 16, MAX_LINE])
def test_a_long_torn_line_is_mended(journal: Journal, path: Path, length: int) -> None:
    journal.append("check", {})
    with path.open("ab") as file:
        file.write(b'{"kind":"check",'.ljust(length, b"x"))
    journal.append("check", {})
    assert verify(path) == []
    assert count(journal) == 2


def test_what_is_too_long_to_be_a_torn_line_of_ours_is_kept(journal: Journal, path: Path) -> None:
    journal.append("check", {})
    with path.open("ab") as file:
        file.write(b"x" * (MAX_LINE + 1))
    size = path.stat().st_size
    journal.append("check", {})
    assert path.read_bytes()[size:].startswith(b'\n{"kind":"check"')
    assert [(each.line, each.code) for each in verify(path)] == [(2, "damaged")]
    assert count(journal) == 2


def write_for_ever(path: Path) -> None:
    """Lines of very different lengths, so that a kill can come inside a write."""
    journal = Journal(path)
    for number in range(1_000_000):
        journal.append("check", {"number": number, "filler": "x" * (number % 5 * 200_000)})


@pytest.mark.parametrize("seed", range(20))
def test_kill_9_at_a_random_moment(journal: Journal, path: Path, seed: int) -> None:
    journal.append("answer", {"step": "a/b", "question": "q", "options": ["x"]})
    child = start(lambda: write_for_ever(path))
    time.sleep(random.Random(seed).uniform(0.005, 0.12))  # noqa: S311 - not a secret
    os.kill(child, signal.SIGKILL)
    assert finish(child) == -signal.SIGKILL
    assert {each.code for each in verify(path)} <= {"torn"}
    numbers = [entry.data["number"] for entry in journal.entries("check")]
    assert numbers == list(range(len(numbers))), "nothing that was written before is lost"
    journal.append("check", {"number": -1})
    assert verify(path) == []
    assert [entry.data["number"] for entry in journal.entries("check")] == [*numbers, -1]
    assert journal.answers() == {"a/b": {"q": ["x"]}}


@pytest.mark.parametrize(("writers", "each"), [(2, 300), (6, 100)])
def test_terminals_at_once(path: Path, writers: int, each: int) -> None:
    def write(writer: int) -> None:
        journal = Journal(path, wait=30)  # the disk decides how long hundreds of syncs take
        for number in range(each):
            journal.append("check", {"writer": writer, "number": number})

    children = [start(lambda writer=writer: write(writer)) for writer in range(writers)]  # type: ignore[misc]
    assert [finish(child) for child in children] == [0] * writers
    assert verify(path) == []
    found = [(entry.data["writer"], entry.data["number"]) for entry in Journal(path).entries("check")]
    assert sorted(found) == [(writer, number) for writer in range(writers) for number in range(each)]
    for writer in range(writers):
        assert [number for who, number in found if who == writer] == list(range(each))


def test_the_journal_removed_while_others_write(path: Path) -> None:
    def write() -> None:
        for _ in range(100):
            Journal(path, wait=30).append("check", {})

    children = [start(write) for _ in range(2)]
    for _ in range(20):
        path.unlink(missing_ok=True)
        time.sleep(0.002)
    assert [finish(child) for child in children] == [0, 0]
    Journal(path).append("check", {})
    assert verify(path) == []
    assert json.loads(path.read_bytes().splitlines()[0])["prev"] == "0" * 64


def test_the_journal_removed_while_one_waits_for_it(journal: Journal, path: Path) -> None:
    """The one that waited must not write into the file that has lost its name."""
    journal.append("check", {})
    fd = os.open(path, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    child = start(lambda: Journal(path, wait=30).answer("a/b", "q", ["x"]))
    while not waits_for(child, path):
        time.sleep(0.005)
    path.unlink()
    fcntl.flock(fd, fcntl.LOCK_UN)  # the child has inherited the descriptor: closing ours frees nothing
    os.close(fd)
    assert finish(child) == 0
    assert journal.answers() == {"a/b": {"q": ["x"]}}
    assert verify(path) == []


def waits_for(child: int, path: Path) -> bool:
    """Whether the child has opened the file itself, beside the descriptor it inherited."""
    links = Path(f"/proc/{child}/fd").iterdir()
    return sum(each.is_symlink() and os.path.samefile(each, path) for each in links if each.exists()) > 1


def test_run_tells_a_failure() -> None:
    def fail() -> None:
        os._exit(7)

    assert run(fail) == 7
