"""Each fault of a course, made one at a time, is found at its line and says how to mend it."""

from __future__ import annotations

import re

import pytest

from tests.course.faults import COURSE, FAULTS, NETS, SV, Fault
from tests.course.sample import KNOWN, Sample
from tutor.course.findings import Finding
from tutor.course.lint import lint


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_at_its_line(sample: Sample, fault: Fault) -> None:
    path = sample.folder / fault.file
    content = path.read_text()
    assert fault.old in content
    path.write_bytes(content.replace(fault.old, fault.new, 1).encode(errors="surrogateescape"))
    blamed = fault.blamed or fault.file
    before, found, _ = (sample.folder / blamed).read_bytes().decode(errors="replace").partition(fault.at)
    assert found, f"{fault.at!r} is not in {blamed}"

    lines = rendered(sample.lint())

    wanted = re.compile(f"{re.escape(blamed)}:{before.count(chr(10)) + 1}: .*{re.escape(fault.says)}")
    if fault.name == "circle":  # which of its checks is named is not promised
        wanted = re.compile(f"{re.escape(blamed)}:[0-9]+: .*start/group/.* → start/group/")
    assert any(map(wanted.match, lines)), "\n".join(lines)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_finding_is_one_whole_line(sample: Sample, fault: Fault) -> None:
    path = sample.folder / fault.file
    path.write_bytes(path.read_text().replace(fault.old, fault.new, 1).encode(errors="surrogateescape"))
    for line in rendered(sample.lint()):
        assert re.fullmatch(r"[\w/.-]+:[1-9][0-9]*: \S.*[^.]\. \S.*[^.]\.", line), line
        assert not re.search(r"(?<!\$)\{[a-z_]+\}", line), f"a value is missing: {line}"


def rendered(findings: list[Finding]) -> list[str]:
    return [finding.text.render(str) for finding in findings]


def test_the_sample_has_no_fault(sample: Sample) -> None:
    assert rendered(sample.lint()) == []


def test_strict_names_what_is_only_planned_and_what_is_not_translated(sample: Sample) -> None:
    planned = sample.line_of("outline.toml", '[[entry]]\nkind = "note"')
    entry, lesson = rendered(sample.lint(strict=True))
    assert entry.startswith(f"outline.toml:{planned}: this note is only planned, in nets/later.")
    assert lesson == "sv/02-nets.md:1: the lesson is not translated to en. Write en/nets.md."


def test_states_of_no_lesson(sample: Sample) -> None:
    sample.write("states/more.toml", "")
    (line,) = rendered(sample.lint())
    assert line == ("states/more.toml:1: the course has no lesson called more. Name the file after a lesson.")


def test_strict_names_a_check_that_no_wrong_state_fails(sample: Sample) -> None:
    sample.replace("states/nets.toml", '{open = "closed"}', '{open = "need-failed"}')
    assert not sample.lint()
    line = sample.line_of(NETS, "[open]")
    said = rendered(sample.lint(strict=True))
    assert f"{NETS}:{line}: no wrong state fails nets/port/open. Write one in states/nets.toml." in said


def test_files_that_are_missing(sample: Sample) -> None:
    (sample.folder / "outline.toml").unlink()
    (sample.folder / "course.toml").unlink()
    said = rendered(sample.lint())
    assert any(line.startswith("course.toml:1: the file is missing.") for line in said)
    assert any(line.startswith("outline.toml:1: the file is missing.") for line in said)


def test_entries_that_are_no_tables(sample: Sample) -> None:
    sample.write("outline.toml", "entry = [1]\n")
    (line,) = rendered(sample.lint())
    assert line == "outline.toml:1: entry is of the wrong type. Write [[entry]] tables."


def test_two_files_that_are_one_lesson(sample: Sample) -> None:
    sample.write("sv/07-start.md", (sample.folder / SV).read_text())
    said = rendered(sample.lint())
    assert any(line.startswith("sv/07-start.md:1: another file is the lesson start too") for line in said)


def test_a_picture_of_the_course_and_links_out_of_it_live(sample: Sample) -> None:
    sample.write("sv/x y.png", b"")
    sample.replace(
        NETS, "Spara filen.", "![x](x%20y.png) <https://libvirt.org/> [b](mailto:a@b) [c](../course.toml)"
    )
    assert rendered(sample.lint()) == []


def test_escaped_braces_are_no_variable(sample: Sample) -> None:
    sample.replace(SV, "virsh dominfo", "echo $${HOME} $HOME")
    assert rendered(sample.lint()) == []


def test_a_misspelt_variable_is_named_with_the_nearest(sample: Sample) -> None:
    sample.replace(SV, "${host_port}", "${host_prot}")
    (line,) = rendered(sample.lint())
    assert line.endswith("no variable called host_prot. Write ${host_port}, if that is meant.")


def test_all_findings_at_once_in_the_order_of_files_and_lines(sample: Sample) -> None:
    sample.replace(SV, "```bash run", "```bash")
    sample.replace(SV, "[member]", "[member")
    sample.replace(COURSE, "2222", "0")
    found = [(finding.file, finding.line) for finding in sample.lint()]
    assert found == sorted(found)
    assert {file for file, _ in found} >= {COURSE, SV}


def test_a_folder_that_is_no_course_is_all_faults_and_no_exception(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    assert lint(tmp_path_factory.mktemp("empty"), KNOWN)
