"""Every document of libvirt's own tests, of two releases: what libxml2 accepts, and nothing else."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from tests.validation.corpora import SUITES, Corpus, corpus
from tests.validation.judging import Tally, tally
from tests.validation.reference import verdict
from tests.validation.typos import typos
from tutor.validation.judge import judge
from tutor.validation.problem import Judgement

pytestmark = pytest.mark.corpora

#: Seconds for the slowest document, on a busy machine; most take a hundredth.
SLOWEST = 10.0


@pytest.fixture(scope="module", params=SUITES)
def documents(request: pytest.FixtureRequest) -> Corpus:
    return corpus(request.param)


def test_every_document_is_judged_as_libxml2_does(documents: Corpus) -> None:
    counts: Counter[str] = Counter()
    different: list[str] = []
    slowest = (0.0, "")
    for path in documents.documents():
        content = path.read_bytes()
        start = time.monotonic()
        judgement = judge(content, str(documents.schemas))
        slowest = max(slowest, (time.monotonic() - start, str(path)))
        expected = _expected(verdict(content, str(documents.schemas)))
        counts[expected] += 1
        if _outcome(judgement) != expected:
            different.append(f"{path}: {expected}, and we say {judgement.problems[:1]}")
        last = content.count(b"\n") + 1
        assert all(1 <= problem.place.line <= last for problem in judgement.problems), path
    print(f"\n{documents.version}: {dict(counts)}; slowest {slowest[0]:.2f} s: {slowest[1]}")  # noqa: T201
    assert not different
    assert counts["valid"] > 2500
    assert counts["invalid"] > 50
    assert slowest[0] < SLOWEST


def _expected(reference: bool | str) -> str:
    if isinstance(reference, bool):
        return "valid" if reference else "invalid"
    return "unknown-kind" if reference else "not-well-formed"


def _outcome(judgement: Judgement) -> str:
    if judgement.valid:
        return "valid"
    code = judgement.problems[0].code
    return code if code in ("unknown-kind", "not-well-formed") else "invalid"


def test_mistakes_in_any_of_them_are_named(documents: Corpus) -> None:
    chance, total = random.Random(documents.suite), Tally()  # noqa: S311
    schemas = str(documents.schemas)
    for kind in ("domain", "network"):
        texts = [text for text in _right(documents, kind) if len(text) < 20_000]
        for text in chance.sample(texts, 25):
            made = list(typos(text, chance))
            chance.shuffle(made)
            total += tally(made, schemas, most=5)
    print(f"\n{documents.version}: {total}")  # noqa: T201
    assert sum(total.made.values()) > 1000
    for kind, rate in total.lines().items():
        assert rate >= (0.95 if kind == "attribute removed" else 1), total
    assert total.named()["element renamed"] >= 0.95
    assert total.named()["attribute renamed"] >= 0.95


def _right(documents: Corpus, kind: str) -> list[str]:
    contents = [path.read_bytes() for path in documents.documents()]
    chosen = [one for one in contents if f"<{kind}".encode() in one[:300]]
    schemas = str(documents.schemas)
    return [one.decode() for one in chosen if judge(one, schemas).kind == kind and judge(one, schemas).valid]
