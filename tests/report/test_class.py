"""A class: whose each hand-in is, which counts, what is late, and what looks odd."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.handin.samples import the_course
from tests.report.generate import Made, Student, allowed, key, make, signed, student
from tests.report.reports import reported
from tutor.handin.format import canonical
from tutor.handin.reduce import reduce
from tutor.journal.line import GENESIS, assemble, digest, encode
from tutor.output.class_table import render_class
from tutor.output.style import Style
from tutor.report.exports.aim import Aim
from tutor.report.exports.json_document import render
from tutor.report.records import Report
from tutor.report.records import Student as Told
from tutor.report.roster import Roster, roster

Change = Callable[[dict[str, Any]], None]


def changed(line: bytes, *changes: Change) -> bytes:
    """The payload with changes, spelt as a payload is."""
    document = json.loads(line)
    for change in changes:
        change(document)
    return canonical(document)


def made_at(time: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["made"] = time

    return change


def machine(id_: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["recording"]["observations"]["system[]"]["value"]["machine"] = id_

    return change


def class_of(count: int) -> Roster:
    rows = "".join(f"{one.id},{one.name},{one.email}\n" for one in map(student, range(count)))
    return roster("id,name,email\n" + rows, "class.csv")


def of(report: Report, who: Student) -> Told:
    return next(one for one in report.students if one.id == who.id)


def kinds(report: Report) -> dict[str, tuple[str, ...]]:
    return {one.kind: one.students for one in report.suspicions}


def put(folder: Path, *hand_ins: bytes) -> Path:
    for number, content in enumerate(hand_ins):
        (folder / f"{number}.tutor").write_bytes(content)
    return folder


def test_the_newest_counts_and_the_others_are_history(tmp_path: Path) -> None:
    old, new = make(0, name="halfway").line, make(0, name="done").line
    put(
        tmp_path,
        changed(new, made_at("2026-03-01T10:00:00+00:00")),
        changed(old, made_at("2026-02-01T10:00:00+02:00")),
    )
    report = reported(tmp_path)
    assert len(report.students) == 1
    told = report.students[0]
    assert told.hand_in is not None
    assert told.hand_in.made == "2026-03-01T10:00:00+00:00"
    assert [one.made for one in told.earlier] == ["2026-02-01T10:00:00+02:00"]


def test_times_are_compared_with_their_offsets(tmp_path: Path) -> None:
    line = make(0, name="fresh").line
    put(
        tmp_path,
        changed(line, made_at("2026-02-01T12:30:00+02:00")),
        changed(line, made_at("2026-02-01T11:00:00+00:00")),
    )
    told = reported(tmp_path).students[0]
    assert told.hand_in is not None
    assert told.hand_in.made == "2026-02-01T11:00:00+00:00"


def test_one_that_was_changed_after_it_was_signed_never_counts(tmp_path: Path) -> None:
    who = make(0, name="fresh")
    mine = key(tmp_path, "mine")
    sound = signed(changed(who.line, made_at("2026-02-01T10:00:00+00:00")), mine)
    line, rest = signed(who.line, mine).split(b"\n", 1)
    forged = changed(line, made_at("2026-03-01T10:00:00+00:00")) + rest
    folder = tmp_path / "class"
    folder.mkdir()
    put(folder, sound, forged)
    report = reported(folder, allowed=[allowed(who.student, mine)])
    told = report.students[0]
    changed_one = next(one for one in report.suspicions if one.kind == "changed")
    assert changed_one.students == (told.key,)
    assert changed_one.evidence == (f"{folder}/1.tutor: it was changed after it was signed",)
    assert told.hand_in is not None
    assert (told.hand_in.made, told.hand_in.signature.state) == ("2026-02-01T10:00:00+00:00", "valid")
    assert [one.signature for one in told.earlier] == ["invalid"]


def test_a_known_key_goes_before_a_newer_unsigned_one(tmp_path: Path) -> None:
    who = make(0, name="fresh")
    mine = key(tmp_path, "mine")
    folder = tmp_path / "class"
    folder.mkdir()
    put(folder, signed(who.line, mine), changed(who.line, made_at("2027-01-01T00:00:00+00:00")))
    told = reported(folder, allowed=[allowed(who.student, mine)]).students[0]
    assert told.hand_in is not None
    assert told.hand_in.signature.state == "valid"
    told = reported(folder).students[0]  # without keys the newest counts
    assert told.hand_in is not None
    assert told.hand_in.signature.state == "unsigned"


@pytest.mark.parametrize("listed", [True, False], ids=["roster", "keys alone"])
def test_nobody_else_s_key_supersedes_one_s_own(tmp_path: Path, listed: bool) -> None:
    """Bo's key is of the roster as well, and what it signs in Anna's name is newer and worse."""
    anna, bo = make(0, name="done"), make(1, name="fresh")
    annas, bos = key(tmp_path, "anna"), key(tmp_path, "bo")
    forged = make(0, name="fresh", seed=2).line
    folder = tmp_path / "class"
    folder.mkdir()
    put(folder, signed(anna.line, annas), signed(changed(forged, made_at("2026-03-01T10:00:00+00:00")), bos))
    keys = [allowed(anna.student, annas), allowed(bo.student, bos)]
    told = of(reported(folder, roster=class_of(2) if listed else None, allowed=keys), anna.student)
    assert told.hand_in is not None
    assert (told.hand_in.points, told.hand_in.signature.principal) == (22, anna.student.email)
    assert [one.made for one in told.earlier] == ["2026-03-01T10:00:00+00:00"]


def test_late(tmp_path: Path) -> None:
    line = make(0, name="fresh").line
    other = make(1, name="fresh").line
    third = make(2, name="fresh").line
    with ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr("a_LATE_1_2_s.tutor", changed(line, made_at("2026-01-31T10:00:00+00:00")))
        archive.writestr("b_2_3_s.tutor", changed(other, made_at("2026-02-01T10:00:01+00:00")))
        archive.writestr("c_3_4_s.tutor", changed(third, made_at("2026-02-01T10:00:00+00:00")))
    report = reported(tmp_path, deadline=datetime.fromisoformat("2026-02-01T11:00:00+01:00"))
    late = [(one.hand_in.late, one.hand_in.late_by) for one in report.students if one.hand_in]
    assert late == [(True, "platform"), (True, "made"), (False, None)]
    late = [(one.hand_in.late, one.hand_in.late_by) for one in reported(tmp_path).students if one.hand_in]
    assert late == [(True, "platform"), (None, None), (None, None)]


def test_the_roster_is_joined_and_both_ways_of_missing_are_listed(tmp_path: Path) -> None:
    put(tmp_path, make(0, name="fresh").line, make(9, name="fresh").line)
    report = reported(tmp_path, roster=class_of(2))
    assert [one.key for one in report.students] == ["s000000", "s000001", "s000009"]
    assert report.unmatched.without_hand_in == ("s000001",)
    assert report.unmatched.not_on_roster == ("s000009",)


def test_a_pseudonym_is_known_by_the_account(tmp_path: Path) -> None:
    def pseudonym(document: dict[str, Any]) -> None:
        document["student"] = {"name": None, "email": None, "id": None, "pseudonym": "fox"}

    with ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr("x_340934_3_s.tutor", changed(make(0, name="fresh").line, pseudonym))
    grades = "Student,ID,SIS User ID,SIS Login ID,Section\nAnna,340934,s1,anna,A\n"
    report = reported(tmp_path, roster=roster(grades, "grades.csv"))
    assert [(one.name, one.pseudonym, bool(one.hand_in)) for one in report.students] == [
        ("Anna", "fox", True)
    ]


def test_who_gives_no_name_is_known_by_pseudonym_or_account(tmp_path: Path) -> None:
    def called(pseudonym: str | None) -> Change:
        def change(document: dict[str, Any]) -> None:
            document["student"] = {"name": None, "email": None, "id": None, "pseudonym": pseudonym}

        return change

    lines = [make(number, name="fresh").line for number in range(4)]
    with ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr("x_7_1_s.tutor", changed(lines[0], called(None)))
        archive.writestr("x_7_2_s-1.tutor", changed(lines[1], called(None)))
        archive.writestr("y_8_3_s.tutor", changed(lines[2], called("fox")))
        archive.writestr("z_9_4_s.tutor", changed(lines[3], called("fox")))
    report = reported(tmp_path)
    assert [(one.key, len(one.earlier)) for one in report.students] == [("canvas 7", 1), ("fox", 1)]


def test_the_same_mail_and_two_ids_are_two_people(tmp_path: Path) -> None:
    def claims(id_: str | None) -> Change:
        def change(document: dict[str, Any]) -> None:
            document["student"].update(id=id_, email="shared@example.org")

        return change

    ids = ("a", None, "b")
    put(tmp_path, *(changed(make(n, name="fresh").line, claims(id_)) for n, id_ in enumerate(ids)))
    assert sorted((one.id, len(one.earlier)) for one in reported(tmp_path).students if one.id) == [
        ("a", 1),
        ("b", 0),
    ]


def test_unknown_is_listed_and_never_zero(tmp_path: Path) -> None:
    put(tmp_path, make(0, name="no-sudo").line)
    report = reported(tmp_path)
    hand_in = report.students[0].hand_in
    assert hand_in is not None
    assert hand_in.undecided == ("networks/isolated", "networks/port-forward")
    assert {one.step for one in report.undecided} == set(hand_in.undecided)
    assert {step.points for step in hand_in.steps if step.id in hand_in.undecided} == {None}


def test_honest_hand_ins_raise_no_suspicion(tmp_path: Path) -> None:
    put(tmp_path, *(make(number).line for number in range(12)))
    report = reported(tmp_path)
    assert not report.suspicions
    assert not [one.key for one in report.students if one.hand_in and one.hand_in.differences]


@pytest.mark.parametrize("name", ["done", "halfway", "daemon-stopped", "no-sudo"])
def test_what_submit_leaves_of_a_recording_contradicts_nothing(tmp_path: Path, name: str) -> None:
    """Names and addresses that are no business of the course are replaced: no doubt may come of that."""
    course, _ = the_course()
    made = make(0, name=name)

    def reduced(document: dict[str, Any]) -> None:
        document["recording"] = reduce(document["recording"], course, document["variables"]).document

    put(tmp_path, changed(made.line, reduced))
    report = reported(tmp_path)
    assert not report.refused
    assert not report.suspicions
    assert report.students[0].hand_in is not None
    assert not report.students[0].hand_in.differences


def test_the_same_machine_and_images_that_are_known(tmp_path: Path) -> None:
    put(tmp_path, *(changed(make(n, name="fresh").line, machine("cafe")) for n in range(3)))
    assert kinds(reported(tmp_path)) == {"same-machine": ("s000000", "s000001", "s000002")}
    assert not reported(tmp_path, cloned=["cafe"]).suspicions


def copied(number: int, by: int) -> bytes:
    """The machine of one student, handed in by another who changed the names and the machine's id."""

    def claim(document: dict[str, Any]) -> None:
        other = student(by)
        document["student"] = {"name": other.name, "email": other.email, "id": other.id, "pseudonym": None}

    return changed(make(number, name="done").line, claim, machine("another"))


