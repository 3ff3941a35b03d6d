"""``tutor report`` as a teacher runs it."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.commands.tool import Tool
from tests.report.generate import make, student, write_roster

OUTCOMES = ("done", "no-sudo", "halfway", "fresh")


@pytest.fixture(scope="module")
def hand_ins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class") / "hand-ins"
    folder.mkdir()
    for number, name in enumerate(OUTCOMES):
        made = make(number, name=name)
        (folder / made.file_name).write_bytes(made.line)
    write_roster(folder.parent / "class.csv", [student(number) for number in (0, 1, 2, 7)])
    return folder


def roster_of(hand_ins: Path) -> str:
    return str(hand_ins.parent / "class.csv")


def test_the_class(packaged: Tool, hand_ins: Path) -> None:
    out = packaged.run("report", str(hand_ins), "--roster", roster_of(hand_ins)).out
    for told in ("22/23", "20/23 undecided unsigned", "nothing handed in", "sudo was refused"):
        assert told in out
    assert "On the roster, without a hand-in that counts" in out
    assert "Handed in, and not on the roster" in out
    assert "Jörgen" not in out


def test_in_words_and_in_swedish(packaged: Tool, hand_ins: Path) -> None:
    out = packaged.run("report", str(hand_ins), "--plain", "--lang", "sv").out
    assert "Anna Alm (s000000): 22 av 23 poäng. intro 2/2" in out
    assert "För dig att avgöra" in out


def test_what_verdicts_rest_on(packaged: Tool, hand_ins: Path) -> None:
    words = ("report", str(hand_ins), "--student", "s000000")
    assert "rests on" not in packaged.run(*words).out
    out = packaged.run(*words, "--verbose").out
    assert 'rests on sysctl["net.ipv4.ip_forward"]: 1' in out
    assert "state: running" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--student", "student2@example.org"), "disks/create-qcow2"),
        (("--student", "cecilia"), "unbroken"),
        (("--step", "networks/isolated"), "not-permitted"),
        (("--stuck",), "Machines, and how their students did"),
        (("--items",), "install/cpu/flags: fail 4"),
    ],
)
def test_views(packaged: Tool, hand_ins: Path, words: tuple[str, ...], told: str) -> None:
    assert told in packaged.run("report", str(hand_ins), *words).out


def test_json(packaged: Tool, hand_ins: Path) -> None:
    found = packaged.run("report", str(hand_ins), "--format", "json").json
    assert (found["report"], found["schema"]) == ("libvirt-tutor", 1)
    assert len(found["students"]) == len(OUTCOMES)


def test_a_bad_file_is_named_and_the_exit_code_says_so(packaged: Tool, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr("almanna_1_2_s.tutor", make(0, name="fresh").line)
        archive.writestr("berbo_2_3_s.tutor", "broken")
    done = packaged.run("report", str(tmp_path / "submissions.zip"), code=1)
    assert "submissions.zip: berbo_2_3_s.tutor: it was not made by tutor submit" in done.out.replace(
        "\n  ", " "
    )
    assert "Anna Alm" in done.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nothing-there",), "nothing-there cannot be read"),
        (("--roster", "nothing.csv"), "nothing.csv cannot be read"),
        (("--allowed-signers", "nothing"), "nothing cannot be read"),
        (("--deadline", "tomorrow"), "--deadline is no time: tomorrow"),
        (("--course-config", "nothing.toml"), "nothing.toml"),
        (("--student", "nobody"), "there is no student nobody"),
        (("--student", "s00000"), "s00000 is more than one student"),
        (("--step", "networks/isolatd"), "the course has nothing called networks/isolatd"),
        (("--export", "excel"), "excel"),
        (("--export", "csv", "--export", "json", "-o", "one"), "2 exports, and 1 files"),
        (("--export", "gradescope"), "gradescope is about one student, and here are 4"),
        (("--export", "moodle"), "--export moodle needs --roster"),
        (("--export", "csv", "-o", "/dev/null/x.csv"), "/dev/null/x.csv cannot be written"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    packaged: Tool, hand_ins: Path, words: tuple[str, ...], told: str
) -> None:
    done = packaged.run("report", str(hand_ins), *words, code=2)
    assert told in done.err
    assert not done.out


def test_a_broken_course_is_exit_code_4(packaged: Tool, hand_ins: Path, course: Path) -> None:
    (course / "course.toml").write_text("id = 1\n")
    packaged.with_options("--course", str(course)).run("report", str(hand_ins), code=4)


def test_exports_to_files(packaged: Tool, hand_ins: Path, tmp_path: Path) -> None:
    grades, lines = tmp_path / "grades.csv", tmp_path / "class.jsonl"
    words = ("--export", "canvas", "-o", str(grades), "--export", "jsonl", "-o", str(lines))
    done = packaged.run(
        "report", str(hand_ins), "--roster", roster_of(hand_ins), *words, "--assignment", "Lab (9)"
    )
    assert not done.out
    assert "no points yet, for you to decide: s000001" in done.err
    found = list(csv.DictReader(io.StringIO(grades.read_text())))
    assert [row["Lab (9)"] for row in found] == ["23", "22", "", "7", ""]
    assert len([json.loads(line) for line in lines.read_text().splitlines()]) > 300
    assert stat.S_IMODE(grades.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == sorted({"grades.csv", "class.jsonl", *os.listdir(tmp_path)})


def test_an_export_to_standard_output(packaged: Tool, hand_ins: Path) -> None:
    done = packaged.run("report", str(hand_ins / "s000000.tutor"), "--export", "gradescope")
    assert sum(test["score"] for test in done.json["tests"]) == 22
    done = packaged.run("report", str(hand_ins), "--student", "s000003", "--export", "check50")
    assert {one["passed"] for one in done.json["results"]} >= {False, None}


def test_an_export_for_each_student(packaged: Tool, hand_ins: Path, tmp_path: Path) -> None:
    packaged.run("report", str(hand_ins), "--export", "gradescope", "-o", str(tmp_path))
    found = sorted(path.name for path in tmp_path.glob("*.json"))
    assert found == [f"s{number:06}.json" for number in range(4)]


def test_points_deadline_and_numbers_of_the_class(packaged: Tool, hand_ins: Path, tmp_path: Path) -> None:
    config = tmp_path / "class.toml"
    config.write_text(
        'deadline = 2026-01-01T00:00:00+01:00\n[points]\n"networks/nat" = 5\n[variables]\nhost_port = 2223\n'
    )
    words = ("report", str(hand_ins / "s000000.tutor"), "--course-config", str(config), "--format", "json")
    found = packaged.run(*words).json
    hand_in = found["students"][0]["hand_in"]
    assert (hand_in["max_points"], hand_in["late"]) == (27, True)
    assert hand_in["other_numbers"] == [{"name": "host_port", "given": "2222", "ours": "2223"}]
    steps = {step["id"]: step["status"] for step in hand_in["steps"]}
    assert steps["networks/port-forward"] == "fail"
    assert found["course"]["variables"]["host_port"] == 2223
    # A deadline of the command line goes before that of the file.
    found = packaged.run(*words, "--deadline", "2026-12-31").json
    assert found["students"][0]["hand_in"]["late"] is False


def test_the_second_run_has_the_same_and_no_cache_does_without(
    packaged: Tool, hand_ins: Path, tmp_path: Path
) -> None:
    tool = packaged.with_environment(XDG_CACHE_HOME=str(tmp_path / "cache"))
    first = tool.run("report", str(hand_ins), "--no-cache").out
    assert not list((tmp_path / "cache").rglob("report-*"))
    assert tool.run("report", str(hand_ins)).out == first
    assert list((tmp_path / "cache").rglob("report-*"))
    assert tool.run("report", str(hand_ins)).out == first


def test_escapes_of_a_student_reach_no_terminal(packaged: Tool, tmp_path: Path) -> None:
    made = json.loads(make(0, name="fresh").line)
    made["student"]["name"] = "\x1b[2J\u202eevil"
    from tutor.handin.format import canonical

    (tmp_path / "s.tutor").write_bytes(canonical(made))
    for words in ((), ("--student", "s000000"), ("--stuck",)):
        out = packaged.run("report", str(tmp_path), *words).out
        assert "\x1b" not in out
        assert "\u202e" not in out
