"""``tutor submit`` and ``tutor check --from`` a hand-in, as a student and a teacher run them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands.tool import Tool
from tests.handin.samples import allowed, key
from tests.terminal import CTRL_C, Terminal
from tutor.handin.chain import chain
from tutor.handin.format import HandIn
from tutor.handin.read import read
from tutor.handin.signers import signers
from tutor.handin.verify import Verifier


def handed_in(path: Path) -> HandIn:
    found = read(path)
    assert isinstance(found, HandIn), found
    return found


def known(tutor: Tool) -> Tool:
    """A student with a name."""
    tutor.run("config", "identity.name", "Anna Å")
    tutor.run("config", "identity.email", "anna@example.org")
    return tutor


def with_key(tutor: Tool) -> Path:
    """The student's key, where ssh keeps it."""
    folder = tutor.home / ".ssh"
    folder.mkdir(mode=0o700)
    return key(folder, "id_ed25519")


def test_a_signed_hand_in(tutor: Tool) -> None:
    mine, path = with_key(known(tutor)), tutor.home / "lab.tutor"
    done = tutor.run("submit", "--yes", "--output", str(path))
    assert done.out == f"{path}\n"
    handin = handed_in(path)
    student = handin.payload.student
    assert (student.name, student.email, student.id) == ("Anna Å", "anna@example.org", None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with Verifier(signers([allowed(mine)])) as verifier:
        assert verifier.verify(handin).state == "valid"
    # The run itself is the latest line of the journal that goes along.
    assert chain(handin).whole
    assert json.loads(handin.journal[-1])["kind"] == "check"
    for told in ("who: Anna Å, anna@example.org", "points: 0 of", "journal: lines: ", "SHA256:"):
        assert told in done.err


def test_the_same_verdicts_from_it_as_live(tutor: Tool) -> None:
    path = tutor.home / "lab.tutor"
    known(tutor).run("submit", "--yes", "--unsigned", "--output", str(path))
    live = tutor.run("check", "--format", "json", code=1).json
    done = tutor.run("check", "--from", str(path), "--format", "json", code=1)
    judged = done.json
    for document in (live, judged):
        for part in ("started", "duration_ms"):
            del document[part]
        for step in document["steps"]:
            for check in step["checks"]:
                del check["duration_ms"]
    assert judged == live
    assert "it is not signed" in done.err


def test_a_changed_one_is_said_to_be(tutor: Tool) -> None:
    with_key(known(tutor))
    path = tutor.home / "lab.tutor"
    tutor.run("submit", "--yes", "--output", str(path))
    path.write_bytes(path.read_bytes().replace(b"Anna", b"Bodi"))
    done = tutor.run("check", "--from", str(path), code=1)
    assert "it was changed after it was signed" in done.err
    path.write_bytes(path.read_bytes()[:-1])
    done = tutor.run("check", "--from", str(path), code=2)
    assert "what follows its first line" in done.err


def test_under_a_pseudonym(tutor: Tool) -> None:
    path = tutor.home / "lab.tutor"
    done = tutor.run("submit", "--yes", "--unsigned", "--pseudonym", "Grupp 7", "--output", str(path))
    student = handed_in(path).payload.student
    assert (student.pseudonym, student.name) == ("Grupp 7", None)
    assert "who: Grupp 7" in done.err
    assert handed_in(path).payload.recording.user == "student"


def test_the_name_of_the_file(tutor: Tool, tmp_path: Path) -> None:
    """In the folder where the student stands; plain letters, whatever the student is called."""
    before = f"import os; os.chdir({str(tmp_path)!r})"
    here = Tool(tutor.home, tutor.environment, tutor.options, before)
    done = here.run("submit", "--yes", "--unsigned", "--pseudonym", "../Å & co; rm -rf /")
    (path,) = tmp_path.glob("*.tutor")
    assert done.out == f"{path.name}\n"
    assert path.name.startswith("small-co-rm-rf-2")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--yes",), "identity.name is not set"),
        (("--yes", "--pseudonym", "x"), "no SSH key"),
        (("--yes", "--pseudonym", "x", "--key", "/nonexistent"), "there is no key /nonexistent"),
        (("--yes", "--unsigned", "--key", "x"), "exclude each other"),
        (("--unsigned", "--pseudonym", "x"), "nobody is there to be asked"),
        (("--yes", "--unsigned", "--pseudonym", ""), "--pseudonym wants a name"),
        (("--yes", "--unsigned", "--pseudonym", "a\nb"), "--pseudonym wants a name"),
        (("--yes", "--unsigned", "--pseudonym", "\x1b[2J"), "--pseudonym wants a name"),
        (("--yes", "--unsigned", "--pseudonym", "x", "--output", "/proc/nothing/x"), "there is no folder"),
        (("--yes", "--unsigned", "--pseudonym", "x", "--output", "/"), "is there already"),
        (("--yes", "--unsigned", "--pseudonym", "x", "--output", "/dev/null"), "is there already"),
        (("--yes", "--unsigned", "--pseudonym", "x", "--course-config", "/nonexistent"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tutor: Tool, words: tuple[str, ...], told: str) -> None:
    done = tutor.run("submit", *words, code=2)
    assert told in " ".join(done.err.split())
    assert done.out == ""
    assert "tip: " in done.err


def test_a_name_and_nothing_to_reach_it_by(tutor: Tool) -> None:
    tutor.run("config", "identity.name", "Anna")
    assert "identity.email is not set" in tutor.run("submit", "--yes", "--unsigned", code=2).err
    tutor.run("config", "identity.student_id", "anna1")
    tutor.run("submit", "--yes", "--unsigned", "--output", str(tutor.home / "x.tutor"))


def test_nothing_is_overwritten(tutor: Tool) -> None:
    path = tutor.home / "lab.tutor"
    path.write_text("mine")
    for target in (path, tutor.home / "link"):
        if target != path:
            target.symlink_to(tutor.home / "nowhere")
        done = tutor.run("submit", "--yes", "--unsigned", "--pseudonym", "x", "--output", str(target), code=2)
        assert "is there already" in " ".join(done.err.split())
    assert path.read_text() == "mine"


def test_a_key_with_a_passphrase_and_nobody_to_type_it(tutor: Tool) -> None:
    mine = with_key(tutor)
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "secret", "-f", str(mine)], check=True)
    path = tutor.home / "lab.tutor"
    done = tutor.run("submit", "--yes", "--pseudonym", "x", "--output", str(path), code=2)
    assert "the signature was not made" in done.err
    assert not path.exists()


