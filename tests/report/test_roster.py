"""Rosters as spreadsheets and platforms write them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.errors import UsageError
from tutor.report.roster import Roster, read_roster, roster

TABLES = {
    "plain": "id,name,email\ns1,Anna Å,anna@example.org\n",
    "semicolons": "id;name;email\ns1;Anna Å;anna@example.org\n",
    "tabs": "id\tname\temail\ns1\tAnna Å\tanna@example.org\n",
    "a mark, spaces and case": "\ufeffStudent ID , E-mail, Full Name\r\n S1 , Anna@Example.org ,Anna Å\r\n",
    "Swedish": "Studentnummer;Förnamn;Efternamn;E-post\ns1;Anna;Å;anna@example.org\n",
    "Excel's own line": "sep=;\nid;name;email\ns1;Anna Å;anna@example.org\n",
    "quoted": '"id","name","email"\n"s1","Anna Å","anna@example.org"\n\n , ,\n',
    "no name": "email\nanna@example.org\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_it_is_read(name: str) -> None:
    found = roster(TABLES[name], "class.csv")
    assert len(found.people) == 1
    assert found.match(None, " ANNA@example.org ").person is found.people[0]
    if name != "no name":
        assert found.match("S 1", None).person is found.people[0]
        assert found.people[0].name == "Anna Å"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes("id;name\ns1;Åsa Öberg\n".encode(encoding))
    assert read_roster(path).people[0].name == "Åsa Öberg"


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Lab (99)
    Points Possible,,,,,23
"Alm, Anna",340934,s1,anna@example.org,Lab A,
"Student, Test",1,,,Lab A,
"""


def test_an_export_of_canvas() -> None:
    """Its ID is Canvas' own number: no student's, whatever the student says."""
    found = roster(CANVAS, "grades.csv")
    assert [person.name for person in found.people] == ["Alm, Anna"]
    anna = found.people[0]
    assert (anna.canvas_id, anna.id, anna.sis_id, anna.section) == ("340934", "", "s1", "Lab A")
    assert found.match("340934", None).person is None
    assert found.match("s1", None).person is anna
    assert found.match(None, "anna@example.org").person is anna
    assert found.account("canvas", "340934") is anna
    assert found.account("moodle", "340934") is None


def test_a_grading_worksheet_of_moodle() -> None:
    found = roster(
        'Identifier,"Full name","ID number","Email address",Status\n'
        '"Participant 1234567",Anna Alm,s1,anna@example.org,Submitted\n',
        "sheet.csv",
    )
    assert found.account("moodle", "1234567") is found.match("s1", None).person is not None


def test_two_people_are_not_mixed_up() -> None:
    found = roster("id,email\ns1,anna@example.org\ns2,bo@example.org\n", "class.csv")
    match = found.match("s1", "bo@example.org")
    assert match.person is None
    assert match.conflict is not None


def test_the_same_id_twice_is_said() -> None:
    found = roster("id,email\ns1,a@example.org\nS1,b@example.org\n", "class.csv")
    assert [fault.render(str) for fault in found.faults] == ["rows 2 and 3 both have s1"]
    assert found.match("s1", None).person is found.people[0]


@pytest.mark.parametrize("content", ["", "\n", "first,last\nAnna,Alm\n", "nothing", '"a\n'])
def test_what_is_none(content: str) -> None:
    with pytest.raises(UsageError):
        roster(content, "class.csv")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path, Path("/dev/null")):
        with pytest.raises(UsageError):
            read_roster(path)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n"), max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=5), st.sampled_from(",;\t"))
def test_what_csv_writes_is_read(people: list[tuple[str, str, str]], delimiter: str) -> None:
    buffer = io.StringIO()
    rows = csv.writer(buffer, delimiter=delimiter)
    rows.writerow(["id", "name", "email"])
    rows.writerows(people)
    found = roster(buffer.getvalue(), "class.csv")
    names = [(one.id, one.email) for one in found.people]
    unneutral = [tuple(cell.strip() for cell in row) for row in people]
    wanted = [
        (row[0], row[2])
        for row in unneutral
        if (row[0] or row[2]) and not row[1].casefold().startswith(("points possible", "test student"))
    ]
    if not any(cell.startswith("'") or "\x1c" <= cell[:1] <= "\x85" for row in unneutral for cell in row):
        assert [name for name in names if name in wanted] == names


@given(st.text(max_size=200))
def test_any_text(content: str) -> None:
    try:
        found = roster(content, "class.csv")
    except UsageError:
        return
    assert isinstance(found, Roster)
