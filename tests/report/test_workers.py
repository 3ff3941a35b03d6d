"""Processes side by side: one that dies, one that hangs, and what was judged before."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.handin.samples import the_course
from tests.report.generate import make
from tests.report.reports import reported
from tutor.commands.report_making import make_tools
from tutor.report import judging, workers
from tutor.report.cache import Cache, stamp
from tutor.report.hand_in import Source
from tutor.report.judging import Judged, Tools
from tutor.report.workers import Outcome, Setup, outcomes

KILLER, LOOPER, FAILER = b"kill", b"loop", b"fail"


def _sabotaged(make_them: Callable[[], Tools]) -> Tools:
    """In the worker: some hand-ins are such that judging them ends badly."""
    real = judging.judged

    def judged(content: bytes | str, tools: Tools) -> object:
        assert isinstance(content, bytes)
        if content.startswith(KILLER):
            os.kill(os.getpid(), signal.SIGKILL)
        while content.startswith(LOOPER):
            pass
        if content.startswith(FAILER):
            raise ZeroDivisionError
        return real(content, tools)

    workers.judged = judged  # type: ignore[assignment, attr-defined]
    workers.LIMIT_SECONDS = 1
    return make_them()


def run(folder: Path, *contents: bytes, jobs: int = 2) -> dict[str, Outcome]:
    sources = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.tutor"
        path.write_bytes(content)
        sources.append(Source(path.name, str(path)))
    course, _ = the_course()
    setup = Setup(partial(_sabotaged, partial(make_tools, course, "en", None)), None, b"")
    return {outcome.source.name: outcome for outcome in outcomes(sources, setup, jobs)}


def test_what_kills_its_process_is_refused_and_nothing_else(tmp_path: Path) -> None:
    good = make(0, name="fresh").line
    found = run(tmp_path, *[good] * 9, KILLER, *[good] * 9, KILLER)
    codes = {name: outcome.refusal.code for name, outcome in found.items() if outcome.refusal}
    assert codes == {"9.tutor": "crashed", "19.tutor": "crashed"}
    assert len(found) == 20


def test_what_never_ends_and_what_fails(tmp_path: Path) -> None:
    found = run(tmp_path, LOOPER, make(0, name="fresh").line, FAILER)
    codes = {name: outcome.refusal.code for name, outcome in found.items() if outcome.refusal}
    assert codes == {"0.tutor": "too-slow", "2.tutor": "internal-error"}


def test_a_second_run_judges_only_what_is_new(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.tutor").write_bytes(make(number, name="fresh").line)
    cache = tmp_path / "cache/report.sqlite"
    first = reported(folder, cache=cache)
    course, _ = the_course()
    setup = Setup(partial(make_tools, course, "en", None), cache, b"stamp")
    sources = [Source(path.name, str(path)) for path in sorted(folder.iterdir())]
    assert not [one for one in outcomes(sources, setup, 1) if one.fresh]
    (folder / "9.tutor").write_bytes(make(9, name="fresh").line)
    sources.append(Source("9.tutor", str(folder / "9.tutor")))
    assert [one.source.name for one in outcomes(sources, setup, 1) if one.fresh] == ["9.tutor"]
    other = Setup(setup.make_tools, cache, b"another course")
    assert len([one for one in outcomes(sources, other, 1) if one.fresh]) == 4
    (folder / "9.tutor").unlink()
    assert reported(folder, cache=cache).students == first.students


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_cache_is_ignored(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "0.tutor").write_bytes(make(0, name="fresh").line)
    cache = tmp_path / "report.sqlite"
    cache.write_bytes(damage)
    report = reported(tmp_path / "0.tutor", cache=cache)
    assert len(report.students) == 1
    assert not report.refused


def test_a_row_that_was_changed_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "report.sqlite"
    cache = Cache(path)
    cache.keep([(b"key", b"a judgement")])
    assert cache.look_up(b"key") == b"a judgement"
    cache.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE judged SET content = ?", (b"a better judgement",))
    connection.close()
    cache = Cache(path)
    assert cache.look_up(b"key") is None
    cache.close()


def test_a_folder_that_may_not_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file/report.sqlite")
    cache.keep([(b"key", b"content")])
    assert cache.look_up(b"key") is None


def test_the_stamp_is_of_the_code(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = stamp(str(tmp_path))
    assert stamp(str(tmp_path)) == before
    (tmp_path / "a.py").write_text("11")
    assert stamp(str(tmp_path)) != before


def test_what_is_kept_is_what_was_judged(tmp_path: Path) -> None:
    found = run(tmp_path, make(0, name="done").line)["0.tutor"]
    decoded = judging.DECODER.decode(found.content)
    assert isinstance(decoded, Judged)
    assert judging.ENCODER.encode(decoded) == found.content