@contextmanager
def agent(*keys: Path) -> Iterator[dict[str, str]]:
    """An agent of the test's own, with these keys."""
    started = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout

    def run(*words: str) -> None:
        subprocess.run(words, env={**os.environ, **environment}, check=True, capture_output=True)

    found = dict(part.split("=", 1) for part in started.replace("\n", ";").split(";") if "=" in part)
    environment = {name: found[name] for name in ("SSH_AUTH_SOCK", "SSH_AGENT_PID")}
    try:
        for each in keys:
            run("ssh-add", "-q", str(each))
        yield environment
    finally:
        subprocess.run(
            ["ssh-agent", "-k"], env={**os.environ, **environment}, check=True, capture_output=True
        )


def test_the_first_key_of_the_agent(tutor: Tool, tmp_path: Path) -> None:
    first, second, path = key(tmp_path, "first"), key(tmp_path, "second"), tutor.home / "lab.tutor"
    with_key(tutor)
    with agent(first, second) as environment:
        for each in (first, second):
            each.unlink()  # the agent alone has them now
        there = tutor.with_environment(**environment)
        done = there.run("submit", "--yes", "--pseudonym", "x", "--output", str(path))
        assert "of the agent" in " ".join(done.err.split())
        named = tutor.home / "named.tutor"
        there.run(
            *("submit", "--yes", "--pseudonym", "x", "--output", str(named)),
            *("--key", str(second.with_name("second.pub"))),
        )
    with Verifier(signers([allowed(first, "first"), allowed(second, "second")])) as verifier:
        assert verifier.verify(handed_in(path)).principal == "first"
        assert verifier.verify(handed_in(named)).principal == "second"


def test_an_agent_that_is_gone_is_none(tutor: Tool) -> None:
    with_key(tutor)
    path = tutor.home / "lab.tutor"
    there = tutor.with_environment(SSH_AUTH_SOCK=str(tutor.home / "nothing"))
    there.run("submit", "--yes", "--pseudonym", "x", "--output", str(path))
    assert handed_in(path).armour is not None


