"""Who signed: verified by ssh-keygen itself, with real keys of every kind that it makes."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from tests.handin.samples import allowed, handin_of, key, line_of, signed
from tutor.errors import UsageError
from tutor.handin.armour import parse
from tutor.handin.format import HandIn
from tutor.handin.signers import read_signers, signers
from tutor.handin.verify import Signature, Verifier


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return {name: key(folder, name) for name in ("anna", "bo")}


@pytest.fixture(scope="module")
def handin(keys: dict[str, Path]) -> HandIn:
    return handin_of(signed(line_of("fresh"), keys["anna"]))


def found(handin: HandIn, *lines: str, program: str = "ssh-keygen") -> Signature:
    with Verifier(signers(lines) if lines else None, program) as verifier:
        return verifier.verify(handin)


def test_unsigned() -> None:
    assert found(handin_of(line_of("fresh"))).state == "unsigned"


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_each_kind_of_key(tmp_path: Path, kind: str) -> None:
    mine = key(tmp_path, kind=kind)
    signature = found(handin_of(signed(line_of("fresh"), mine)), allowed(mine))
    assert (signature.state, signature.principal) == ("valid", "anna@example.org")
    assert signature.fingerprint is not None
    assert signature.fingerprint.startswith("SHA256:")


def test_no_roster(handin: HandIn) -> None:
    signature = found(handin)
    assert signature.state == "other-key"
    assert signature.principal is None


def test_another_key(handin: HandIn, keys: dict[str, Path]) -> None:
    assert found(handin, allowed(keys["bo"], "bo@example.org")).state == "other-key"


def test_the_key_of_another_is_not_the_students(handin: HandIn, keys: dict[str, Path]) -> None:
    """Anna's hand-in, by a key that the roster calls Bo's: valid, and Bo's."""
    signature = found(handin, allowed(keys["anna"], "bo@example.org,bo"))
    assert (signature.state, signature.principal) == ("valid", "bo@example.org")


@pytest.mark.parametrize(
    ("who", "principal"),
    [
        ("anna@example.org", "anna@example.org"),
        ("x@example.org,anna@example.org", "anna@example.org"),
        ("anna1,x", "anna1"),
        ("*@example.org", "anna@example.org"),
        ('"Anna Å,anna1"', "anna1"),
        ("!anna@example.org,*@example.org", None),
        ("*@example.com", None),
    ],
)
def test_who_it_is(handin: HandIn, keys: dict[str, Path], who: str, principal: str | None) -> None:
    signature = found(handin, "# a comment", "", allowed(keys["anna"], who))
    assert signature.principal == principal
    assert signature.state == ("valid" if principal else "other-key")


@pytest.mark.parametrize(
    ("options", "state"),
    [
        ('namespaces="handin@libvirt-tutor"', "valid"),
        ('namespaces="*@libvirt-tutor,file"', "valid"),
        ('namespaces="file"', "other-key"),
        ('valid-before="20200101"', "other-key"),
        ('valid-after="20200101"', "valid"),
        ("cert-authority", "other-key"),
    ],
)
def test_options_of_the_roster(handin: HandIn, keys: dict[str, Path], options: str, state: str) -> None:
    assert found(handin, allowed(keys["anna"], options=options)).state == state


def test_two_lines_for_one_key(handin: HandIn, keys: dict[str, Path]) -> None:
    ran_out = allowed(keys["anna"], "bo@example.org", 'valid-before="20200101"')
    signature = found(handin, ran_out, allowed(keys["anna"]))
    assert (signature.state, signature.principal) == ("valid", "anna@example.org")
    assert signature.principals == ("bo@example.org", "anna@example.org")


def test_signed_for_something_else(keys: dict[str, Path]) -> None:
    handin = handin_of(signed(line_of("fresh"), keys["anna"], "file"))
    assert found(handin, allowed(keys["anna"])).state == "invalid"


def test_the_signature_of_another_payload(keys: dict[str, Path]) -> None:
    line, other = line_of("fresh"), line_of("done")
    swapped = handin_of(line + signed(other, keys["anna"])[len(other) :])
    signature = found(swapped, allowed(keys["anna"]))
    assert signature.state == "invalid"
    assert signature.principals == ("anna@example.org",)


def test_a_key_that_pretends_to_be_another(handin: HandIn, keys: dict[str, Path]) -> None:
    """The public key in the armour is the signer's word: it alone must not make it valid."""
    import base64

    from tutor.handin.armour import BEGIN, END

    assert handin.armour is not None
    blob = base64.b64decode(b"".join(handin.armour.text.split(b"\n")[1:-2]))
    bo = base64.b64decode(keys["bo"].with_name("bo.pub").read_text().split()[1])
    forged = base64.b64encode(blob.replace(handin.armour.key, bo))
    lines = [forged[start : start + 70] for start in range(0, len(forged), 70)]
    text = b"\n".join([BEGIN, *lines, END, b""])
    assert parse(text) is not None
    signature = found(handin_of(handin.line + text), allowed(keys["bo"], "bo@example.org"))
    assert signature.state == "invalid"