def test_a_copied_machine(tmp_path: Path) -> None:
    put(tmp_path, make(0, name="done").line, copied(0, 1), make(2, name="done").line)
    both = ("s000000", "s000001")
    found = kinds(reported(tmp_path))
    assert found == {"shared-uuid": both, "shared-mac": both, "shared-disk": both, "shared-journal": both}


def test_what_the_course_itself_hands_out_is_nobody_s(tmp_path: Path) -> None:
    """Every student gives vm-nat the same MAC address, because the lesson says so."""
    put(tmp_path, *(make(number, name="done").line for number in range(4)))
    shared = [one for one in reported(tmp_path).suspicions if one.kind == "shared-mac"]
    assert not shared


def test_a_forked_journal_says_where(tmp_path: Path) -> None:
    first, second = make(0, name="fresh"), make(1, name="halfway")
    lines = json.loads(first.line)["journal"]["lines"]

    def forked(document: dict[str, Any]) -> None:
        own = lines[:20]
        line = assemble(
            "remembered",
            encode({"key": "x", "value": []}),
            "2026-01-20T10:00:00+00:00",
            digest(own[-1].encode()),
        )
        document["journal"]["lines"] = [*own, line.decode()]
        document["made"] = document["recording"]["started"] = "2026-01-20T10:00:00+00:00"

    put(tmp_path, first.line, changed(second.line, forked))
    one = next(one for one in reported(tmp_path).suspicions if one.kind == "shared-journal")
    assert one.students == ("s000000", "s000001")
    assert f"the first 20 lines of {len(lines)} and 21" in one.evidence[0]


