"""However a run of ``tutor check`` is disturbed, it ends with an exit code and at most a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RECORDINGS = Path(__file__).parent / "recordings"
DONE = ("check", "--from", str(RECORDINGS / "done.json"))
#: Every wrong state exits 1: what cannot pass in a test machine fails.
JUDGED = 1


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def shell(line: str, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A line of shell, in which ``tutor`` is this checkout's."""
    return subprocess.run(
        ["bash", "-c", f'tutor() {{ "{sys.executable}" -m tutor "$@"; }}; set -o pipefail; {line}'],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "DONE": DONE[2], **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_unknown_words_name_what_is_near(home: Path) -> None:
    done = shell("tutor check domains/xlm install/cpus --lang en", home)
    assert done.returncode == 2
    assert (done.stdout, "domains/xml" in done.stderr) == ("", True)


def test_an_unknown_word_is_refused_before_anything_is_recorded(home: Path) -> None:
    done = shell("tutor check nothing --record f.json", home)
    assert done.returncode == 2
    assert not (home / "f.json").exists()


@pytest.mark.parametrize("format", ["text", "json", "junit", "tap"])
def test_a_reader_who_leaves_changes_no_verdict(home: Path, format: str) -> None:  # noqa: A002
    done = shell(f"tutor check --from $DONE --format {format} | head -c 1", home)
    assert done.returncode in (JUDGED, 141)
    assert done.stderr == ""
    done = shell(f"tutor check --from $DONE --format {format} | true", home)
    assert (done.returncode, done.stderr) == (JUDGED, "")


@pytest.mark.parametrize("format", ["text", "json", "junit", "tap"])
def test_a_full_disk_behind_the_output(home: Path, format: str) -> None:  # noqa: A002
    done = shell(f"tutor check --from $DONE --lang en --format {format} > /dev/full", home)
    assert done.returncode == 2
    assert "No space left" in " ".join(done.stderr.split())
    assert len(done.stderr.splitlines()) <= 3


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_streams(home: Path, closed: str) -> None:
    done = shell(f"tutor check --from $DONE {closed}", home)
    assert (done.returncode, done.stderr) == (JUDGED, "")
    assert bool(done.stdout) == (">&-" not in closed.replace("2>&-", ""))


def test_a_closed_stdout_does_not_end_up_in_the_journal(home: Path) -> None:
    done = shell("tutor check intro >&-", home)
    assert done.returncode == JUDGED
    (journal,) = home.rglob("journal.jsonl")
    assert all(json.loads(line) for line in journal.read_text().splitlines())


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"LC_ALL": "C"},
        {"LC_ALL": "tr_TR.UTF-8"},
        {"LANG": "sv_SE.ISO-8859-1"},
        {"LC_ALL": "nonsense"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"},
        {"TERM": "dumb", "COLUMNS": "1"},
        {"COLUMNS": "nonsense"},
    ],
)
def test_any_locale_and_terminal(home: Path, env: dict[str, str]) -> None:
    text = shell("tutor check --from $DONE", home, **env)
    said = [line for line in text.stderr.splitlines() if not line.startswith("bash: warning: setlocale")]
    assert (text.returncode, said) == (JUDGED, [])
    document = json.loads(shell("tutor check intro install --from $DONE --format json", home, **env).stdout)
    assert {step["status"] for step in document["steps"]} == {"pass", "fail"}


def test_another_system(home: Path) -> None:
    """A module that Python loads at its start makes this another system."""
    (home / "sitecustomize.py").write_text("import sys\nsys.platform = 'freebsd14'\n")
    done = shell("tutor check --lang en", home, PYTHONPATH=str(home))
    assert (done.returncode, done.stdout) == (2, "")
    assert "freebsd14" in done.stderr
    assert len(done.stderr.splitlines()) <= 4
    judged = shell("tutor check --from $DONE", home, PYTHONPATH=str(home))
    assert judged.returncode == JUDGED


def document_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode in (0, 1, 3), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_very_host_of_the_tests(home: Path) -> None:
    """Whatever it is: perhaps a container, perhaps without libvirt."""
    document = document_of(shell("tutor check --format json", home))
    assert "internal-error" not in json.dumps(document)


def test_a_state_folder_that_cannot_be_written_costs_a_sentence(home: Path) -> None:
    (home / "state").write_text("in the way")
    plain = shell("tutor check intro --lang en", home, XDG_STATE_HOME=str(home / "other"))
    done = shell("tutor check intro --lang en", home, XDG_STATE_HOME=str(home / "state"))
    assert plain.stderr == ""
    assert len(done.stderr.splitlines()) <= 2
    assert "not journalled" in done.stderr
    assert done.stdout.count("\n") > 5
    # Answers that cannot be looked up are unknown, not wrong.
    assert (plain.returncode, done.returncode) == (1, 3)


def test_a_fault_of_ours_is_one_sentence_and_a_log(home: Path) -> None:
    (home / "sitecustomize.py").write_text("import sys\nsys.modules['tutor.grading.grade'] = None\n")
    done = shell("tutor check --from $DONE --lang en", home, PYTHONPATH=str(home))
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    (log,) = home.rglob("errors.log")
    assert "Traceback" in log.read_text()
