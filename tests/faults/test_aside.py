"""The process that looks at libvirt and the schemas says what is no answer, or ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from tests.faults.table import Family, Row, cases
from tutor.host.aside import Aside

GARBLED = {
    "nonsense": "nonsense\n",
    "bytes": "\x01\ufffd\n",
    "number": "7\n",
    "empty": "[]\n",
    "nobody": '{"id": 99, "answers": []}\n',
    "half": '{"id": 0}\n',
    "shape": '{"id": 0, "answers": [[["x"], 7]]}\n',
    "deep": "[" * 100_000 + "\n",
}

_NOISE = {("document", "lies"): ("a C library prints where the answers go", "the answers, and no noise")}


def _rows() -> Iterator[Row]:
    yield from cases(__name__, "test_noise", _NOISE)[0]
    for kind in GARBLED:
        yield Row(
            *("document", "lies", f"the process that looks says what is no answer ({kind})"),
            *("unknown: `failed`, at once", f"tests/faults/test_aside.py::test_garbled[{kind}]"),
        )


FAMILY = Family(
    "The process that looks at libvirt and the schemas",
    "Its answer is waited for 10 seconds; one that makes no sense ends it, and nobody waits for it any more.",
    tuple(_rows()),
)


def asked(aside: Aside, source: str, path: str) -> Any:
    """What the process answers, or why it does not."""
    answers: SimpleQueue[Mapping[tuple[str, ...], Any]] = SimpleQueue()
    aside.ask(source, [(path,)], answers.put)
    return answers.get(timeout=8)[path,]


@pytest.mark.parametrize("kind", GARBLED)
def test_garbled(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARBLED", GARBLED[kind])
    aside, began = Aside("tests.faults.garbled"), time.monotonic()
    for _ in range(2):
        assert asked(aside, "document", "/nowhere").reason == "failed"
    assert time.monotonic() - began < 8
    aside.close()


@pytest.mark.parametrize("case", _NOISE, ids="-".join)
def test_noise(case: tuple[str, str], tmp_path: Path) -> None:
    aside = Aside("tests.faults.garbled")
    path = str(tmp_path / "none.xml")
    assert asked(aside, case[0], path) is None
    aside.close()
