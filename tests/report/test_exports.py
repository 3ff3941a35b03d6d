"""Exports, read back by others' readers, and by the importers' rules as they are written down."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped
from msgspec.structs import replace

from tests.report.generate import make
from tests.report.reports import reported
from tests.report.test_class import class_of, put
from tutor.errors import UsageError
from tutor.report.exports.aim import Aim
from tutor.report.exports.interface import OF_ONE, left_out, of_class, of_one
from tutor.report.exports.names import ExportName
from tutor.report.exports.spreadsheet import is_safe, neutral, rows
from tutor.report.records import Report, Student
from tutor.report.roster import roster

AIM = Aim(str, "Lab 1 (1234)")
NAMES = ("done", "no-sudo", "halfway", "quiz-wrong")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("class")
    return put(path, *(make(number, name=name).line for number, name in enumerate(NAMES)))


@pytest.fixture(scope="module")
def nobodys(folder: Path) -> Report:
    """The same without a roster."""
    return reported(folder)


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    """Four with a hand-in, one of them undecided; one of the roster without; one who is not on it."""
    return reported(folder, roster=class_of(3))


def document(report: Report, name: str) -> str:
    return "".join(of_class(ExportName(name))(report, AIM))


def document_of(report: Report, name: str, key: str = "s000001") -> str:
    student = next(one for one in report.students if one.key == key)
    assert student.hand_in is not None
    return of_one(ExportName(name))(report, student, student.hand_in, AIM)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_row_for_each_check(report: Report) -> None:
    text = document(report, "csv")
    assert text.startswith("\ufeff")
    found = table(text[1:])
    checks = sum(len(step.checks) for lesson in report.course.lessons for step in lesson.steps)
    assert len(found) == 4 * checks
    undecided = [row for row in found if row["student"] == "s000001" and row["step_status"] == "unknown"]
    assert {row["step_points"] for row in undecided} == {""}
    assert {row["status"] for row in found} == {"pass", "fail", "blocked", "unknown", "skip"}


def test_csv_is_the_same_in_every_dialect_that_guesses(report: Report) -> None:
    text = document(report, "csv")[1:]
    dialect = csv.Sniffer().sniff(text[:2000], ",;\t")
    assert dialect.delimiter == ","
    assert len({len(row) for row in csv.reader(io.StringIO(text, newline=""))}) == 1


def test_jsonl(report: Report) -> None:
    found = [json.loads(line) for line in document(report, "jsonl").splitlines()]
    assert {one["student"]["key"] for one in found} == {f"s{number:06}" for number in range(4)}
    by_step = {(one["student"]["key"], one["step"]): one["points"] for one in found}
    assert sum(points or 0 for (key, _), points in by_step.items() if key == "s000000") == 22
    assert by_step["s000001", "networks/isolated"] is None


def test_json_is_ascii_and_the_same_report(report: Report) -> None:
    text = document(report, "json")
    assert text.isascii()
    assert [one["name"] for one in json.loads(text)["students"]] == [one.name for one in report.students]


def test_junit_is_read_by_another(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(document(report, "junit"), encoding="utf-8")
    suites = JUnitXml.fromfile(str(path))
    assert [suite.name for suite in suites] == [one.key for one in report.students if one.hand_in]
    kinds = {Failure: 0, Error: 0, Skipped: 0}
    for suite in suites:
        for case in suite:
            for outcome in case.result:
                kinds[type(outcome)] += 1
    assert (suites.failures, suites.errors, suites.skipped) == tuple(kinds.values())
    assert suites.tests == sum(suite.tests for suite in suites)
    assert kinds[Error] > 0


# Canvas: lib/gradebook_importer.rb, as ../shared and docs have it.


def canvas_matches(row: dict[str, str], users: list[dict[str, str]]) -> dict[str, str] | None:
    """Canvas' own order: ID, then SIS User ID, then SIS Login ID."""
    for column, field in (("ID", "id"), ("SIS User ID", "sis"), ("SIS Login ID", "login")):
        if row[column]:
            found = next((user for user in users if user[field] == row[column]), None)
            if found is not None:
                return found
    return None


