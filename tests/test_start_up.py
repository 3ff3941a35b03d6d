"""What `tutor check` must not import: each would cost more than all of the course's own checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    *("asyncio", "importlib.metadata", "jinja2", "json5", "markdown_it", "mdit_py_plugins", "prompt_toolkit"),
    *("pydantic", "pygal", "questionary", "rich", "tomli", "tomllib"),
    *("email", "http.client", "ssl", "urllib.request"),
    # tutor.dataclass stands for it: what it compiles for each class is compiled at each start.
    "dataclasses",
}
#: What holds a recording to the declared shapes, and has no business with a live machine.
ONLY_FOR_RECORDINGS = {"msgspec"}

#: What reads any command line, and what is loaded for a moment's use: a plain line does without.
ONLY_FOR_OTHER_LINES = {
    *("typer", "inspect", "_hashlib", "hashlib", "secrets", "shutil", "traceback"),
    # Three milliseconds with what they load; tutor.host.child stands for them.
    *("subprocess", "selectors", "locale"),
    # Of what has failed, and of few students' courses.
    *("checks.forward_repair", "checks.vscode", "tutor.course.course_config"),
    # Five milliseconds with what it loads, and one.
    *("pathlib", "datetime"),
}
#: Modules, of Python and of ours; each takes a sixth of a millisecond, whatever is in it. Now it is some 270.
MOST_MODULES = 280

RECORDING = {
    "recording": "libvirt-tutor",
    "schema": 1,
    "tool": "0.1.0",
    "user": "student",
    "started": "2026-01-01T12:00:00+00:00",
    "course": {"id": "libvirt", "version": "1.0", "digest": "sha256:0"},
    "variables": {},
    "observations": {},
}

_RUN = """
import atexit, sys
names = sys.argv.pop(1)
atexit.register(lambda: open(names, "w").write("\\n".join(sys.modules)))
from tutor.entry import main
main()
"""


def modules_of(folder: Path, *words: str) -> set[str]:
    """The modules that `tutor` with these words has imported by its end, when it is not the first time."""
    names = folder / "modules"
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHON", "COV"))
    }
    for _ in range(2):  # The first run may compile the course: an editable installation has it as text only.
        done = subprocess.run(
            [sys.executable, "-c", _RUN, str(names), *words],
            env={**environ, "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode in (0, 1, 3), done.stderr
        assert done.stdout
    return set(names.read_text().splitlines())


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording.json"
    path.write_text(json.dumps(RECORDING))
    return path


@pytest.mark.parametrize("form", ["text", "json", "junit", "tap"])
def test_grading_a_recording_imports_nothing_heavy(tmp_path: Path, recording: Path, form: str) -> None:
    modules = modules_of(tmp_path, "check", "--from", str(recording), "--format", form)
    assert modules.isdisjoint(HEAVY)


@pytest.mark.parametrize("words", [(), ("install/default-network",)])
def test_grading_this_machine_imports_nothing_heavy(tmp_path: Path, words: tuple[str, ...]) -> None:
    modules = modules_of(tmp_path, "check", *words)
    assert modules.isdisjoint({*HEAVY, *ONLY_FOR_RECORDINGS, *ONLY_FOR_OTHER_LINES})
    assert len(modules) <= MOST_MODULES


def test_other_lines_are_read_by_the_parser(tmp_path: Path) -> None:
    """Else the test above would say nothing of a plain one."""
    assert {"typer", "inspect"} <= modules_of(tmp_path, "check", "--format=json")


@pytest.mark.parametrize("module", ["tutor.host.worker", "tutor.host.firewall", "tutor.host.libvirt.storage"])
def test_the_second_process_needs_nothing_heavy_before_it_is_made(module: str) -> None:
    """What is imported before the fork delays both; libvirt and lxml are for the second one alone."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(done.stdout.splitlines())
    apart = {"libvirt", "lxml", *ONLY_FOR_RECORDINGS, *ONLY_FOR_OTHER_LINES, *HEAVY}
    assert modules.isdisjoint(apart)
    assert not any(name.startswith(("tutor.commands", "tutor.output", "tutor.grading")) for name in modules)


def test_the_guard_sees_what_is_imported(tmp_path: Path, recording: Path) -> None:
    """Else the other tests would pass whatever happens."""
    modules = modules_of(tmp_path, "check", "--from", str(recording), "install/libvirt")
    assert {"tutor.cli", "tutor.grading.grade", "checks.groups"} <= modules  # --from: the parser's


def test_a_quiz_needs_neither_libvirt_nor_xml(tmp_path: Path, recording: Path) -> None:
    modules = modules_of(tmp_path, "check", "--from", str(recording), "intro/role")
    assert modules.isdisjoint({"libvirt", "lxml", "lxml.etree"})
