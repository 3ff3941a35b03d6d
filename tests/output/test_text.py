from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.output.grades import (
    every_outcome,
    failing,
    grade,
    grades,
    literal,
    optional,
    passing,
    tree,
    verdict,
)
from tutor.course.records import Step
from tutor.grading.outcome import step_result
from tutor.grading.verdict import Grade, Status
from tutor.output.cells import cells
from tutor.output.command import pasteable
from tutor.output.style import Style
from tutor.output.text import render, render_step

SGR = re.compile(r"\x1b\[[0-9;]*m")
STYLES = st.builds(
    Style,
    width=st.sampled_from([40, 80, 100]),
    colour=st.booleans(),
    plain=st.booleans(),
    verbose=st.booleans(),
    ascii=st.booleans(),
)


def shown(graded: Grade, **style: int) -> str:
    return render(graded, str, Style(**style))  # type: ignore[arg-type]


def command_lines(graded: Grade) -> set[str]:
    commands = [command for step in graded.steps for each in step.verdicts for command in each.finding.fix]
    return {line.strip() for command in commands for line in pasteable(command).split("\n")}


@given(grades(), STYLES)
def test_hostile_values_reach_no_terminal(graded: Grade, style: Style) -> None:
    document = render(graded, str, style)
    if style.colour:
        document = SGR.sub("", document)
    assert all(line.replace("\u00a0", " ").isprintable() for line in document.split("\n"))


@given(grades(), STYLES)
def test_no_line_is_wider_than_the_page(graded: Grade, style: Style) -> None:
    commands = command_lines(graded)
    for line in SGR.sub("", render(graded, str, style)).split("\n"):
        one_word = " " not in line.strip(" ")
        is_command = line.strip() in commands or line.strip().startswith("tutor hint")
        assert cells(line) <= style.width or one_word or is_command or "eval " in line


@pytest.mark.parametrize("width", [40, 80, 100])
@pytest.mark.parametrize("plain", [False, True])
def test_the_usual_fits_in(width: int, plain: bool) -> None:
    graded = every_outcome()
    commands = command_lines(graded)
    lines = shown(graded, width=width, plain=plain).split("\n")
    assert all(cells(line) <= width or line.strip() in commands for line in lines)


def test_without_colour_there_is_no_escape() -> None:
    assert "\x1b" not in shown(every_outcome())
    assert "\x1b" in shown(every_outcome(), colour=True)


def test_colour_changes_nothing_else() -> None:
    assert SGR.sub("", shown(every_outcome(), colour=True)) == shown(every_outcome())


def test_a_check_that_passes_has_one_line() -> None:
    document = shown(grade(passing()))
    assert "install/cpu  Kontrollera processorn  ✓ pass\n    flag  " in document
    assert "observed" not in document


def test_verbose_shows_what_was_seen_of_a_pass() -> None:
    document = shown(grade(passing()), verbose=True)
    assert "expected: the group libvirt is yours" in document
    assert "observed: the flag svm is there" in document


def test_advice_on_a_pass_is_shown() -> None:
    told = verdict("a/b/kept", Status.PASS, "seen", note=literal("gone after a reboot"))
    silent = verdict("a/b/other", Status.PASS, "seen")
    document = shown(grade(step_result(Step("a/b", "title"), [told, silent])))
    assert "note: gone after a reboot" in document
    assert "observed" not in document


def test_plain_says_the_status_first_and_draws_nothing() -> None:
    document = shown(every_outcome(), plain=True, ascii=True)
    assert "Step install/libvirt: fail. Installera libvirt\n" in document
    assert "Check group: fail\n" in document
    assert not set(document) & set("✓✗⊘─│├└")


def test_plain_does_not_put_things_side_by_side() -> None:
    lines = shown(grade(tree()), plain=True, ascii=True).split("\n")
    assert "        expected:" in lines
    assert "          `-- snap4" in lines


def test_drawings_stand_beside_one_another_where_they_fit() -> None:
    document = shown(grade(tree()))
    assert "snap1            snap1\n" in document
    assert "├── snap2        └── snap2\n" in document


def test_drawings_stand_below_one_another_where_they_do_not_fit() -> None:
    assert "    expected:\n      snap1\n      ├── snap2\n" in shown(grade(tree()), width=30)


@pytest.mark.parametrize("width", [20, 40, 80])
def test_fix_commands_are_whole_and_alone(width: int) -> None:
    lines = [line.strip() for line in shown(grade(failing()), width=width).split("\n")]
    assert "sudo usermod -aG libvirt student" in lines
    assert r"virsh -c qemu:///system start $'na\x1bme'" in lines


def test_a_script_of_several_lines_stands_at_the_margin() -> None:
    script = "cat > x <<'E'\nit's\n  indented\nE"
    failed = verdict("a/b/c", Status.FAIL, "no", code="no", fix=(script,))
    assert f"\n{script}\n" in shown(grade(step_result(Step("a/b", "title"), [failed])))


def test_a_blocked_check_names_the_root_and_offers_what_is_left_to_do() -> None:
    document = render_step(failing(), str, Style())
    blocked = document[document.index("open") : document.index("daemon")]
    assert "blocked by: install/libvirt/group\n" in blocked
    assert "virsh -c qemu:///system start" in blocked
    assert document.count("sudo usermod") == 1
    assert "not looked at" not in blocked


def test_a_check_behind_another_step_names_that_and_offers_nothing_yet() -> None:
    behind = verdict(
        "a/b/c", Status.BLOCKED, blocked_by="install/libvirt/group", code="need-failed", fix=("true",)
    )
    document = shown(grade(step_result(Step("a/b", "title"), [behind])))
    assert "blocked by: install/libvirt/group\n" in document
    assert "fix" not in document


def test_an_unknown_gives_its_reason_and_its_fix() -> None:
    document = render_step(failing(), str, Style())
    unknown = document[document.index("daemon") : document.index("polkit")]
    assert "reason: systemctl did not answer within 5 seconds\n" in unknown
    assert "systemctl is-system-running --wait\n" in unknown


def test_a_skipped_step_says_why() -> None:
    skipped = verdict("a/b/c", Status.SKIP, "there is no display", code="no-display")
    assert "reason: there is no display\n" in shown(grade(step_result(Step("a/b", "title"), [skipped])))


def test_the_summary_names_the_first_red_step_and_its_hint() -> None:
    document = shown(grade(passing(), optional(), failing(), tree()))
    assert "Steps done: 1 of 3\nPoints: 1 of 4\n" in document
    assert "Checks: pass 2, fail 3, blocked 1, unknown 1, skip 1\n" in document
    assert document.endswith("Next: install/libvirt, Installera libvirt\n    tutor hint install/libvirt\n")


def test_the_summary_of_success() -> None:
    assert shown(grade(passing(), optional())).endswith("\n\nEverything that was asked for is in place.\n")


def test_a_forged_line_does_not_look_like_one_of_ours() -> None:
    forged = verdict("a/b/c", Status.FAIL, "x\nstep/two  Title  ✓ pass", code="no")
    document = render_step(step_result(Step("a/b", "title"), [forged]), str, Style())
    assert "\n          step/two  Title  ✓ pass\n" in document


def test_an_endless_value_is_cut() -> None:
    endless = verdict("a/b/c", Status.FAIL, "word " * 5000, code="no")
    assert len(render_step(step_result(Step("a/b", "title"), [endless]), str, Style())) < 6000


def test_nothing_selected() -> None:
    assert shown(grade()).startswith("Steps done: 0 of 0\n")
