"""The live host: each thing looked at once, slow ones side by side, and nothing waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest

from tutor.errors import UsageError
from tutor.host import live
from tutor.host.libvirt.connection import Connection
from tutor.host.live import LiveHost
from tutor.host.machine import Machine, Patience
from tutor.host.question import Question, Unobservable
from tutor.host.source import SOURCES, Answers, Args, batch_source, source
from tutor.text import text

Look = Callable[..., Any]


@pytest.fixture
def looked() -> Iterator[list[tuple[str, ...]]]:
    """What the sources that a test registers were asked; they are gone after it."""
    before = dict(SOURCES)
    yield []
    SOURCES.clear()
    SOURCES.update(before)


def ask(name: str, *args: str) -> Question[Any]:
    return Question(name, int, args)


def reason_of(host: LiveHost, question: Question[Any]) -> str:
    with pytest.raises(Unobservable) as failure:
        host.ask(question)
    return failure.value.reason


@pytest.mark.parametrize("slow", [True, False])
def test_once_however_often_it_is_asked(looked: list[tuple[str, ...]], slow: bool) -> None:
    @source("test.once", by="the test", slow=slow)
    def once(_machine: Machine, what: str) -> int:
        looked.append((what,))
        return len(looked)

    host = LiveHost(Machine())
    host.start([ask("test.once", "a"), ask("test.once", "a")])
    assert [host.ask(ask("test.once", what)) for what in ("a", "a", "b", "a")] == [1, 1, 2, 1]
    host.start([ask("test.once", "a"), ask("test.once", "b")])
    assert looked == [("a",), ("b",)]
    assert {one.key: one.value for one in host.observations} == {'test.once["a"]': 1, 'test.once["b"]': 2}


def test_failures_are_remembered(looked: list[tuple[str, ...]]) -> None:
    @source("test.fails", by="the test")
    def fails(_machine: Machine) -> int:
        looked.append(())
        raise Unobservable("not-permitted", text("no"))

    host = LiveHost(Machine())
    assert [reason_of(host, ask("test.fails")) for _ in range(3)] == ["not-permitted"] * 3
    assert len(looked) == 1


def test_quick_ones_wait_until_they_are_asked(looked: list[tuple[str, ...]]) -> None:
    @source("test.quick", by="the test")
    def quick(_machine: Machine) -> int:
        looked.append(())
        return 1

    host = LiveHost(Machine())
    host.start([ask("test.quick")])
    assert looked == []


@pytest.mark.usefixtures("looked")
def test_slow_ones_run_side_by_side() -> None:
    together = threading.Barrier(3, timeout=5)
    for name in ("test.a", "test.b", "test.c"):

        @source(name, by="the test", slow=True)
        def slow(_machine: Machine) -> int:
            return together.wait()  # broken unless all three are here at the same time

    host = LiveHost(Machine())
    questions = [ask(name) for name in ("test.a", "test.b", "test.c")]
    host.start(questions)
    assert sorted(host.ask(question) for question in questions) == [0, 1, 2]


def test_a_batch_is_one_look(looked: list[tuple[str, ...]]) -> None:
    @batch_source("test.batch", by="the test")
    def batch(_machine: Machine, wanted: Sequence[Args]) -> Answers:
        looked.append(tuple(args[0] for args in wanted))
        return {args: int(args[0]) if args[0] != "0" else Unobservable("gone", text("x")) for args in wanted}

    host = LiveHost(Machine())
    host.start([ask("test.batch", "1"), ask("test.batch", "2"), ask("test.batch", "0")])
    assert host.ask(ask("test.batch", "2")) == 2
    assert reason_of(host, ask("test.batch", "0")) == "gone"
    assert host.ask(ask("test.batch", "3")) == 3
    assert looked == [("1", "2", "0"), ("3",)]


def test_too_late_is_too_late(looked: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been told as late stays so, also when the answer comes after all."""
    come = threading.Event()

    @source("test.late", by="the test", slow=True)
    def late(_machine: Machine) -> int:
        come.wait(5)
        looked.append(())
        return 1

    monkeypatch.setattr(live, "LIMIT", 0.3)
    host = LiveHost(Machine())
    assert reason_of(host, ask("test.late")) == "timed-out"
    come.set()
    while not looked:
        time.sleep(0.01)
    time.sleep(0.05)
    assert reason_of(host, ask("test.late")) == "timed-out"