def test_canvas_takes_it(report: Report) -> None:
    lines = list(csv.reader(io.StringIO(document(report, "canvas"), newline="")))
    header = lines[0]
    assert header[:2] == ["Student", "ID"]
    assert len(header) > 3
    assert header.index("Section") == len(header) - 2  # the last column before the assignment
    assert header[-1] == "Lab 1 (1234)"
    assert lines[1][0].strip() == "Points Possible"
    assert lines[1][-1] == "23"
    grades = {row["Student"]: row for row in table(document(report, "canvas"))[1:]}
    assert {row["ID"] for row in grades.values()} == {""}
    assert [row["Lab 1 (1234)"] for row in grades.values()] == ["22", "", "7"]
    users = [{"id": str(n + 7), "sis": f"s{n:06}", "login": f"student{n}@example.org"} for n in range(4)]
    assert [canvas_matches(row, users) for row in grades.values()] == users[:3]
    assert [one.render(str) for one in left_out(ExportName.CANVAS, report)] == [
        "not in the export, because Canvas could not tell who it is: s000003",
        "no points yet, for you to decide: s000001",
    ]


def test_canvas_gets_its_own_numbers_back_and_no_others(folder: Path) -> None:
    grades = 'Student,ID,SIS User ID,SIS Login ID,Section\n"Alm, Anna",340934,s000000,anna,Lab A\n'
    row = table(document(reported(folder, roster=roster(grades, "g.csv")), "canvas"))[1]
    assert [row[name] for name in ("Student", "ID", "SIS User ID", "Section")] == [
        "Alm, Anna",
        "340934",
        "s000000",
        "Lab A",
    ]
    # Another's roster: the university's own number is none of Canvas'.
    row = table(document(reported(folder, roster=class_of(1)), "canvas"))[1]
    assert (row["ID"], row["SIS User ID"]) == ("", "s000000")


@pytest.mark.parametrize("name", ["Final Score", "unposted current grade", " Override Status "])
def test_canvas_would_pass_over_a_column_of_its_own(report: Report, name: str) -> None:
    with pytest.raises(UsageError):
        next(of_class(ExportName.CANVAS)(report, Aim(str, name)))


@pytest.mark.parametrize("name", list(ExportName))
def test_every_export_says_whose_points_are_open(report: Report, name: ExportName) -> None:
    assert "no points yet, for you to decide: s000001" in [one.render(str) for one in left_out(name, report)]


# Moodle: grade/import/csv/classes/load_data.php.


def moodle_imports(text: str, users: set[str], *, unlimited: bool = False) -> dict[str, float]:
    """The grades by mail address; the rules that end an import are errors."""
    grades = {}
    for row in table(text):
        assert row["email"] in users, "user mapping error: one unknown user ends it"
        value = row["Lab 1 (1234)"].replace(",", ".")
        if value in ("", "-"):
            assert not row["Lab 1 (1234) feedback"], "feedback without a grade wipes the grade"
            continue
        assert unlimited or float(value) <= 100
        grades[row["email"]] = float(value)
    return grades


def test_moodle_takes_it(report: Report) -> None:
    users = {f"student{number}@example.org" for number in range(3)}
    grades = moodle_imports(document(report, "moodle"), users)
    assert grades == {"student0@example.org": 22.0, "student2@example.org": 7.0}
    sentences = [one.render(str) for one in left_out(ExportName.MOODLE, report)]
    assert sentences == [
        "not in the export, because one that Moodle does not know ends the import: s000003",
        "no points yet, for you to decide: s000001",
    ]


def test_moodle_s_mail_addresses_are_spelt_as_the_roster_spells_them(folder: Path) -> None:
    report = reported(folder, roster=roster("email\nStudent0@Example.ORG\n", "c.csv"))
    assert table(document(report, "moodle"))[0]["email"] == "Student0@Example.ORG"


def test_moodle_wants_a_roster(nobodys: Report) -> None:
    with pytest.raises(UsageError):
        document(nobodys, "moodle")


# One student.


