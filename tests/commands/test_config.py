from __future__ import annotations

import json
from typing import Any

import pytest

from tests.commands.tool import Tool


def written(tutor: Tool) -> Any:
    return json.loads((tutor.home / ".config/libvirt-tutor/config.json").read_text(encoding="utf-8"))


def write(tutor: Tool, content: str) -> None:
    path = tutor.home / ".config/libvirt-tutor/config.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("language", "sv", {"language": "sv"}),
        ("identity.name", "Åsa Öberg", {"identity": {"name": "Åsa Öberg"}}),
        ("identity.email", "a@b", {"identity": {"email": "a@b"}}),
        ("identity.student_id", "s1", {"identity": {"student_id": "s1"}}),
        ("vm", "other", {"variables": {"vm": "other"}}),
        ("variables.file", "/x/y", {"variables": {"file": "/x/y"}}),
    ],
)
def test_round_trip(tutor: Tool, key: str, value: str, where: dict[str, object]) -> None:
    before = tutor.run("config", key).out
    assert tutor.run("config", key, value).out == f"{value}\n"
    assert written(tutor) == where
    assert tutor.run("config", key).out == f"{value}\n"
    assert tutor.run("config", "--unset", key).out == before
    assert written(tutor) == {}
    assert tutor.run("config", key, "--unset").out == before


def test_the_list(tutor: Tool) -> None:
    tutor.run("config", "vm", "other")
    done = tutor.run("config")
    assert "identity.name: not set" in done.lines
    assert done.lines[done.lines.index("vm: other") + 1] == "    a name; set by you"
    assert "file: ~/vm.xml" in done.lines
    assert "    a path; yours to change" in done.lines
    assert "    a port; the course's, and the same for everybody" in done.lines
    swedish = tutor.run("config", "--lang", "sv")
    assert "Inställningar" in swedish.lines
    assert "    ett namn; satt av dig" in swedish.lines


def test_what_is_not_set_is_said_beside_the_value(tutor: Tool) -> None:
    done = tutor.run("config", "identity.email")
    assert (done.out, done.err) == ("", "identity.email is not set\n")


@pytest.mark.parametrize("key", ["host_port", "variables.host_port"])
def test_a_number_of_the_course_stays_as_it_is(tutor: Tool, key: str) -> None:
    done = tutor.run("config", key, "2022", code=2)
    assert "host_port is the course's, and the same for everybody" in done.err
    assert "tutor check --var host_port=VALUE" in done.err
    assert not (tutor.home / ".config").exists()
    assert tutor.run("config", key).out == "2222\n"
    assert "2022" in tutor.run("show", "start/read", "--var", "host_port=2022", "--lang", "sv").out


def test_a_number_of_the_course_in_the_file_is_refused_with_the_way_out(tutor: Tool) -> None:
    write(tutor, '{"variables": {"host_port": "2022"}}')
    for words in (["show", "start/read"], ["check"], []):
        done = tutor.run(*words, code=2)
        assert "tip: Take it away: tutor config --unset host_port" in done.err
    assert tutor.run("config", "host_port").out == "2222\n"
    tutor.run("config", "--unset", "host_port")
    tutor.run("show", "start/read")


def test_the_variables_of_another_course_are_left_alone(tutor: Tool) -> None:
    write(tutor, '{"variables": {"elsewhere": "x"}}')
    tutor.run("show", "start/read")
    done = tutor.run("config")
    assert "elsewhere: x" in done.lines
    assert "    set by you; this course has no such variable" in done.lines
    tutor.run("config", "elsewhere", "y", code=2)
    tutor.run("config", "--unset", "elsewhere")
    assert written(tutor) == {}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["vm", "a/b"], "the configuration: vm cannot be a/b"),
        (["vm", ""], "the configuration: vm cannot be"),
        (["vm", "a\x1bb"], r"the configuration: vm cannot be a\x1bb"),
        (["file", "relative"], "the configuration: file cannot be relative"),
        (["language", "de"], "There is no language de."),
        (["identity.email", "nobody"], "The value of identity.email is not an e-mail address."),
        (["identity.name", "a\nb"], "The value of identity.name is not a name on one line."),
        (["identity", "x"], "there is no setting and no variable called identity"),
        (["variables.", "x"], "there is no setting and no variable called variables."),
        (["vmm"], "there is no setting and no variable called vmm"),
        (["--unset"], "--unset wants one key, and no value"),
        (["--unset", "vm", "x"], "--unset wants one key, and no value"),
    ],
)
def test_refused_with_a_tip_and_nothing_written(tutor: Tool, words: list[str], error: str) -> None:
    done = tutor.run("config", *words, code=2)
    assert f"error: {error}" in done.err
    assert "\ntip: " in done.err
    assert done.out == ""
    assert not (tutor.home / ".config").exists()


def test_a_near_name_is_offered(tutor: Tool) -> None:
    assert "Did you mean language?" in tutor.run("config", "langage", code=2).err


def test_a_language_that_was_written_by_hand_can_be_taken_away(tutor: Tool) -> None:
    write(tutor, '{"language": "de"}')
    tutor.run("list", code=2)
    tutor.run("config", "--unset", "language")
    tutor.run("list")


def test_the_configured_language_is_used(tutor: Tool) -> None:
    tutor.run("config", "language", "sv")
    assert "start: Börja" in tutor.run("list").lines
    assert "start: Begin" in tutor.run("list", "--lang", "en").lines


def test_a_file_that_cannot_be_written(tutor: Tool) -> None:
    (tutor.home / "file").touch()
    broken = tutor.with_environment(XDG_CONFIG_HOME=str(tutor.home / "file"))
    assert "\ntip: " in broken.run("config", "language", "sv", code=2).err


@pytest.mark.parametrize("width", [40, 80])
def test_it_fits(tutor: Tool, width: int) -> None:
    done = tutor.with_environment(COLUMNS=str(width)).run("config")
    assert all(len(line) <= width or " " not in line.strip() for line in done.lines)
