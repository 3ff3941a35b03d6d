"""The reader: what it takes, and what it refuses, and why."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.handin.samples import ANNA, NAMES, handin_of, key, line_of, signed
from tutor.handin.format import LARGEST, HandIn, canonical
from tutor.handin.make import Handing
from tutor.handin.read import Refusal, read


def refused(source: Any, **more: Any) -> str:
    """The code of the refusal."""
    found = read(source, **more)
    assert isinstance(found, Refusal), found
    assert found.reason.render(str)
    return found.code


@pytest.mark.parametrize("name", NAMES)
def test_what_was_made_is_read(name: str) -> None:
    line = line_of(name, [b'{"kind":', b"\xff\x00"])
    found = handin_of(line)
    assert found.line == line
    assert found.armour is None
    assert found.journal == [b'{"kind":', b"\xff\x00"]
    assert found.payload.student.name == "Anna Å"
    assert found.recording.observations


def test_the_same_input_gives_the_same_bytes() -> None:
    assert line_of("done") == line_of("done")


def test_a_signed_one(tmp_path: Path) -> None:
    path = tmp_path / "anna.tutor"
    path.write_bytes(signed(line_of("fresh"), key(tmp_path)))
    found = read(path)
    assert isinstance(found, HandIn)
    assert found.armour is not None
    assert found.armour.key_type == "ssh-ed25519"


def test_a_pseudonym_stands_alone() -> None:
    handing = Handing(ANNA.made, ANNA.name, ANNA.email, ANNA.id, "Kråka 7")
    student = handin_of(line_of("fresh", handing=handing)).payload.student
    assert (student.pseudonym, student.name, student.email, student.id) == ("Kråka 7", None, None, None)


def changed(**more: Any) -> bytes:
    """The payload with other values at its top."""
    return canonical({**json.loads(line_of("fresh")), **more})


DEEP = {"x": {"value": json.loads("[" * 100 + "]" * 100)}}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n", "no-hand-in"),
        (b"{}\n", "no-hand-in"),
        (b"[" * 1_000_000, "no-hand-in"),
        (b'{"claim":{' + b'"a":{' * 1_000_000 + b"\n", "too-deep"),
        (b'{"claim":{' + b"[" * 61 + b"\n", "too-deep"),
        (b'{"claim":{"a":' + b"1" * 100_000 + b"}}\n", "malformed"),
        (b'{"claim":{"a":1e999}}\n', "no-json"),
        (b'{"claim":{"a":NaN}}\n', "no-json"),
        (b'{"claim":{"a":"\\ud800"}}\n', "no-json"),
        (b'{"claim":{"a":"\xff"}}\n', "no-json"),
        (b'{"claim":{"a":"' + b'\\"' * 500_000 + b"\n", "no-json"),
        (b'{"claim":{"a":1},"claim":{"a":1}}\n', "not-canonical"),
        (b'{"claim":{"a":1.50}}\n', "not-canonical"),
        (b'{"claim":{"a":-0}}\n', "not-canonical"),
        (b'{"claim":{"a": 1}}\n', "not-canonical"),
        (b'{"claim":{"a":1}}\n', "no-hand-in"),
        (b'{"claim":{', "cut-off"),
        (changed(handin="another"), "no-hand-in"),
        (changed(schema=2), "schema"),
        (changed(schema=True), "schema"),
        (changed(schema=1.0), "schema"),
        (changed(more=1), "malformed"),
        (changed(made="yesterday"), "malformed"),
        (changed(made="2026-13-01T12:00:00+00:00"), "malformed"),
        (changed(made="0001-01-01T00:00:00+23:59"), "malformed"),
        (changed(made="2026-01-01T12:00:00+00:00\n"), "malformed"),
        (changed(tool="another"), "malformed"),
        (changed(journal={"left_out": -1, "lines": []}), "malformed"),
        (changed(journal={"left_out": 0, "lines": ["\u0100"]}), "malformed"),
        (changed(journal={"left_out": 0, "lines": ["a\nb"]}), "malformed"),
        (changed(student={"name": "x" * 201, "email": None, "id": None, "pseudonym": None}), "malformed"),
        (canonical({**json.loads(line_of("fresh")), "recording": DEEP}), "too-deep"),
        (line_of("fresh")[:-1], "cut-off"),
        (line_of("fresh")[:-1] + b"\r\n", "line-ends"),
        (b"\xef\xbb\xbf" + line_of("fresh"), "no-hand-in"),
        (line_of("fresh") + b"\n", "signature-malformed"),
        (line_of("fresh") * 2, "signature-malformed"),
    ],
)
def test_what_is_none(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_files_that_are_none(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path, code in (
        (tmp_path, "not-a-file"),
        (fifo, "not-a-file"),
        (Path("/dev/zero"), "not-a-file"),
        (tmp_path / "missing", "unreadable"),
        (Path("a\0b"), "unreadable"),
        ("x" * 5000, "unreadable"),
    ):
        assert refused(path) == code, path


def test_no_more_is_read_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(2**33)
    assert refused(path) == "too-large"
    assert refused(b"x" * (LARGEST + 1)) == "too-large"
    assert refused(line_of("fresh"), limit=1000) == "too-large"


def test_cut_off_anywhere(tmp_path: Path) -> None:
    whole = signed(line_of("fresh"), key(tmp_path))
    end = whole.index(b"\n") + 1
    for size in [*range(0, end, 997), *range(end - 3, len(whole))]:
        found = read(whole[:size])
        assert isinstance(found, Refusal) or (size == end and found.armour is None), size


def test_the_signature_has_one_spelling(tmp_path: Path) -> None:
    line = line_of("fresh")
    armour = signed(line, key(tmp_path))[len(line) :]
    rewrapped = armour.replace(b"\n", b"", 2).replace(b"-----", b"-----\n", 2)
    for other in (
        armour + b"\n",
        armour[:-1],
        armour.replace(b"\n", b"\r\n"),
        b" " + armour,
        armour.replace(b"==", b"=", 1),
        armour.replace(b"SSH SIGNATURE", b"PGP SIGNATURE"),
        rewrapped,
        armour + armour,
        armour[: len(armour) // 2],
        b"-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----\n",
        b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
        b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n",
        b"-----BEGIN SSH SIGNATURE-----\n" + b"A" * 100_000 + b"\n-----END SSH SIGNATURE-----\n",
    ):
        if other != armour:
            assert refused(line + other) == "signature-malformed", other
