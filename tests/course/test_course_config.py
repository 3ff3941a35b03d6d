"""The instructor's course file: what it changes, and what is said of one with a fault."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.course.course_config import configured, read_course_config
from tutor.course.load import load_course
from tutor.course.records import Course
from tutor.errors import UsageError


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(None, "en")


def written(folder: Path, content: str) -> str:
    path = folder / "lab.toml"
    path.write_text(content, encoding="utf-8")
    return str(path)


def points(course: Course) -> dict[str, int]:
    return {step.id: step.points for step in course.steps}


def test_all_of_it(tmp_path: Path, course: Course) -> None:
    path = written(
        tmp_path,
        """
        deadline = 2026-12-18T23:59:00+01:00
        [points]
        "networks/port-forward" = 3
        "intro/role" = 0
        [weights]
        networks = 2
        "networks/flow" = 5
        [variables]
        host_port = 2223
        nat_mac = "52:54:00:AA:BB:01"
        disk_size = "20G"
        """,
    )
    config = read_course_config(path, course)
    assert config.deadline == datetime(2026, 12, 18, 23, 59, tzinfo=timezone(timedelta(hours=1)))
    changed = config.applied(course)
    expected = {
        id_: count * (2 if id_.startswith("networks/") else 1) for id_, count in points(course).items()
    }
    expected |= {"networks/port-forward": 6, "intro/role": 0, "networks/flow": 5}
    assert points(changed) == expected
    assert changed.variables["host_port"].value == 2223
    assert changed.variables["nat_mac"].value == "52:54:00:aa:bb:01"
    assert changed.digest == course.digest


def test_an_empty_one_changes_nothing(tmp_path: Path, course: Course) -> None:
    assert configured(course, written(tmp_path, "")) == course


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        ("x = [", 1, "no TOML"),
        ("\n\nfoo = 1", 3, "nothing is called foo here"),
        ("deadline = 1", 1, "deadline is no time with an offset"),
        ("deadline = 2026-12-18T23:59:00", 1, "deadline is no time with an offset"),
        ("deadline = 2026-12-18", 1, "deadline is no time with an offset"),
        ("deadline = '2026-12-18T23:59:00+01:00'", 1, "deadline is no time with an offset"),
        ("points = 1", 1, "points is of the wrong type"),
        ("[points]\n'network/nat' = 1", 2, "the course has no network/nat"),
        ("[points]\n'networks' = 1", 2, "the course has no networks"),
        ("[points]\n'networks/nat' = 1.5", 2, "of the wrong type"),
        ("[points]\n'networks/nat' = true", 2, "of the wrong type"),
        ("[points]\n'networks/nat' = -1", 2, "below nought"),
        ("[points]\n'networks/nat' = 1001", 2, "above 1000"),
        ("[weights]\nnetwork = 1", 2, "the course has no network"),
        ("[variables]\nxml_vm = 'a'", 2, "xml_vm is a name"),
        ("[variables]\nhost_prot = 1", 2, "no variable called host_prot"),
        ("[variables]\nhost_port = 0", 2, "host_port cannot be 0"),
        ("[variables]\nhost_port = true", 2, "host_port cannot be True"),
        ("[variables]\nhost_port = [1]", 2, "host_port cannot be [1]"),
        ("[variables]\nnat_ip = '1.2.3'", 2, "nat_ip cannot be 1.2.3"),
        ("a = " + "[" * 5000, 1, "nested too deeply"),
    ],
)
def test_a_fault_is_named_by_its_line(
    tmp_path: Path, course: Course, content: str, line: int, told: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(UsageError) as refused:
        read_course_config(path, course)
    said = refused.value.what.render(str)
    assert said.startswith(f"{path}, line {line}: ")
    assert told in said
    assert refused.value.tip is not None
    assert refused.value.exit_code == 2


def test_files_that_are_none(tmp_path: Path, course: Course) -> None:
    fifo, large, binary = tmp_path / "fifo", tmp_path / "large", tmp_path / "binary"
    os.mkfifo(fifo)
    with large.open("wb") as file:
        file.truncate(2**30)
    binary.write_bytes(b"\n\xff\xfe")
    for path in (fifo, large, binary, tmp_path, tmp_path / "missing", Path("a\0b")):
        with pytest.raises(UsageError):
            read_course_config(str(path), course)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.sampled_from("[]=\"'\n .,ab1{}#-:T+_/") | st.characters(), max_size=60))
def test_any_text_is_read_or_refused(tmp_path: Path, course: Course, content: str) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(UsageError):
        assert read_course_config(str(path), course).origin == str(path)