def test_two_journals_of_one_student_that_part(tmp_path: Path) -> None:
    """A machine that was set back goes on from there; one that only went on is as it should be."""
    later = made_at("2026-02-01T10:00:00+00:00")
    line = make(0, name="fresh").line

    def goes_on(document: dict[str, Any], lines: list[str]) -> None:
        more = assemble(
            "remembered",
            encode({"key": "x", "value": []}),
            "2026-01-31T10:00:00+00:00",
            digest(lines[-1].encode()),
        )
        document["journal"]["lines"] = [*lines, more.decode()]

    all_ = json.loads(line)["journal"]["lines"]
    put(tmp_path, line, changed(line, later, lambda document: goes_on(document, all_)))
    assert "forked-journal" not in kinds(reported(tmp_path))
    put(tmp_path, line, changed(line, later, lambda document: goes_on(document, all_[:9])))
    found = next(one for one in reported(tmp_path).suspicions if one.kind == "forked-journal")
    assert found.students == ("s000000",)
    assert f"the first 9 lines of {len(all_)} and 10" in found.evidence[0]


def test_journals_that_only_begin_in_the_same_second_are_no_copies(tmp_path: Path) -> None:
    first, second = make(0, name="fresh"), make(1, name="fresh")

    def begun(document: dict[str, Any]) -> None:
        lines = [json.loads(line) for line in json.loads(first.line)["journal"]["lines"][:1]]
        lines += [json.loads(line) for line in document["journal"]["lines"][1:]]
        prev, chained = GENESIS, []
        for line in lines:
            content = assemble(line["kind"], encode(line["data"]), line["time"], prev)
            prev = digest(content)
            chained.append(content.decode())
        document["journal"]["lines"] = chained

    put(tmp_path, first.line, changed(second.line, begun))
    assert "shared-journal" not in kinds(reported(tmp_path))


