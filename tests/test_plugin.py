"""A third party's checks: a package of its own, installed beside the tool, and a course that names them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLUGIN = Path(__file__).parent / "plugin"
COURSE = PLUGIN / "course"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plug-in is installed, as pip does it, without a network."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("target")
    for name in ("pyproject.toml", "plugin_example.py"):
        (source / name).write_bytes((PLUGIN / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    options = ("--no-deps", "--no-build-isolation", "--no-cache-dir", "--target", str(target))
    subprocess.run([*pip, *options, str(source)], check=True, timeout=60, env=own)
    return target


def tutor(home: Path, *words: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(home), **({"PYTHONPATH": str(path)} if path else {})}
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words, "--lang", "en"],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def checks_of(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    assert done.stdout, done.stderr
    return {
        one["id"].rpartition("/")[2]: one
        for step in json.loads(done.stdout)["steps"]
        for one in step["checks"]
    }


def test_judged(tmp_path: Path, installed: Path) -> None:
    words = ("check", "folders", "--course", str(COURSE), "--format", "json")
    done = tutor(tmp_path, *words, path=installed)
    assert done.returncode == 0, done.stderr
    assert checks_of(done)["folder"]["status"] == "pass"
    missing = tutor(tmp_path, *words, "--var", f"folder={tmp_path}/none", path=installed)
    found = checks_of(missing)["folder"]
    assert (missing.returncode, found["code"], found["fix"]) == (
        1,
        "no-folder",
        [f"mkdir -p {tmp_path}/none"],
    )


def test_recorded(tmp_path: Path, installed: Path) -> None:
    path = str(tmp_path / "recording.json")
    words = ("check", "folders", "--course", str(COURSE), "--format", "json")
    live = tutor(tmp_path, *words, "--record", path, path=installed)
    recorded = tutor(tmp_path, *words, "--from", path, path=installed)
    assert [one["observed"] for one in checks_of(live).values()] == [
        one["observed"] for one in checks_of(recorded).values()
    ]


def test_a_misbehaving_check_loses_no_run(tmp_path: Path, installed: Path) -> None:
    done = tutor(tmp_path, "check", "--course", str(COURSE), "--format", "json", path=installed)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    found = checks_of(done)
    broken = {name: one["code"] for name, one in found.items() if one["status"] == "unknown"}
    assert broken == {
        **dict.fromkeys(("raises", "exits", "nothing", "word", "text", "fix"), "internal-error"),
        "unknown": "no-such-source",
    }
    assert (found["folder"]["status"], found["behind"]["code"]) == ("pass", "need-unknown")
    (log,) = tmp_path.rglob("errors.log")
    assert str(log) in found["raises"]["observed"]
    assert "a bug of the plug-in" in log.read_text()
    text = tutor(tmp_path, "check", "--course", str(COURSE), path=installed)
    assert (text.returncode, "Traceback" in text.stdout + text.stderr) == (3, False)


def test_not_installed(tmp_path: Path) -> None:
    done = tutor(tmp_path, "check", "folders", "--course", str(COURSE), "--format", "json")
    if done.returncode == 4:
        assert "folder-exists" in done.stderr
    else:
        assert (done.returncode, checks_of(done)["folder"]["code"]) == (3, "no-such-check")


def plugin(folder: Path, name: str, content: str) -> None:
    """A distribution made by hand: one module, and the entry point that names it."""
    (folder / f"{name}.py").write_text(content)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[tutor.checks]\n{name} = {name}\n")


TAKEN = """
from tutor.grading.registry import check

@check("{check}")
def taken(host, *, path=None):
    \"\"\"A second one.\"\"\"
"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TAKEN.format(check="disk-image"), "two checks are called disk-image: checks.disks and other"),
        (
            TAKEN.format(check="folder-exists"),
            "two checks are called folder-exists: other and plugin_example",
        ),
        (TAKEN.format(check="quiz"), "two checks are called quiz: tutor.grading.quiz and other"),
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("1 +", "the checks of other cannot be loaded"),
        ("raise SystemExit(0)", "the checks of other cannot be loaded"),
    ],
)
def test_refused(tmp_path: Path, installed: Path, content: str, said: str) -> None:
    """A package that cannot be loaded, or wants a name that is taken: exit 4, and which one it is."""
    folder = tmp_path / "site"
    folder.mkdir()
    plugin(folder, "other", content)
    both = Path(f"{folder}{os.pathsep}{installed}")
    done = tutor(tmp_path, "check", "folders", "--course", str(COURSE), path=both)
    assert (done.returncode, done.stdout) == (4, "")
    assert said in " ".join(done.stderr.split())
    assert len(done.stderr.splitlines()) <= 5
    # The packaged course names none of them, and never looks.
    recording = PLUGIN.parent / "recordings" / "done.json"
    assert tutor(tmp_path, "check", "--from", str(recording), path=both).returncode == 1