@pytest.mark.parametrize("hostile", ["-Y", "--", "-I", "$(touch x)", "; touch x", "a b", "x" * 200, "\u202e"])
def test_hostile_identities_are_only_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: dict[str, Path], hostile: str
) -> None:
    from tutor.handin.make import Handing

    monkeypatch.chdir(tmp_path)
    handing = Handing("2026-01-01T12:05:00+00:00", hostile, hostile, hostile)
    handin = handin_of(signed(line_of("fresh", handing=handing), keys["anna"]))
    assert found(handin, allowed(keys["anna"], "*@example.org")).state in ("other-key", "valid")
    assert found(handin, allowed(keys["anna"])).principal == "anna@example.org"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "script",
    [
        None,
        "exit 1",
        "exit 255",
        "echo 'unknown option -- Y' >&2; exit 1",
        "kill -SEGV $$",
    ],
)
def test_without_a_working_ssh_keygen_nothing_is_said(
    tmp_path: Path, handin: HandIn, keys: dict[str, Path], script: str | None
) -> None:
    """An honest student is never called a forger because the teacher's machine is old."""
    program = tmp_path / "ssh-keygen"
    if script is not None:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    signature = found(handin, allowed(keys["anna"]), program=str(program))
    assert signature.state == "unknown"
    assert signature.fix == ("sudo apt-get install -y openssh-client",)


def test_a_kind_of_key_that_is_not_known_here(tmp_path: Path, handin: HandIn) -> None:
    program = tmp_path / "ssh-keygen"
    program.write_text(f'#!/bin/sh\ncase "$*" in *known) exec {_ssh_keygen()} "$@";; *) exit 255;; esac\n')
    program.chmod(0o755)
    assert found(handin, program=str(program)).state == "unknown"


def _ssh_keygen() -> str:
    from shutil import which

    path = which("ssh-keygen")
    assert path is not None
    return path


def test_its_files_are_its_own_and_go(handin: HandIn, keys: dict[str, Path]) -> None:
    with Verifier(signers([allowed(keys["anna"])])) as verifier:
        assert verifier.verify(handin).state == "valid"
        folder = Path(verifier._folder.name)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert not folder.exists()


def test_a_large_roster_costs_nothing_each_time(handin: HandIn, keys: dict[str, Path]) -> None:
    import base64

    def line(number: int) -> str:
        blob = b"\0\0\0\x0bssh-ed25519\0\0\0 " + number.to_bytes(32, "big")
        return f"s{number}@example.org ssh-ed25519 {base64.b64encode(blob).decode()}"

    many = signers([*map(line, range(20_000)), allowed(keys["anna"])])
    with Verifier(many) as verifier:
        verifier.verify(handin)
        began = time.monotonic()
        assert verifier.verify(handin).state == "valid"
        assert time.monotonic() - began < 1


def test_the_file_of_keys(tmp_path: Path, keys: dict[str, Path]) -> None:
    path = tmp_path / "allowed_signers"
    good = allowed(keys["anna"])
    broken = [
        "anna ssh-ed25519",
        "anna",
        "anna ssh-ed25519 AAAA",
        "anna ssh-rsa " + good.split()[-1],
        "\x00\xff",
    ]
    path.write_text("\n".join(["\ufeff# keys", good, *broken, ""]), encoding="utf-8")
    found = read_signers(path)
    assert found.principals == {"anna@example.org"}
    assert found.faults == [3, 4, 5, 6, 7]
    for missing in (tmp_path / "missing", tmp_path, Path("a\0b")):
        with pytest.raises(UsageError):
            read_signers(missing)
    with path.open("wb") as file:
        os.ftruncate(file.fileno(), 2**30)
    with pytest.raises(UsageError):
        read_signers(path)


@pytest.mark.parametrize("kind", ["ed25519-sk", "ecdsa-sk"])
def test_security_keys(kind: str) -> None:
    """Signatures by OpenSSH's own software security key (tests/handin/hardware/README.md)."""
    folder = Path(__file__).parent / "hardware"
    armour = parse((folder / f"{kind}.sig").read_bytes())
    assert armour is not None
    roster = f"anna@example.org {(folder / f'{kind}.pub').read_text().strip()}"
    payload = handin_of(line_of("fresh")).payload
    touched = HandIn(payload, b'{"claim":{}}\n', armour)
    assert found(touched, roster).state == "valid"
    assert found(HandIn(payload, b'{"claim":[]}\n', armour), roster).state == "invalid"
