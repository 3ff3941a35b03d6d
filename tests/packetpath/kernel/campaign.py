"""Many rulesets, side by side in several labs; disagreements looked at again, and made small."""

from __future__ import annotations

import itertools
import queue
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import NamedTuple

import hypothesis
from hypothesis import HealthCheck, Phase, given

from tests.packetpath.kernel.cases import Case, cases
from tests.packetpath.kernel.features import features
from tests.packetpath.kernel.judge import Difference, Judged, judged, leaving_by, to_keep, to_send
from tests.packetpath.kernel.lab import Lab, world
from tests.packetpath.kernel.leaving import Witness, sent, sent_together
from tests.packetpath.kernel.loader import NotLoaded
from tests.packetpath.kernel.probe import PATIENT, QUIET, Seen, tried
from tutor.packetpath import Leaving, Ruleset

#: Times that a difference is looked at again, in a lab of its own, before it counts.
_AGAIN = 2
#: Rulesets that are generated together, and disagreements that end a campaign.
BATCH, _ENOUGH = 100, 5
_FRESH = 10


class Observed(NamedTuple):
    """A case as the kernel has it, what became of its connections, and of what is said to leave."""

    case: Case
    ruleset: Ruleset
    seen: list[Seen]
    sent: dict[Witness, Seen]

    def judged(self, leaving: dict[str, Leaving] | None = None) -> Judged:
        """The evaluator's answers beside that.

        :param leaving: what it said of the bridges, if it was asked already.
        """
        settings = self.case.settings
        tried = list(zip(self.case.probes, self.seen, strict=True))
        around = world(settings)
        asked = leaving or leaving_by(self.ruleset, around)
        return judged(self.ruleset, around, tried, self.sent, asked, bridge_calls=settings.bridge_calls)


class Result(NamedTuple):
    """A case that was judged; or ``refused``, why the kernel did not take it."""

    case: Case
    observed: Observed | None = None
    judged: Judged | None = None
    refused: str = ""


@dataclass
class Summary:
    """What a campaign found.

    :ivar loaded: rulesets that the kernel took and was compared with; :ivar refused: those it did not take.
    :ivar answers: how often each question was answered how; :ivar constructs: rulesets with a construct.
    :ivar flakes: differences that were none when looked at again.
    """

    versions: str = ""
    loaded: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    constructs: Counter[str] = field(default_factory=Counter)
    disagreements: list[tuple[Case, list[Difference]]] = field(default_factory=list)
    flakes: int = 0
    seconds: float = 0

    def decided(self, question: str) -> float:
        """The share of answers to a question that are not ``unknown``."""
        found = {answer: n for (asked, answer), n in self.answers.items() if asked == question}
        known = sum(n for answer, n in found.items() if not answer.startswith("unknown"))
        return known / max(1, sum(found.values()))


def generated(seed: int, count: int = BATCH) -> list[Case]:
    """The cases of a seed: always the same, no two alike."""
    found: dict[Case, None] = {}
    # From its eleventh example on, hypothesis mostly varies the ones before.
    for number in itertools.count():
        if len(found) >= count:
            return list(found)[:count]
        _collected(found, seed * 1_000_000 + number)
    raise AssertionError


def _collected(found: dict[Case, None], seed: int) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=_FRESH,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def collect(case: Case) -> None:
        found.setdefault(case)

    collect()


def judged_in(lab: Lab, case: Case, quiet: float = QUIET) -> Result:
    """Load the case, try its connections, and ask the evaluator."""
    lab.set(case.settings)
    try:
        ruleset = lab.loader.load(case.nft, case.iptables)
    except NotLoaded as refused:
        return Result(case, refused=_said(str(refused)))
    seen = tried(lab, case.probes, quiet)
    around = world(case.settings)
    leaving = leaving_by(ruleset, around)
    left = sent(lab, to_send(leaving, around), quiet)
    kept = sent_together(lab, list(to_keep(leaving)), quiet)
    observed = Observed(case, ruleset, seen, {**left, **kept})
    return Result(case, observed, observed.judged(leaving))