def test_gradescope(report: Report) -> None:
    found = json.loads(document_of(report, "gradescope"))
    assert "score" not in found  # it would override the sum
    assert found["visibility"] in {"hidden", "after_due_date", "after_published", "visible"}
    scored = [test for test in found["tests"] if "score" in test]
    assert sum(test["score"] for test in scored) == 20
    assert all(test["status"] in {"passed", "failed"} for test in found["tests"])
    assert all((test["score"] == test["max_score"]) == (test["status"] == "passed") for test in scored)
    left = [test for test in found["tests"] if "score" not in test]
    assert [test["name"].partition(":")[0] for test in left] == ["networks/isolated", "networks/port-forward"]
    assert all("not measured" in test["output"] and test["status"] == "failed" for test in left)
    assert "networks/isolated" in found["output"]
    done = json.loads(document_of(report, "gradescope", "s000000"))
    assert sum(test["score"] for test in done["tests"]) == 22
    assert sum(test["max_score"] for test in done["tests"]) == 23


def test_check50(report: Report) -> None:
    found = json.loads(document_of(report, "check50"))
    assert set(found) == {"slug", "results", "version"}
    names = [result["name"] for result in found["results"]]
    assert len(set(names)) == len(names)
    for result in found["results"]:
        assert set(result) == {"name", "description", "passed", "log", "cause", "data", "dependency"}
        assert (result["cause"] is None) == (result["passed"] is True)
        assert result["dependency"] is None or result["dependency"] in names
    assert {result["passed"] for result in found["results"]} == {True, False, None}


def test_github_classroom(report: Report) -> None:
    text = document_of(report, "github-classroom")
    assert text.count("\n") == 1
    found: dict[str, Any] = json.loads(base64.b64decode(text))
    assert (found["version"], found["status"], found["max_score"]) == (1, "error", 23)
    assert sum(test["score"] or 0 for test in found["tests"]) == 20
    assert {test["score"] for test in found["tests"] if test["status"] == "error"} == {None}
    fields = {"name", "status", "score", "message", "test_code", "filename", "line_no", "duration"}
    assert all(set(test) == fields for test in found["tests"])


# Hostile values.

FORMULAS = (
    '=HYPERLINK("http://x")',
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\uff1d1",
)


@pytest.mark.parametrize("value", FORMULAS)
def test_no_formula_gets_into_a_spreadsheet(nobodys: Report, value: str) -> None:
    student = replace(nobodys.students[0], key=value, name=value, email=value, id=value)
    hostile = replace(nobodys, students=(student,))
    for name in ("csv", "canvas"):
        for row in csv.reader(io.StringIO(document(hostile, name).lstrip("\ufeff"), newline="")):
            assert all(is_safe(cell) or cell.strip() == "Points Possible" for cell in row)
    assert "not in the export" in next(left_out(ExportName.CANVAS, hostile)).render(str)


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=1)
    )
)
def test_any_cell_survives_but_for_the_apostrophe(table_: list[list[str]]) -> None:
    written = "".join(rows(table_))
    found = list(csv.reader(io.StringIO(written, newline="")))
    assert found == [[neutral(cell) for cell in row] for row in table_ if row]
    assert all(is_safe(cell) for row in found for cell in row)
    assert all(cell in (neutral(cell), neutral(cell)[1:]) for row in table_ for cell in row)


@pytest.mark.parametrize("name", list(ExportName))
def test_anything_in_a_name_leaves_every_format_sound(report: Report, name: ExportName) -> None:
    hostile = "\x1b[31m<script>\x00&]]>\u202e\ufffe\n,\";'"
    students = tuple(replace(one, key=hostile + one.key, name=hostile) for one in report.students)
    other = replace(report, students=students)
    if name in OF_ONE:
        student: Student = students[0]
        assert student.hand_in is not None
        text = of_one(name)(other, student, student.hand_in, AIM)
    else:
        text = document(other, name.value)
    if name is ExportName.JUNIT:
        JUnitXml.fromstring(text.encode())
    assert "\x1b[31m" not in text or name in (ExportName.CSV, ExportName.CANVAS, ExportName.MOODLE)


def test_every_export_takes_a_class_where_nobody_handed_in(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "empty.zip", "w"):
        pass
    report = reported(tmp_path, roster=class_of(2))
    for name in set(ExportName) - set(OF_ONE):
        assert document(report, name.value) or name is ExportName.JSONL
        list(left_out(name, report))