def test_time_for_a_password_does_not_count(
    looked: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    @source("test.asks", by="the test", slow=True)
    def asks(machine: Machine) -> int:
        machine.asking = True
        looked.append(())
        time.sleep(1.2)
        machine.asking = False
        return 1

    monkeypatch.setattr(live, "LIMIT", 0.5)
    assert LiveHost(Machine()).ask(ask("test.asks")) == 1


@pytest.mark.usefixtures("looked")
@pytest.mark.parametrize("slow", [True, False])
def test_a_fault_of_a_source_is_written_down(slow: bool) -> None:
    error = RuntimeError("a bug")

    @source("test.buggy", by="the test", slow=slow)
    def buggy(_machine: Machine) -> int:
        raise error

    written: list[tuple[str, BaseException]] = []

    def log(where: str, what: BaseException) -> str:
        written.append((where, what))
        return "/the/log"

    assert reason_of(LiveHost(Machine(), log), ask("test.buggy")) == "internal-error"
    assert written == [("source test.buggy", error)]
    assert reason_of(LiveHost(Machine()), ask("test.buggy")) == "internal-error"


@pytest.mark.usefixtures("looked")
def test_what_the_user_can_mend_is_no_fault_of_ours() -> None:
    @source("test.journal", by="the test")
    def journal(_machine: Machine) -> int:
        raise UsageError(text("the journal is in the way"))

    assert reason_of(LiveHost(Machine()), ask("test.journal")) == "unreadable"


def test_a_source_that_nobody_brings() -> None:
    host = LiveHost(Machine())
    host.start([ask("test.nowhere")])
    assert reason_of(host, ask("test.nowhere")) == "no-such-source"


def test_without_a_thread_to_spare(looked: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    @source("test.slow", by="the test", slow=True)
    def slow(_machine: Machine) -> int:
        looked.append(())
        return 1

    def none_left(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    host = LiveHost(Machine())
    host.start([ask("test.slow")])
    assert host.ask(ask("test.slow")) == 1


# Daemons that hang.


def test_a_second_in_which_many_wait_is_one_second() -> None:
    patience, answer = Patience(1.0, grace=0.0), threading.Event()
    waiting = [threading.Thread(target=patience.wait, args=(answer,)) for _ in range(10)]
    for thread in waiting:
        thread.start()
    time.sleep(0.3)
    answer.set()
    for thread in waiting:
        thread.join()
    slow = threading.Event()
    threading.Timer(0.3, slow.set).start()
    assert patience.wait(slow), "ten who waited 0.3 s together have used up 0.3 s, not 3 s"


def test_a_spent_budget_leaves_a_grace() -> None:
    patience = Patience(0.1, grace=0.3)
    assert not patience.wait(threading.Event())
    late = threading.Event()
    threading.Timer(0.1, late.set).start()
    started = time.monotonic()
    assert patience.wait(late)
    assert not patience.wait(threading.Event())
    assert time.monotonic() - started < 1


def test_a_hung_connection_is_given_up_once() -> None:
    release = threading.Event()
    connection = Connection("qemu:///system", "read", Patience(0.3))
    connection._handle = object()  # as if opened
    started = time.monotonic()
    for _ in range(5):
        with pytest.raises(Unobservable) as failure:
            connection.call(lambda _handle: release.wait(5))
        assert failure.value.reason == "timed-out"
    assert time.monotonic() - started < 1
    release.set()


def test_a_connection_carries_errors_over() -> None:
    connection = Connection("qemu:///system", "read", Patience(1.0))
    connection._handle = object()

    def fails(_handle: object) -> int:
        raise KeyError("x")

    with pytest.raises(KeyError):
        connection.call(fails)
    assert connection.call(lambda _handle: 7) == 7


def test_hung_callers_wait_side_by_side() -> None:
    connection = Connection("qemu:///system", "read", Patience(0.5))
    connection._handle = object()
    release = threading.Event()

    def call() -> None:
        with suppress(Unobservable):
            connection.call(lambda _handle: release.wait(5))

    started = time.monotonic()
    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert time.monotonic() - started < 1.2
    release.set()
