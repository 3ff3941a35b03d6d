"""Names that a student, or a hand-in, chose to break a shell: no printed command runs what is in them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tutor.commands.check import judge_recorded
from tutor.commands.session import Options, Session
from tutor.course.load import load_course

RECORDINGS = ("fresh", "halfway", "wrong-memory-and-card", "done")
FOLDER = Path(__file__).parent / "recordings"
MARK = "pwned"
ATTACKS = (
    f"$(touch {MARK})",
    f"';touch {MARK};'",
    f'";touch {MARK};"',
    f"`touch {MARK}`",
    f"\\$(touch {MARK})",
)
NOBODY = 65534


def renamed(value: Any, names: dict[str, str]) -> Any:
    """A recording's value with other names, as that machine would have had them: escaped within XML."""
    if isinstance(value, dict):
        return {key_renamed(key, names): renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if not isinstance(value, str):
        return value
    xml = value.lstrip().startswith("<")
    for old, new in names.items():
        value = value.replace(old, escape(new, {"'": "&apos;", '"': "&quot;"}) if xml else new)
    return value


def key_renamed(key: str, names: dict[str, str]) -> str:
    """A question's key holds its arguments as JSON."""
    source, bracket, rest = key.partition("[")
    if not bracket or not rest.endswith("]"):
        return str(renamed(key, names)) if key in names else key
    args = renamed(json.loads(bracket + rest), names)
    return source + json.dumps(args, ensure_ascii=False, separators=(",", ":"))


def hostile_names(attack: str) -> dict[str, str]:
    """The student's own names and paths, each with the attack in it."""
    course = load_course(None, "sv")
    own = [
        one for one in course.variables.values() if one.owner == "student" and one.type in ("name", "path")
    ]
    return {str(one.value): str(one.value) + attack for one in own}


def fixes(recording: str, attack: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Each printed command of the recorded machine, with the check that prints it."""
    document = json.loads((FOLDER / f"{recording}.json").read_text())
    names = hostile_names(attack)
    # Longest first: one name may be part of another.
    names = dict(sorted(names.items(), key=lambda pair: -len(pair[0])))
    document["observations"] = renamed(document["observations"], names)
    document["variables"] = renamed(document["variables"], names)
    evidence = folder / "hostile.json"
    evidence.write_text(json.dumps(document))
    grade = judge_recorded(Session(Options(evidence=evidence, lang="en")), [])
    for step in grade.steps:
        for verdict in step.verdicts:
            yield from ((verdict.spec.id, command) for command in verdict.finding.fix)


def run_harmlessly(command: str, folder: Path) -> None:
    """Run it where no program of the course exists, as nobody, with a home of its own."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name in ("touch", "grep", "awk", "cat", "printf"):
        if not (programs / name).exists():
            (programs / name).symlink_to("/usr/bin/" + name)
    folder.chmod(0o777)
    for parent in folder.parents[:-1]:
        if parent.stat().st_mode & 0o001 == 0 and str(parent).startswith("/tmp/"):
            parent.chmod(0o755)
    subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=folder,
        env={"PATH": str(programs), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
        user=NOBODY if os.geteuid() == 0 else None,
    )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("recording", RECORDINGS)
def test_no_fix_runs_what_is_in_a_name(recording: str, attack: str, tmp_path: Path) -> None:
    printed = list(fixes(recording, attack, tmp_path))
    assert any(MARK in command for _, command in printed) or recording == "done"
    for check, command in printed:
        if MARK in command:
            run_harmlessly(command, tmp_path)
            assert not (tmp_path / MARK).exists(), f"{check}: {command}"


def test_the_trap_works(tmp_path: Path) -> None:
    run_harmlessly(f'echo "$(touch {MARK})"', tmp_path)
    assert (tmp_path / MARK).exists()