def staying(suite: str, case: Case) -> list[Difference]:
    """Look again in fresh labs, with patience: the differences that stay."""
    found: list[Difference] = []
    for _ in range(_AGAIN):
        with Lab(suite) as lab:
            again = judged_in(lab, case, PATIENT).judged
        found = again.differences if again else []
        if not found:
            break
    return found


def smallest(lab: Lab, case: Case, question: str) -> Case:
    """Take away rules and chains, a line or more at a time, as long as the question is still in dispute."""
    nft = _fewest(case.nft, lambda text: _differs(lab, replace(case, nft=text), question))
    case = replace(case, nft=nft)
    iptables = _fewest(case.iptables, lambda text: _differs(lab, replace(case, iptables=text), question))
    return replace(case, iptables=iptables)


def _fewest(text: str, fails: Callable[[str], bool]) -> str:
    lines = text.splitlines()
    size = len(lines) // 2
    while size:
        for start in range(len(lines) - size, -1, -1):
            left = [*lines[:start], *lines[start + size :]]
            if fails("\n".join(left)):
                lines = left
        size //= 2
    return "\n".join(lines)


def _differs(lab: Lab, case: Case, question: str) -> bool:
    found = judged_in(lab, case).judged
    return found is not None and any(one.question == question for one in found.differences)


def run(
    suite: str,
    batches: Iterator[list[Case]],
    rulesets: int,
    labs: int = 6,
    keep: list[Observed] | None = None,
    *,
    fresh: bool = False,
) -> Summary:
    """Judge cases until ``rulesets`` were compared, or enough disagree.

    :param labs: how many at a time; :param fresh: whether each case gets a lab of its own, made for it.
    :param keep: where what was observed goes, if anybody wants it; not what differed at the first look.
    """
    summary, start = Summary(), time.monotonic()
    with _labs(suite, labs) as free, ThreadPoolExecutor(labs) as pool:

        def one(case: Case) -> Result:
            with Lab(suite) if fresh else _taken(free) as lab:
                return judged_in(lab, case)

        with _taken(free) as lab:
            summary.versions = lab.loader.versions()
        while summary.loaded < rulesets and len(summary.disagreements) < _ENOUGH:
            for result in pool.map(one, next(batches)):
                if summary.loaded < rulesets:
                    _count(summary, result, suite)
                    agreed = result.judged is not None and not result.judged.differences
                    if keep is not None and agreed and result.observed:
                        keep.append(result.observed)
    summary.seconds = time.monotonic() - start
    return summary


def batches(seed: int) -> Iterator[list[Case]]:
    """The batches of a campaign without end, each generated in another process while one is judged."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        ahead: Future[list[Case]] = pool.submit(generated, seed * 10_000)
        number = 0
        while True:
            batch, number = ahead.result(), number + 1
            ahead = pool.submit(generated, seed * 10_000 + number)
            yield batch


@contextmanager
def _labs(suite: str, count: int) -> Iterator[queue.Queue[Lab]]:
    with ExitStack() as stack:
        free: queue.Queue[Lab] = queue.Queue()
        for _ in range(count):
            free.put(stack.enter_context(Lab(suite)))
        yield free


@contextmanager
def _taken(free: queue.Queue[Lab]) -> Iterator[Lab]:
    lab = free.get()
    try:
        yield lab
    finally:
        free.put(lab)


def _count(summary: Summary, result: Result, suite: str) -> None:
    if result.judged is None or result.observed is None:
        summary.refused[result.refused] += 1
        return
    summary.loaded += 1
    summary.answers.update(result.judged.answers)
    summary.constructs.update(features(result.observed.ruleset))
    if result.judged.differences:
        found = staying(suite, result.case)
        summary.flakes += not found
        if found:
            summary.disagreements.append((result.case, found))


def _said(refusal: str) -> str:
    lines = [line.partition("Error: ")[2] or line for line in refusal.splitlines()]
    return next((line for line in lines if line and not line.startswith("iptables-nft-restore")), "")