def test_a_journal_that_was_on_the_image_is_nobody_s_copy(tmp_path: Path) -> None:
    """The tool was used on the image before it was cloned; one of four copied another's afterwards."""
    begun = json.loads(make(9, name="fresh").line)["journal"]["lines"][:12]

    def on_image(document: dict[str, Any]) -> None:
        prev = digest(begun[-1].encode())
        chained = list(begun)
        for line in map(json.loads, document["journal"]["lines"]):
            content = assemble(line["kind"], encode(line["data"]), line["time"], prev)
            prev = digest(content)
            chained.append(content.decode())
        document["journal"]["lines"] = chained

    hand_ins = [changed(make(n, name="fresh").line, machine("cafe"), on_image) for n in range(4)]
    put(tmp_path, *hand_ins)
    assert "shared-journal" not in kinds(reported(tmp_path, cloned=["cafe"]))
    assert "shared-journal" in kinds(reported(tmp_path))
    journal = json.loads(hand_ins[0])["journal"]["lines"]

    def stolen(document: dict[str, Any]) -> None:
        document["journal"]["lines"] = journal

    (tmp_path / "3.tutor").write_bytes(changed(hand_ins[3], stolen))
    assert kinds(reported(tmp_path, cloned=["cafe"]))["shared-journal"] == ("s000000", "s000003")


