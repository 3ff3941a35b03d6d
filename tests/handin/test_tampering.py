"""Whatever is changed in a signed hand-in is found: byte by byte, and by a forger with a key of their own."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.handin.samples import allowed, handin_of, key, line_of, signed, the_course
from tutor.handin.chain import chain, digests
from tutor.handin.format import HandIn, canonical
from tutor.handin.judge import differences, judge
from tutor.handin.read import Refusal, read
from tutor.handin.signers import signers
from tutor.handin.verify import Verifier
from tutor.journal.journal import Journal

#: Bits that are flipped in one place each: the whole signature, and places of the payload.
_SEED = 20260101
_PAYLOAD_PLACES = 120


def journal(folder: Path, *answers: str) -> list[bytes]:
    """The lines of a real journal."""
    kept = Journal(folder / "journal.jsonl", clock=lambda: "2026-01-01T12:00:00+00:00")
    for answer in answers:
        kept.answer("intro/role", "layer", [answer])
    return kept.path.read_bytes().splitlines()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """A signed hand-in, and the roster's line for its key."""
    folder = tmp_path_factory.mktemp("tampering")
    mine = key(folder)
    return signed(line_of("halfway", journal(folder, "a", "b", "c")), mine), allowed(mine)


def test_every_flipped_byte(whole: tuple[bytes, str]) -> None:
    """Reported; what is not is the same payload by the same signer, and there is no such."""
    content, roster = whole
    end = content.index(b"\n") + 1
    chosen = random.Random(_SEED)  # noqa: S311 - so that it can be repeated
    places = [*chosen.sample(range(end), _PAYLOAD_PLACES), *range(end - 1, len(content))]
    unreported = []
    with Verifier(signers([roster])) as verifier:
        for place in places:
            changed = bytearray(content)
            changed[place] ^= 1 << chosen.randrange(8)
            found = read(bytes(changed))
            if isinstance(found, HandIn) and verifier.verify(found).state == "valid":
                unreported.append(place)
    assert unreported == []


@pytest.mark.parametrize("where", range(40))
def test_every_bit_of_the_first_bytes(whole: tuple[bytes, str], where: int) -> None:
    content, roster = whole
    with Verifier(signers([roster])) as verifier:
        for bit in range(8):
            changed = bytearray(content)
            changed[where] ^= 1 << bit
            found = read(bytes(changed))
            assert isinstance(found, Refusal) or verifier.verify(found).state == "invalid"


def test_bytes_put_in_taken_out_and_swapped(whole: tuple[bytes, str]) -> None:
    content, roster = whole
    chosen = random.Random(_SEED)  # noqa: S311 - so that it can be repeated
    with Verifier(signers([roster])) as verifier:
        for _ in range(50):
            place, other = sorted(chosen.sample(range(len(content) - 1), 2))
            for changed in (
                content[:place] + bytes([chosen.randrange(256)]) + content[place:],
                content[:place] + content[place + 1 :],
                content[:place] + content[other:],
                content[:other] + content[place:],
            ):
                found = read(changed)
                assert (
                    changed == content
                    or isinstance(found, Refusal)
                    or (verifier.verify(found).state != "valid")
                )


def _set(document: Any, *place: Any) -> None:
    *way, last, value = place
    for step in way:
        document = document[step]
    document[last] = value


CHECK, STEP = "install/cpu/flags", "install/cpu"
CHANGES: dict[str, tuple[Any, ...]] = {
    "verdict": ("claim", "steps", STEP, "checks", CHECK, {"code": None, "status": "pass"}),
    "step": ("claim", "steps", STEP, "status", "pass"),
    "points": ("claim", "steps", STEP, "points", 1),
    "summary": ("claim", "summary", "points", 25),
    "observation": ("recording", "observations", "cpu[]", "value", "flags", ["vmx"]),
    "answers": ("recording", "observations", 'answers["intro/role"]', "value", {}),
    "journal": ("journal", "lines", 1, "{}"),
    "student": ("student", "name", "Bo B"),
    "time": ("made", "2026-01-01T00:00:00+00:00"),
    "variables": ("versions", "kvm", True),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_manifest_is_no_longer_signed(whole: tuple[bytes, str], what: str) -> None:
    content, roster = whole
    line, _, armour = content.partition(b"\n")
    document = json.loads(line)
    _set(document, *CHANGES[what])
    changed = handin_of(canonical(document) + armour)
    with Verifier(signers([roster])) as verifier:
        assert verifier.verify(changed).state == "invalid"


@pytest.mark.parametrize("what", ["verdict", "step", "points", "summary", "observation", "answers"])
def test_signed_anew_the_claim_and_the_judgement_part(tmp_path: Path, what: str) -> None:
    """The student's own key does not help: the two halves of the file contradict each other."""
    course, registry = the_course()
    document = json.loads(line_of("halfway"))
    _set(document, *CHANGES[what])
    mine = key(tmp_path)
    changed = handin_of(signed(canonical(document), mine))
    with Verifier(signers([allowed(mine)])) as verifier:
        assert verifier.verify(changed).state == "valid"
    assert differences(changed, judge(changed, course, registry))


def test_an_honest_one_has_no_differences() -> None:
    course, registry = the_course()
    handin = handin_of(line_of("halfway"))
    assert differences(handin, judge(handin, course, registry)) == []


def test_the_chain(tmp_path: Path) -> None:
    lines = journal(tmp_path, "a", "b", "c", "d")
    honest = chain(handin_of(line_of("fresh", lines)))
    assert (honest.whole, honest.lines, honest.left_out) == (True, 4, 0)
    for broken in (
        lines[1:],
        lines[:1] + lines[2:],
        [lines[1], lines[0], *lines[2:]],
        [lines[0].replace(b'["a"]', b'["x"]'), *lines[1:]],
        [*lines[:2], lines[1], *lines[2:]],
        [*lines[:3], b"\xff" * 20],
        [*lines[:3], b'{"kind": "answer"}'],
    ):
        assert not chain(handin_of(line_of("fresh", broken))).whole
    assert chain(handin_of(line_of("fresh", []))).whole


def test_a_chain_whose_beginning_did_not_go_along(tmp_path: Path) -> None:
    lines = journal(tmp_path, "a", "b", "c", "d")
    document = json.loads(line_of("fresh", lines[2:]))
    _set(document, "journal", "left_out", 2)
    found = chain(handin_of(canonical(document)))
    assert (found.whole, found.left_out) == (True, 2)


def test_a_copied_journal_is_seen(tmp_path: Path) -> None:
    """Two students whose journals have a line in common have all before it in common."""
    lines = journal(tmp_path, "a", "b")
    anna, bo = (handin_of(line_of(name, copy.copy(lines))) for name in ("fresh", "done"))
    assert set(digests(anna)) & set(digests(bo))
    assert chain(anna).head == chain(bo).head
