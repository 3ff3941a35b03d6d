"""What was found valid is not judged again, and nothing else is believed of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tutor.host import documents
from tutor.host.documents import Document, look_at_document
from tutor.host.machine import Machine

SCHEMA = """<grammar xmlns="http://relaxng.org/ns/structure/1.0">
<include href="names.rng"/>
<start><element name="domain"><attribute name="type"><text/></attribute><ref name="name"/></element></start>
</grammar>"""
NAMES = """<grammar xmlns="http://relaxng.org/ns/structure/1.0">
<define name="name"><element name="name"><text/></element></define></grammar>"""
VALID = "<?xml-model href='a' schematypens='b'?><domain type='kvm'><name>lab</name></domain>"


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were held against a schema."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "domain.rng").write_text(SCHEMA)
    (tmp_path / "schemas" / "names.rng").write_text(NAMES)
    monkeypatch.setattr(documents, "SCHEMAS", str(tmp_path / "schemas"))
    seen: list[str] = []
    judge = documents._judged

    def noting(machine: Machine, path: str, content: bytes) -> Document:
        seen.append(content.decode())
        return judge(machine, path, content)

    monkeypatch.setattr(documents, "_judged", noting)
    return seen


def cache(tmp_path: Path) -> Path:
    return tmp_path / ".cache" / "libvirt-tutor" / "documents.json"


def look(tmp_path: Path, content: str, name: str = "vm.xml") -> Document:
    (tmp_path / name).write_text(content)
    found: Document | None = look_at_document(Machine({"HOME": str(tmp_path)}), f"~/{name}")
    assert found is not None
    return found


def test_a_valid_one_is_judged_once(tmp_path: Path, judged: list[str]) -> None:
    first = look(tmp_path, VALID)
    assert first["valid"] is True
    assert look(tmp_path, VALID) == first
    assert look(tmp_path, VALID, "copy.xml") == {**first, "path": str(tmp_path / "copy.xml")}
    assert judged == [VALID]
    assert cache(tmp_path).stat().st_mode & 0o777 == 0o600


def test_what_is_another_document_is_judged(tmp_path: Path, judged: list[str]) -> None:
    look(tmp_path, VALID)
    broken = VALID.replace("name", "nmae")
    for _ in range(2):
        assert look(tmp_path, broken)["valid"] is False
    assert look(tmp_path, VALID + " ")["valid"] is True
    assert look(tmp_path, "<a/>")["valid"] is None
    assert judged == [VALID, broken, broken, VALID + " ", "<a/>"]


@pytest.mark.parametrize("schema", ["domain.rng", "names.rng"])
def test_another_schema_judges_anew(tmp_path: Path, judged: list[str], schema: str) -> None:
    """Also one that is only included."""
    look(tmp_path, VALID)
    path = tmp_path / "schemas" / schema
    path.write_text(path.read_text().replace('element name="name"', 'element name="nick"'))
    os.utime(path, ns=(1, 1))
    found = look(tmp_path, VALID)["valid"]
    assert found is (schema == "domain.rng")
    assert judged == [VALID, VALID]


def test_the_latest_are_kept(tmp_path: Path, judged: list[str]) -> None:
    many = [VALID.replace("lab", f"lab{number}") for number in range(40)]
    for one in [*many, many[-1], many[0]]:
        assert look(tmp_path, one)["valid"] is True
    assert judged == [*many, many[0]]
    assert len(json.loads(cache(tmp_path).read_bytes())) == 32


def test_much_is_not_kept(tmp_path: Path, judged: list[str]) -> None:
    much = "<?xml-model href='x'?>" * 1000 + VALID
    assert look(tmp_path, much) == look(tmp_path, much)
    assert judged == [much, much]
    assert not cache(tmp_path).exists()


GOOD: dict[str, Any] = {"root": "domain", "encoding": None, "models": []}


@pytest.mark.parametrize(
    "said",
    [
        *(None, 5, "valid", [], {}, True),
        {**GOOD, "root": "no-such-root"},
        {**GOOD, "root": None},
        {**GOOD, "encoding": 5},
        {**GOOD, "models": None},
        {**GOOD, "models": ["a"]},
        {**GOOD, "models": [{"href": "a"}]},
        {**GOOD, "models": [{"href": None, "schematypens": None}]},
        {**GOOD, "models": [{"href": "a", "schematypens": [], "more": 1}]},
        {**GOOD, "models": [{"href": "a", "schematypens": None, "more": 1}]},
    ],
)
def test_what_makes_no_sense_is_not_believed(tmp_path: Path, judged: list[str], said: Any) -> None:
    first = look(tmp_path, VALID)
    kept = json.loads(cache(tmp_path).read_bytes())
    cache(tmp_path).write_text(json.dumps(dict.fromkeys(kept, said)))
    assert look(tmp_path, VALID) == first
    assert judged == [VALID, VALID]
    assert json.loads(cache(tmp_path).read_bytes()) == kept, "and is mended"


@pytest.mark.parametrize("content", [b"", b"\xff\0", b"[" * 100_000, b"[]", b'{"a": ', b"1" * 10_000])
def test_a_file_that_makes_no_sense(tmp_path: Path, judged: list[str], content: bytes) -> None:
    cache(tmp_path).parent.mkdir(parents=True)
    cache(tmp_path).write_bytes(content)
    for _ in range(2):
        assert look(tmp_path, VALID)["valid"] is True
    assert judged == [VALID]


def test_what_is_no_file(tmp_path: Path, judged: list[str]) -> None:
    cache(tmp_path).parent.mkdir(parents=True)
    os.mkfifo(cache(tmp_path))
    assert look(tmp_path, VALID)["valid"] is True
    cache(tmp_path).unlink()
    cache(tmp_path).mkdir()
    for _ in range(2):
        assert look(tmp_path, VALID)["valid"] is True
    assert judged == [VALID] * 3


def test_there_is_no_place_for_it(tmp_path: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".cache").write_text("a file")
    for _ in range(2):
        assert look(tmp_path, VALID)["valid"] is True
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    (tmp_path / "vm.xml").write_text(VALID)
    found = look_at_document(Machine({}), str(tmp_path / "vm.xml"))
    assert found
    assert found["valid"] is True
    assert judged == [VALID] * 3
