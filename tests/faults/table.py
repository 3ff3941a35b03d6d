"""The table of faults in docs/faults.md: each row is a test, and each test of a fault is a row.

Write it anew with ``python -m tests.faults``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import tutor.host
from tutor.host.source import SOURCES

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"

#: What can go wrong with a look, in the order of the table.
FAULTS = ("lies", "hangs", "missing", "denied", "changes")


@dataclass(frozen=True)
class Row:
    """A fault of one source, what is done to bring it about, and what becomes of it.

    :param done: what the test does.
    :param answer: what the tool makes of it.
    :param test: the test's node id.
    """

    source: str
    fault: str
    done: str
    answer: str
    test: str


@dataclass(frozen=True)
class Family:
    """Sources that are looked at in the same way, by one module of tests.

    :param bound: how long a look at any of them takes at most, and why.
    """

    title: str
    bound: str
    rows: tuple[Row, ...]


def cases(
    module: str, test: str, told: Mapping[tuple[str, str], tuple[str, str]]
) -> tuple[tuple[Row, ...], list[str]]:
    """Rows of one test function, and the ids of its parameters: ``source-fault``.

    :param told: what is done and what becomes of it, by source and fault.
    """
    ids = [f"{source}-{fault}" for source, fault in told]
    path = module.replace(".", "/")
    rows = (
        Row(source, fault, done, answer, f"{path}.py::{test}[{source}-{fault}]")
        for (source, fault), (done, answer) in told.items()
    )
    return tuple(rows), ids


def families() -> list[Family]:
    """Those of all test modules beside this one, in the order of the modules' names."""
    here = Path(__file__).parent
    names = sorted(path.stem for path in here.glob("test_*.py"))
    modules = (importlib.import_module(f"tests.faults.{name}") for name in names)
    return [module.FAMILY for module in modules if hasattr(module, "FAMILY")]


def sources() -> list[str]:
    """Every source that the tool has, whichever module of tutor.host it is in."""
    for found in pkgutil.walk_packages(tutor.host.__path__, "tutor.host."):
        importlib.import_module(found.name)
    # Tests register sources of their own.
    return sorted(name for name, one in SOURCES.items() if not name.startswith("test"))


def document(found: Iterable[Family]) -> str:
    """The document: what is written by hand, and a table for each family."""
    head, mark, _ = DOCUMENT.read_text().partition(_MARK)
    return head + mark + "".join(_section(one) for one in found)


_MARK = "<!-- rows:begin (python -m tests.faults) -->\n"


def _section(family: Family) -> str:
    rows = sorted(family.rows, key=lambda row: (row.source, FAULTS.index(row.fault), row.test))
    lines = [
        f"\n## {family.title}\n",
        f"\n{family.bound}\n",
        "\n| source | fault | brought about by | what the tool makes of it | test |\n",
        "|---|---|---|---|---|\n",
        *(
            f"| `{row.source}` | {row.fault} | {_cell(row.done)} | {_cell(row.answer)} | `{row.test}` |\n"
            for row in rows
        ),
    ]
    return "".join(lines)


def _cell(said: str) -> str:
    return said.replace("|", "\\|")
