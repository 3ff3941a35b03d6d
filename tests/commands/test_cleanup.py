"""Cleaning up before there is anything to clean: what is said, and what stays untouched."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.commands.tool import Tool

BASELINE = ".local/state/libvirt-tutor/baseline"


def baselines(tutor: Tool) -> list[Path]:
    return sorted((tutor.home / BASELINE).glob("*.json"))


@pytest.mark.parametrize(
    "words", [("cleanup", "--yes"), ("reset", "start/read", "--yes"), ("cleanup", "--dry-run")]
)
def test_without_a_baseline_nothing_is_anybodys(tutor: Tool, words: tuple[str, ...]) -> None:
    done = tutor.run(*words, code=3)
    assert done.out == ""
    assert "has no baseline yet" in done.err
    assert "tutor check" in done.err
    assert not baselines(tutor)


def test_a_damaged_baseline_is_named(tutor: Tool) -> None:
    path = tutor.home / BASELINE / "small.without-libvirt-firewall.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    done = tutor.run("cleanup", "--yes", code=3)
    assert str(path) in done.err.replace("\n  ", "")
    assert path.read_text() == "{}"
    # Nor does it cost anybody a verdict.
    assert "baseline" not in tutor.run("check", code=1).err


def test_a_step_that_there_is_not(tutor: Tool) -> None:
    assert "nothing called start/red" in tutor.run("reset", "start/red", code=2).err


def test_a_step_of_questions_leaves_nothing(tutor: Tool) -> None:
    tutor.run("check", code=1)
    assert "Nothing to take away." in tutor.run("reset", "ask/one", "--yes").out


def test_in_swedish(tutor: Tool) -> None:
    assert "ingen utgångspunkt" in tutor.run("--lang", "sv", "cleanup", code=3).err


def test_the_first_look_records_it(tutor: Tool) -> None:
    tutor.run("check", code=1)
    (path,) = baselines(tutor)
    assert path.name == "small.without-libvirt-firewall.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    tutor.run("check", code=1)
    assert [one.read_bytes() for one in baselines(tutor)] == [content]


def test_a_recording_is_nobodys_first_use(tutor: Tool, tmp_path: Path) -> None:
    recording = tmp_path / "recording.json"
    tutor.run("check", "--record", str(recording), code=1)
    assert "inventory" not in recording.read_text()
    for path in baselines(tutor):
        path.unlink()
    tutor.run("check", "--from", str(recording), code=1)
    assert not baselines(tutor)


def test_a_new_name_is_looked_at_when_it_is_given(packaged: Tool) -> None:
    packaged.run("check", "intro/role", code=1)
    (path,) = baselines(packaged)
    mine = packaged.home / "mine.qcow2"
    mine.touch()
    packaged.run("config", "disk_path", str(mine))
    (after,) = baselines(packaged)
    assert f'"{mine}"' in after.read_text()
    assert after.name == path.name
