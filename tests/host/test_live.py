"""The live host: each thing once, failures too, nothing for ever."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tutor.host import live
from tutor.host.documents import document
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import SOURCES, Answers, Args, Source
from tutor.text import text

Make = Callable[..., None]


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Registers a source for the length of a test: ``source(name, observe, slow=...)``."""

    def make(
        observe: Callable[[Machine, Sequence[Args]], Answers], name: str = "made-up", *, slow: bool = True
    ) -> None:
        monkeypatch.setitem(SOURCES, name, Source(name, observe, slow=slow, by="a test"))

    return make  # type: ignore[return-value]


def question(*args: str, source: str = "made-up") -> Question[Any]:
    return Question(source, object, args)


def reason(host: LiveHost, asked: Question[Any]) -> str:
    with pytest.raises(Unobservable) as caught:
        host.ask(asked)
    return caught.value.reason


class Counting:
    """Answers each question with its arguments, and counts how often it looked."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.looks: list[Sequence[Args]] = []
        self.failure = failure

    def __call__(self, _machine: Machine, wanted: Sequence[Args]) -> Answers:
        self.looks.append(wanted)
        if self.failure:
            raise self.failure
        return {args: list(args) for args in wanted}


@pytest.mark.parametrize("slow", [True, False])
def test_each_thing_is_looked_at_once(source: Make, slow: bool) -> None:
    observe = Counting()
    source(observe, slow=slow)
    host = LiveHost(Machine({}))
    assert [host.ask(question("a")), host.ask(question("b")), host.ask(question("a"))] == [
        ["a"],
        ["b"],
        ["a"],
    ]
    assert observe.looks == [[("a",)], [("b",)]]
    assert [seen.key for seen in host.observations] == ['made-up["a"]', 'made-up["b"]']


@pytest.mark.parametrize("slow", [True, False])
@pytest.mark.parametrize(
    ("failure", "why"),
    [(Unobservable("not-permitted", text("no")), "not-permitted"), (KeyError("x"), "internal-error")],
)
def test_failures_are_remembered_too(source: Make, slow: bool, failure: Exception, why: str) -> None:
    observe = Counting(failure)
    source(observe, slow=slow)
    host = LiveHost(Machine({}))
    assert [reason(host, question("a")) for _ in range(2)] == [why, why]
    assert len(observe.looks) == 1


def test_questions_to_one_source_are_asked_together(source: Make) -> None:
    observe = Counting()
    source(observe)
    host = LiveHost(Machine({}))
    host.start([question("a"), question("b"), question("a")])
    assert host.ask(question("b")) == ["b"]
    assert observe.looks == [[("a",), ("b",)]]


def test_slow_sources_are_asked_side_by_side(source: Make) -> None:
    meeting = threading.Barrier(3, timeout=5)

    def meet(_machine: Machine, wanted: Sequence[Args]) -> Answers:
        meeting.wait()
        return dict.fromkeys(wanted, 1)

    names = ("one", "two", "three")
    for name in names:
        source(meet, name)
    host = LiveHost(Machine({}))
    host.start(question(source=name) for name in names)
    assert [host.ask(question(source=name)) for name in names] == [1, 1, 1]


def test_what_does_not_come_in_time_is_unknown_for_good(
    source: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LIMIT", 0.3)
    late = threading.Event()

    def hang(_machine: Machine, wanted: Sequence[Args]) -> Answers:
        late.wait(5)
        return dict.fromkeys(wanted, 1)

    source(hang)
    host, started = LiveHost(Machine({})), time.monotonic()
    assert reason(host, question()) == "timed-out"
    assert time.monotonic() - started < 2
    late.set()
    time.sleep(0.1)
    assert reason(host, question()) == "timed-out"


def test_whoever_types_a_password_is_waited_for(source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LIMIT", 0.3)
    machine = Machine({})

    def ask(_machine: Machine, wanted: Sequence[Args]) -> Answers:
        machine.asking = True
        time.sleep(1)
        machine.asking = False
        return dict.fromkeys(wanted, 1)

    source(ask)
    assert LiveHost(machine).ask(question()) == 1


def test_a_source_that_nobody_has() -> None:
    host = LiveHost(Machine({}))
    host.start([question(source="of-a-plugin")])
    assert reason(host, question(source="of-a-plugin")) == "no-such-source"


def test_what_a_source_leaves_out_is_unknown(source: Make) -> None:
    source(lambda _machine, _wanted: {})
    assert reason(LiveHost(Machine({})), question()) == "malformed"


def test_a_host_that_is_closed_leaves_no_process_behind(tmp_path: Path) -> None:
    before = children()
    host = LiveHost(Machine())
    host.ask(document(str(tmp_path / "no.xml")))
    assert children() > before
    host.close()
    assert children() == before
    assert reason(host, document(str(tmp_path / "other.xml"))) == "failed"
    LiveHost(Machine()).close()  # one that has begun none


def children() -> set[int]:
    """The processes that this one has started (proc_pid_task(5), children)."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that ends meanwhile
            found |= {int(child) for child in (task / "children").read_text().split()}
    return found