def test_a_clock_that_ran_backwards(tmp_path: Path) -> None:
    def back(document: dict[str, Any]) -> None:
        prev, chained = GENESIS, []
        for number, line in enumerate(map(json.loads, document["journal"]["lines"])):
            time = "2026-01-02T10:00:00+00:00" if number == 5 else line["time"]
            content = assemble(line["kind"], encode(line["data"]), time, prev)
            prev = digest(content)
            chained.append(content.decode())
        document["journal"]["lines"] = chained

    put(tmp_path, changed(make(0, name="fresh").line, back))
    found = {one.kind: one for one in reported(tmp_path).suspicions}
    assert set(found) == {"clock-backwards"}
    assert "line 6 of the journal is of 2026-01-02T10:00:00+00:00" in found["clock-backwards"].evidence[0]


def test_handed_in_before_it_was_looked_at(tmp_path: Path) -> None:
    put(tmp_path, changed(make(0, name="fresh").line, made_at("2026-01-01T00:00:00+00:00")))
    assert "clock-backwards" in kinds(reported(tmp_path))


def observed(key_: str, **values: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["recording"]["observations"][key_]["value"].update(values)

    return change


def _without_answers(document: dict[str, Any]) -> None:
    prev, chained = GENESIS, []
    for line in map(json.loads, document["journal"]["lines"]):
        if line["kind"] != "answer":
            content = assemble(line["kind"], encode(line["data"]), line["time"], prev)
            prev = digest(content)
            chained.append(content.decode())
    document["journal"]["lines"] = chained


CONTRADICTIONS: dict[str, Change] = {
    "another uuid": observed(
        'libvirt.domain["qemu:///system","vm-nat"]', uuid="11111111-1111-4111-8111-111111111111"
    ),
    "another name": observed('libvirt.network["qemu:///system","default"]', name="other"),
    "not listed": lambda d: d["recording"]["observations"]['libvirt.domains["qemu:///system"]'][
        "value"
    ].remove("vm-nat"),
    "no such group": observed("user[]", groups=["student"]),
    "another user": observed("user[]", name="root"),
    "answers that nobody gave": _without_answers,
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_contradictions(tmp_path: Path, what: str) -> None:
    put(tmp_path, changed(make(0, name="done").line, CONTRADICTIONS[what]))
    assert "contradiction" in kinds(reported(tmp_path))


def test_a_changed_observation_shows_where_claim_and_judgement_part(tmp_path: Path) -> None:
    started = changed(
        make(0, name="network-stopped").line,
        observed('libvirt.network["qemu:///system","default"]', active=True),
    )
    put(tmp_path, started)
    hand_in = reported(tmp_path).students[0].hand_in
    assert hand_in is not None
    assert ("install/default-network", "fail (0)", "pass (1)") in [
        (one.id, one.claimed, one.judged) for one in hand_in.differences
    ]


def test_a_changed_claim_changes_no_points(tmp_path: Path) -> None:
    def claim(document: dict[str, Any]) -> None:
        document["claim"]["summary"]["points"] = 23
        document["claim"]["steps"]["networks/nat"].update(status="pass", points=1)

    put(tmp_path, changed(make(0, name="quiz-wrong").line, claim))
    hand_in = reported(tmp_path).students[0].hand_in
    assert hand_in is not None
    assert (hand_in.claimed_points, hand_in.points) == (23, 21)
    assert [one.id for one in hand_in.differences] == ["networks/nat", "summary"]


def test_more_points_claimed_than_the_steps_come_to(tmp_path: Path) -> None:
    def claim(document: dict[str, Any]) -> None:
        document["claim"]["summary"]["points"] = 23

    put(tmp_path, changed(make(0, name="halfway").line, claim))
    hand_in = reported(tmp_path).students[0].hand_in
    assert hand_in is not None
    told = [(one.id, one.claimed, one.judged) for one in hand_in.differences]
    assert told == [("summary", "23/23", "7/23")]


def test_only_one_that_was_changed_is_not_nothing(tmp_path: Path) -> None:
    """A teacher sees in the table that something came, and why it does not count."""
    who = make(0, name="fresh")
    line, rest = signed(who.line, key(tmp_path, "mine")).split(b"\n", 1)
    folder = tmp_path / "class"
    folder.mkdir()
    put(folder, changed(line, made_at("2026-03-01T10:00:00+00:00")) + rest)
    report = reported(folder, roster=class_of(2))
    for plain in (False, True):
        told = render_class(report, str, Style(plain=plain))
        assert told.count("nothing handed in") == 1  # the other one
        assert told.count("nothing that counts") == 1
        assert "It is not what was signed" in told


def test_signed_by_somebody_else_on_the_roster(tmp_path: Path) -> None:
    anna, bo = make(0, name="fresh"), make(1, name="fresh")
    folder = tmp_path / "class"
    folder.mkdir()
    bos = key(tmp_path, "bo")
    put(folder, signed(anna.line, bos))
    report = reported(folder, roster=class_of(2), allowed=[allowed(bo.student, bos)])
    assert kinds(report) == {"other-signer": ("s000000",)}


def test_a_broken_chain_is_told_and_still_judged(tmp_path: Path) -> None:
    def cut(document: dict[str, Any]) -> None:
        del document["journal"]["lines"][3]

    put(tmp_path, changed(make(0, name="halfway").line, cut))
    report = reported(tmp_path)
    assert "broken-chain" in kinds(report)
    hand_in = report.students[0].hand_in
    assert hand_in is not None
    assert (hand_in.chain.broken, hand_in.points) == (1, 7)


def test_who_is_stuck_and_items(tmp_path: Path) -> None:
    put(tmp_path, *(make(number).line for number in range(12)))
    report = reported(tmp_path)
    attempts = [one.attempts for one in report.stuck]
    assert attempts
    assert attempts == sorted(attempts, reverse=True)
    for item in report.items:
        assert item.passed + item.failed + item.blocked + item.unknown + item.skipped == 12
        assert sum(cause.count for cause in item.causes) == item.failed + item.blocked + item.unknown
    assert sum(group.students for group in report.environments) == 12


def test_names_of_files_that_are_not_utf_8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for name, content in ((b"\xff.tutor", make(0, name="fresh").line), (b"\xfe.tutor", b"broken")):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    report = reported(tmp_path)
    assert report.students[0].hand_in is not None
    assert report.students[0].hand_in.source.name.endswith("\\udcff.tutor")
    assert report.refused[0].source.endswith("\\udcfe.tutor")
    assert json.loads("".join(render(report, Aim(str, ""))))["students"]


def test_one_bad_file_stops_nobody(tmp_path: Path) -> None:
    bad = [b"", b"PK", b"{}", b'{"claim":{', make(0, name="fresh").line[:-50], b"\xff" * 9_000_000]
    put(tmp_path, *bad, make(5, name="fresh").line)
    report = reported(tmp_path)
    assert [one.key for one in report.students] == ["s000005"]
    assert len(report.refused) == len(bad)
    assert all(one.reason for one in report.refused)


def test_made_is_a_hand_in_like_any_other() -> None:
    """The generator's are what submit writes: the reader of hand-ins has nothing against them."""
    for made in map(make, range(3)):
        assert isinstance(made, Made)
        assert json.loads(made.line)["made"] == made.made
