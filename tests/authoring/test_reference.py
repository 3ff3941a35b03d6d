"""The reference of checks is read from their code, and says what they say."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import reference as written
from tutor.authoring.codes import codes_of
from tutor.authoring.common import COMMON, OF_SOURCES
from tutor.authoring.reference import entry
from tutor.commands.catalogue import all_checks
from tutor.grading.registry import Check

ROOT = Path(__file__).parents[2]
CHECKS = {check.name: check for check in all_checks()}


def test_the_page_is_in_step() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert page == written.page(), "docs/checks.md is of older checks: make reference"


@pytest.mark.parametrize("name", CHECKS)
def test_each_check_is_followed_to_its_codes(name: str) -> None:
    """None comes from an expression that is not followed, and each is of a status that is no pass."""
    codes = codes_of(CHECKS[name])
    assert codes
    assert len({code.name for code in codes}) == len(codes)
    assert {code.status.value for code in codes} <= {"fail", "skip", "unknown"}


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("domain-running", {"paused", "suspended", "not-running"}),  # keys of a table
        ("domain-disk", {"file-missing", "wrong-file-format", "decimal-gigabytes", "wrong-bus"}),  # a field
        ("port-forward", {"no-rule", "forward-refused", "wrong-guest-port", "unknown-construct"}),  # a lambda
        ("network-isolated", {"forwards", "wrong-range", "restart-needed"}),  # starred arguments
        ("default-uri", {"overridden", "not-set", "run-as-root"}),  # pairs, and another module's finding
    ],
)
def test_codes_on_their_way(name: str, some: set[str]) -> None:
    assert some <= {code.name for code in codes_of(CHECKS[name])}


def test_what_is_observed_stands_beside_the_code() -> None:
    said = {code.name: code.observed for code in codes_of(CHECKS["disk-image"])}
    observed = said["missing"]
    assert observed is not None
    assert observed.message == "there is no file {path}"


def test_parameters() -> None:
    found = {one.name: one for one in entry(CHECKS["domain-disk"]).parameters}
    assert (found["domain"].type, found["domain"].required) == ("str", True)
    assert (found["format"].required, found["format"].default) == (False, "qcow2")
    assert (found["size"].type, found["size"].default) == ("str | None", None)


def test_what_any_check_can_meet_is_named() -> None:
    """Every reason that a source of this project gives, and every code of the run itself."""
    named = {code.name for code in COMMON}
    given = set(_literals(ROOT / "tutor" / "host", "Unobservable"))
    assert given
    assert given <= named
    runner = (ROOT / "tutor" / "grading" / "runner.py").read_text(encoding="utf-8")
    assert all(f'"{code.name}"' in runner for code in COMMON if code not in OF_SOURCES)


def _literals(folder: Path, called: str) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == called and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


PLUGIN = '''
"""Checks of somebody else's."""

from dataclasses import dataclass, replace

from checks.groups import not_the_student
from tutor.grading.finding import failed, passed
from tutor.text import text

KNOWN = {"broken": 1, "bent": 2}

@dataclass
class Fault:
    code: str
    said: str = ""

def faults(word):
    if word:
        yield "first", "a"
    yield Fault(code="never") and ("second", "b")

def guess(state):
    return state if state in KNOWN else "other"

def check_it(host, *, word):
    """It is so."""
    if wrong := not_the_student(host):
        return wrong
    for code, said in faults(word):
        return failed(code, text(said), why=text("w"), hint=text("h"))
    fault = Fault("third")
    if word == "x":
        fault = replace(fault, code="fourth")
    return failed(fault.code if word else guess(word), text("x"), why=text("w"), hint=text("h"))
'''


def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> Check:
    (tmp_path / "somebody.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "somebody", raising=False)
    module = __import__("somebody")
    return Check("it", module.check_it, None)


def test_a_plug_ins_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through generators, fields, tables, and a helper of ours."""
    found = {code.name for code in codes_of(plugin(tmp_path, monkeypatch, PLUGIN))}
    assert found == {
        *("first", "second", "third", "fourth", "never"),
        *("broken", "bent", "other", "run-as-root"),
    }


@pytest.mark.parametrize(
    "code", ["f'no-{word}'", "word + '-missing'", "host.ask(word)['state']", "somewhere.else_()"]
)
def test_what_cannot_be_followed_is_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    from tutor.authoring.flow import Unfollowed

    source = PLUGIN.replace("failed(code,", f"failed({code},")
    with pytest.raises(Unfollowed, match="somebody:"):
        codes_of(plugin(tmp_path, monkeypatch, source))


def test_as_json() -> None:
    from tutor.output.checks import reference_document

    document = json.loads(reference_document([entry(CHECKS["programs"])], str, "1"))
    (only,) = document["checks"]
    assert (only["name"], only["module"]) == ("programs", "checks.programs")
    assert only["parameters"] == [
        {"name": "programs", "type": "Sequence[str]", "required": True, "default": None}
    ]
    assert {"code": "program-missing", "status": "fail", "observed": "not here: {programs}"} in only["codes"]
    assert "need-failed" in {one["code"] for one in document["common"]}