def terminal(tutor: Tool, *words: str) -> Terminal:
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", **tutor.environment}
    argv = [sys.executable, "-c", "import tutor.entry; tutor.entry.main()", *tutor.options, *words]
    return Terminal(argv, environment, cwd=str(tutor.home))


def test_on_a_terminal_who_it_is_is_asked_and_kept(tutor: Tool) -> None:
    path = tutor.home / "lab.tutor"
    with terminal(tutor, "submit", "--unsigned", "--output", str(path)) as screen:
        screen.expect("Your name: ")
        screen.type("Anna Å\r")
        screen.expect("Your e-mail address: ")
        screen.type("no address\r")
        screen.expect("not an e-mail address")
        screen.expect("Your e-mail address: ")
        screen.type("anna@example.org\r")
        screen.expect("Your student id")
        screen.type("\r")
        screen.expect(r"Write it\? \[Y/n\] ")
        screen.type("\r")
        assert screen.exit_code() == 0
    assert handed_in(path).payload.student.name == "Anna Å"
    assert tutor.run("config", "identity.email").out == "anna@example.org\n"


@pytest.mark.parametrize(("keys", "code"), [("n\r", 1), ("\x04", 1), (CTRL_C, 130)])
def test_no_is_no(tutor: Tool, keys: str, code: int) -> None:
    path = tutor.home / "lab.tutor"
    with terminal(known(tutor), "submit", "--unsigned", "--output", str(path)) as screen:
        screen.expect(r"Write it\? ")
        screen.type(keys)
        assert screen.exit_code() == code
    assert not path.exists()


def test_a_file_is_replaced_when_that_is_agreed_to(tutor: Tool) -> None:
    path = tutor.home / "lab.tutor"
    path.write_text("mine")
    for said, code in (("n", 1), ("y", 0)):
        words = ("submit", "--unsigned", "--yes", "--output", str(path))
        with terminal(known(tutor), *words) as screen:
            screen.expect(r"Replace it\? ")
            screen.type(f"{said}\r")
            assert screen.exit_code() == code
        assert (path.read_bytes() == b"mine") == (said == "n")


def test_a_passphrase_is_asked_for_on_the_terminal(tutor: Tool) -> None:
    mine = with_key(known(tutor))
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "secret phrase", "-f", str(mine)], check=True)
    path = tutor.home / "lab.tutor"
    with terminal(tutor, "submit", "--yes", "--output", str(path)) as screen:
        screen.expect("passphrase")
        screen.type("secret phrase\r")
        assert screen.exit_code() == 0
        assert "secret phrase" not in screen.plain
    with Verifier(signers([allowed(mine)])) as verifier:
        assert verifier.verify(handed_in(path)).state == "valid"


def test_in_swedish(tutor: Tool) -> None:
    path = tutor.home / "lab.tutor"
    with terminal(known(tutor), "--lang", "sv", "submit", "--unsigned", "--output", str(path)) as screen:
        screen.expect(r"vem: Anna Å")
        screen.expect(r"\? \[J/n\] ")
        screen.type("j\r")
        assert screen.exit_code() == 0


def test_the_instructors_file(tutor: Tool) -> None:
    """Points and numbers of the class, from the configuration, in what is handed in."""
    config = tutor.home / "lab.toml"
    config.write_text("[points]\n'start/read' = 5\n[weights]\nstart = 2\n[variables]\nhost_port = 2223\n")
    tutor.run("config", "course-config", str(config))
    path = tutor.home / "lab.tutor"
    known(tutor).run("submit", "--yes", "--unsigned", "--output", str(path))
    payload = handed_in(path).payload
    assert payload.variables["host_port"] == 2223
    assert payload.claim.summary.max_points >= 10
    # Judged without the file: by the numbers that were handed in, and by the course's points.
    document = tutor.run("check", "--from", str(path), "--format", "json", code=1).json
    assert document["course"]["variables"]["host_port"] == 2223
    config.write_text("[variables]\nhost_port = 2224\n")
    document = tutor.run(
        "check", "--from", str(path), "--format", "json", "--course-config", str(config), code=1
    ).json
    assert document["course"]["variables"]["host_port"] == 2224
    config.unlink()
    assert "lab.toml cannot be read" in " ".join(tutor.run("check", code=2).err.split())
    tutor.run("config", "--unset", "course-config")
    tutor.run("check", code=1)
