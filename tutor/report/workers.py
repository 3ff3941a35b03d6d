"""Many hand-ins judged by processes side by side. What one does to its process costs no other anything.

Processes are spawned, not forked: nothing of this one's threads, files or memory goes along.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import resource
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.util import Finalize
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tutor.dataclass import dataclass
from tutor.handin.format import LARGEST
from tutor.handin.read import Refusal, read
from tutor.report.archives import ArchiveRefused
from tutor.report.cache import Cache
from tutor.report.hand_in import Source
from tutor.report.judging import ENCODER, Tools, judged
from tutor.report.sources import Reader
from tutor.text import Text, text

#: Hand-ins that a process is given at a time: few enough that the others are not kept waiting at the end.
CHUNK = 8
#: Seconds of processor time for one hand-in, which takes some hundredths; and bytes of memory for a process.
LIMIT_SECONDS = 20
LIMIT_MEMORY = 3 * 1024**3

#: Makes the tools in a new process: a function of a module, with plain arguments (``functools.partial``).
MakeTools = Callable[[], Tools]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process is started with. ``stamp`` is of all that a judgement depends on besides the content."""

    make_tools: MakeTools
    cache: Path | None
    stamp: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a source: a judgement, encoded, or a refusal. ``key`` is that of the cache."""

    source: Source
    content: bytes = b""
    refusal: Refusal | None = None
    key: bytes = b""
    fresh: bool = False


class _OverdueError(BaseException):
    """A hand-in takes too long. No check's own guard may swallow it."""


def outcomes(sources: Sequence[Source], setup: Setup, jobs: int) -> Iterator[Outcome]:
    """What became of each, in the order in which they are done.

    A process that dies is replaced, and what it was working on is looked at again, one by one and alone:
    whatever kills its process once more is refused.
    """
    waiting = deque(_chunks(sources))
    while waiting:
        suspects = yield from _until_one_dies(waiting, setup, jobs)
        for source in suspects:
            yield from _alone(source, setup)


def _chunks(sources: Sequence[Source]) -> Iterator[tuple[Source, ...]]:
    return (tuple(sources[i : i + CHUNK]) for i in range(0, len(sources), CHUNK))


def _until_one_dies(
    waiting: deque[tuple[Source, ...]], setup: Setup, jobs: int
) -> Generator[Outcome, None, list[Source]]:
    """Work off what is waiting; returns what was under way when a process died."""
    running: dict[Future[list[Outcome]], tuple[Source, ...]] = {}
    pool = _pool(setup, max(1, min(jobs, len(waiting))))
    try:
        while waiting or running:
            while waiting and len(running) < 2 * jobs:
                running[pool.submit(_work, waiting[0])] = waiting[0]
                waiting.popleft()
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                results = future.result()
                del running[future]
                yield from results
    except BrokenProcessPool:
        return [source for chunk in running.values() for source in chunk]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return []


def _alone(source: Source, setup: Setup) -> Iterator[Outcome]:
    pool = _pool(setup, 1)
    try:
        yield from pool.submit(_work, (source,)).result()
    except BrokenProcessPool:
        yield Outcome(source, refusal=Refusal("crashed", text("judging it ended the process that did")))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(setup: Setup, jobs: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(setup,))


# In the worker process.

_setup: Setup
_tools: Tools
_reader: Reader
_cache: Cache


def _begin(setup: Setup) -> None:
    global _setup, _tools, _reader, _cache
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGPROF, _overdue)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT_MEMORY, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _setup, _tools, _reader, _cache = setup, setup.make_tools(), Reader(), Cache(setup.cache)
    # What is there now stays: the collector need not look at it again after each few hand-ins.
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    # A process of a pool ends without what atexit has: this is what it has instead.
    Finalize(None, _tools.verifier.__exit__, exitpriority=1)


def _overdue(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _OverdueError


def _work(chunk: Sequence[Source]) -> list[Outcome]:
    return [_guarded(source) for source in chunk]


def _guarded(source: Source) -> Outcome:
    """One source; whatever happens to it, the others are looked at."""
    try:
        signal.setitimer(signal.ITIMER_PROF, LIMIT_SECONDS)
        return _outcome(source)
    except ArchiveRefused as refused:
        return Outcome(source, refusal=refused.refusal)
    except _OverdueError:
        return _refused(
            source, "too-slow", text("judging it takes more than {limit} seconds", limit=LIMIT_SECONDS)
        )
    except MemoryError:
        return _refused(source, "too-large", text("it takes more memory than there is"))
    except Exception as error:  # noqa: BLE001 - a fault of ours must not cost the class its report
        name = type(error).__name__
        return _refused(
            source, "internal-error", text("judging it failed by a fault of tutor ({kind})", kind=name)
        )
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _outcome(source: Source) -> Outcome:
    content = _reader.content(source)
    if isinstance(content, str):
        given = _content(content)
        if isinstance(given, Refusal):
            return Outcome(source, refusal=given)
        content = given
    key = hashlib.sha256(_setup.stamp + hashlib.sha256(content).digest()).digest()
    known = _cache.look_up(key)
    if known is not None:
        return Outcome(source, known, key=key)
    found = judged(content, _tools)
    if isinstance(found, Refusal):
        return Outcome(source, refusal=found)
    return Outcome(source, ENCODER.encode(found), key=key, fresh=found.hand_in.signature.state != "unknown")


def _content(path: str) -> bytes | Refusal:
    """The bytes of a file, within the limits of the reader of hand-ins, which says why there are none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if 0 < os.fstat(descriptor).st_size <= LARGEST:
                content = file.read(LARGEST + 1)
                if 0 < len(content) <= LARGEST:
                    return content
    except (OSError, ValueError):
        pass
    refused = read(path)
    return (
        refused
        if isinstance(refused, Refusal)
        else refused.line + (refused.armour.text if refused.armour else b"")
    )


def _refused(source: Source, code: str, reason: Text) -> Outcome:
    return Outcome(source, refusal=Refusal(code, reason))
