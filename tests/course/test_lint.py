"""Each fault of a course, made one at a time, is found at its line and says how to mend it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.course.sample import KNOWN, Sample
from tutor.course.findings import Finding
from tutor.course.lint import lint

SV, NETS, EN = "sv/01-start.md", "sv/02-nets.md", "en/01-start.md"
COURSE, OUTLINE = "course.toml", "outline.toml"


@dataclass(frozen=True)
class Fault:
    """One change to one file, and the finding that it must give.

    ``at`` is what stands on the finding's line, in ``file`` or in ``blamed``.
    """

    name: str
    file: str
    old: str
    new: str
    at: str
    says: str
    blamed: str = ""


FAULTS = [
    # --- course.toml
    Fault("no TOML", COURSE, "[title]", "[title", "[title", "no TOML"),
    Fault("course without id", COURSE, 'id = "sample"\n', "", 'version = "1.0"', "id is missing"),
    Fault("empty title", COURSE, 'sv = "Prov"', 'sv = ""', 'sv = ""', "sv is empty"),
    Fault("no title in its own language", COURSE, 'sv = "Prov"\n', "", "[title]", "no title in its own"),
    Fault("version no text", COURSE, '"1.0"', "1.0", "version", "version is of the wrong type"),
    Fault("no lessons", COURSE, '["start", "nets"]', "[]", "lessons", "the course has no lessons"),
    Fault("lessons no list", COURSE, '["start", "nets"]', "[1, 2]", "lessons", "lessons is of the wrong type"),
    Fault("lesson listed twice", COURSE, '["start", ', '["start", "start", ', "lessons", "listed twice"),
    Fault("lesson without file", COURSE, '"nets"]', '"nets", "more"]', "lessons", "more has no file"),
    Fault("lesson not listed", COURSE, '["start", "nets"]', '["start"]', "---", "does not list the lesson nets", NETS),
    Fault("unknown key", COURSE, "version", "verison", "verison", "nothing is called verison"),
    Fault("unknown type", COURSE, 'type = "port"', 'type = "ports"', 'type = "ports"', "type cannot be ports"),
    Fault("unknown owner", COURSE, 'owner = "course"', 'owner = "me"', 'owner = "me"', "owner cannot be me"),
    Fault("no port", COURSE, "value = 2222", "value = 99999", "value = 99999", "host_port cannot be 99999"),
    Fault("no path", COURSE, '"~/vm.xml"', '"vm.xml"', '"vm.xml"', "xml_file cannot be vm.xml"),
    Fault("no name for a variable", COURSE, "variables.vm]", "variables.VM]", "variables.VM]", "VM is no name"),
    Fault("variable without value", COURSE, 'value = "my-vm"\n', "", "[variables.vm]", "value is missing"),
    # --- the lesson's head
    Fault("not UTF-8", SV, "Här börjar", "H\udce4r börjar", "r börjar det", "not UTF-8"),
    Fault("id is not the file's", SV, "id: start", "id: begin", "id: begin", "is not the file's name"),
    Fault("no id", SV, "id: start\n", "", "---", "no id"),
    Fault("empty title of a lesson", SV, "title: Börja", "title:", "title:", "no title"),
    Fault("no section", SV, "section: Början\n", "", "---", "no section"),
    Fault("unknown field", SV, "section:", "sektion:", "sektion:", "nothing called sektion"),
    Fault("no front matter", SV, "---\nid", "id", "id: start", "no id"),
    Fault("unknown section", SV, "section: Början", "section: Borjan", "---", "has no section Borjan"),
    Fault("block before the first step", SV, "Här", "```bash run\nls\n```\n\nHär", "```bash run", "before the first step"),
    # --- steps
    Fault("step without id", SV, "## Gruppen {#group}", "## Gruppen", "## Gruppen", "heading has no id"),
    Fault("step with a bad id", SV, "{#group}", "{#Grupp en}", "## Gruppen", "is no id"),
    Fault("step without title", SV, "## Gruppen {#group}", "## {#group}", "## {#group}", "no title"),
    Fault("step id twice", SV, "{#quiz}", "{#group}", "## Frågor", "second step is called start/group"),
    Fault("points no number", SV, "points = 2", 'points = "2"', 'points = "2"', "points is of the wrong type"),
    Fault("points below nought", SV, "points = 2", "points = -2", "points = -2", "points is below nought"),
    Fault("optional no boolean", SV, "optional = true", "optional = 1", "optional = 1", "optional is of the wrong"),
    Fault("unknown setting", SV, "points = 2", "point = 2", "point = 2", "nothing is called point"),
    Fault("no steps", NETS, "## Porten {#port}", "# Porten", "---", "the lesson has no step"),
    # --- blocks
    Fault("command without role", SV, "```bash run", "```bash", "```bash", "without role"),
    Fault("console without role", SV, "```text", "```console", "```console", "without role"),
    Fault("unknown role", SV, "```bash run", "```bash rum", "```bash rum", "no block has the role rum"),
    Fault("run in another language", SV, "```bash run", "```sh run", "```sh run", "a run block is written in bash"),
    Fault("run with words after it", SV, "bash run", "bash run quickly", "bash run quickly", "nothing may follow"),
    Fault("no-run without reason", SV, "no-run kräver ett skrivbord", "no-run", "no-run", "why it cannot be replayed"),
    Fault("file without name", NETS, "file=${xml_file}", "file=", "```xml", "under which name"),
    Fault("file in no folder", NETS, "file=${xml_file}", "file=vm.xml", "```xml", "in which folder to save vm.xml"),
    Fault("empty commands", SV, "virt-manager\n", "", "no-run", "the block is empty"),
    Fault("block never closed", NETS, 'mode = "ever"\n```\n', 'mode = "ever"\n', "```toml checks", "never closed"),
    Fault("block in a list", SV, "Bli medlem.", "- a\n\n  ```bash run\n  ls\n  ```\n", "```bash run", "inside a list"),
    Fault("command without role in a list", SV, "Bli medlem.", "- a\n\n  ```sh\n  ls\n  ```\n", "```sh", "without role"),
    # --- hints
    Fault("empty hint", SV, "1. Titta på `id`.", "1.", "1.", "the hint is empty"),
    Fault("hints no list", SV, "1. Titta", "Titta på detta.\n\n1. Titta", "Titta på detta", "ordered list"),
    Fault("no hints", NETS, "Spara filen.", "### H {#hints}\n", "{#hints}", "no hint follows"),
    # --- check specs
    Fault("checks no TOML", SV, "[member]", "[member", "[member", "no TOML"),
    Fault("check without function", SV, 'check = "group-member"\n', "", "[member]", "check is missing"),
    Fault("unknown check", SV, '"group-member"', '"group-membre"', '"group-membre"', "no check is called group-membre"),
    Fault("unknown parameter", SV, 'group = "libvirt"', 'grupp = "libvirt"', "grupp", "no parameter grupp"),
    Fault("missing parameter", SV, 'group = "libvirt"\n', "", "[member]", "needs the parameter group"),
    Fault("wrong type", SV, 'group = "libvirt"', "group = 7", "group = 7", "group of group-member is of the wrong type"),
    Fault("variable of the wrong type", NETS, '"${host_port}"', '"${vm}"', "port = ", "port of port-open is of the wrong"),
    Fault("number in a text", NETS, '"${host_port}"', '"x${host_port}"', "port = ", "port of port-open is of the wrong"),
    Fault("wrong type in a list", NETS, '["${vm}"]', "[1]", "names = ", "names of port-open is of the wrong type"),
    Fault("a date", NETS, '["${vm}"]', "1979-05-27", "names = ", "a type that check parameters cannot have"),
    Fault("an infinity", NETS, '["${vm}"]', "[inf]", "names = ", "a type that check parameters cannot have"),
    Fault("unknown mode", NETS, '"ever"', '"never"', "mode = ", "mode cannot be never"),
    Fault("name of the quiz", SV, "[member]", "[quiz]", "[quiz]", "belongs to the step's quiz"),
    Fault("bad spec name", SV, "[session]", "[Session]", "[Session]", "Session is no id"),
    Fault("spec twice", SV, "### Led", '```toml checks\n[member]\ncheck = "group-member"\ngroup = "a"\n```\n\n### Led',
          '[member]\ncheck = "group-member"\ngroup = "a"', "second check is called start/group/member"),
    Fault("need of nothing", SV, 'needs = ["member"]', 'needs = ["membre"]', "[session]", "needs start/group/membre"),
    Fault("need of nothing elsewhere", NETS, "start/group/member", "start/group/x", "[open]", "needs start/group/x"),
    Fault("circle", SV, '[member]\n', '[member]\nneeds = ["session"]\n', "[", "in a circle"),
    Fault("spec that is no table", SV, "[member]", "x = 1\n[member]", "x = 1", "x is of the wrong type"),
    # --- quizzes
    Fault("no right option", SV, "  right = true\n", "", "[[question]]", "no option of the question is right"),
    Fault("two right options", SV, 'text = "En hypervisor"', 'text = "En hypervisor"\n  right = true', "[[question]]",
          "more than one right"),
    Fault("option without explanation", SV, '  why = "Nej."\n', "", '[[question.option]]\n  id = "hyp', "why is missing"),
    Fault("empty explanation", SV, 'why = "Nej."', 'why = ""', 'why = ""', "why is empty"),
    Fault("question without id", SV, 'id = "layer"\nkind', "kind", "[[question]]", "id is missing"),
    Fault("question without kind", SV, 'kind = "single"\n', "", "[[question]]", "kind is missing"),
    Fault("unknown kind", SV, '"single"', '"double"', "kind = ", "kind cannot be double"),
    Fault("option id twice", SV, '"hypervisor"', '"layer"', 'id = "layer"\n  text = "En', "id layer is used twice"),
    Fault("quiz without question", SV, "[[question]]", "[[questions]]", "[[questions]]", "nothing is called questions"),
    Fault("unknown key of an option", SV, "right = true", "correct = true", "correct", "nothing is called correct"),
    # --- variables and links
    Fault("unknown variable in prose", SV, "${host_port}", "${port}", "${port}", "no variable called port"),
    Fault("unknown variable in commands", SV, "${vm}", "${vmm}", "${vmm}", "no variable called vmm"),
    Fault("unknown variable in a hint", SV, "och logga", "${x}", "${x}", "no variable called x"),
    Fault("unknown variable in a file", NETS, "<name>${vm}", "<name>${x}", "<name>${x}", "no variable called x"),
    Fault("unknown variable in a file's name", NETS, "${xml_file}", "${x}", "${x}", "no variable called x"),
    Fault("unknown variable in a parameter", NETS, '["${vm}"]', '["${x}"]', "${x}", "no variable called x"),
    Fault("unknown variable in a quiz", SV, "Nej.", "${x}", "${x}", "no variable called x"),
    Fault("unknown variable in a translation", EN, "${host_port}", "${x}", "${x}", "no variable called x"),
    Fault("dead anchor", SV, "(#quiz)", "(#quizz)", "(#quizz)", "link #quizz leads nowhere"),
    Fault("dead step", SV, "(nets/port)", "(nets/prot)", "(nets/prot)", "link nets/prot leads nowhere"),
    Fault("dead file", SV, "(02-nets.md#port)", "(03-nets.md)", "(03-nets.md)", "link 03-nets.md leads nowhere"),
    Fault("dead anchor in a file", SV, "(02-nets.md#port)", "(02-nets.md#x)", "(02-nets.md#x)", "leads nowhere"),
    Fault("dead picture", NETS, "Spara filen.", "Spara\n![x](x.png)", "![x]", "link x.png leads nowhere"),
    # --- outline.toml
    Fault("covered by nothing", OUTLINE, 'covered_by = "start/group"\n', "", "[[entry]]\nkind = \"command\"", "nothing covers"),
    Fault("covered by no step", OUTLINE, '"start/group"', '"start/grupp"', "[[entry]]\nkind = \"command\"",
          "no lesson or step is called start/grupp"),
    Fault("unknown kind of entry", OUTLINE, '"note"', '"notice"', 'kind = "notice"', "kind cannot be notice"),
    Fault("entry without text", OUTLINE, 'text = "id -nG"\n', "", "[[entry]]\nkind = \"command\"", "text is missing"),
    Fault("outline no TOML", OUTLINE, "[[entry]]", "[[entry]", "[[entry]", "no TOML"),
    # --- translations
    Fault("step not translated", EN, "{#group}", "{#gruop}", "---", "start/group of the source is not translated"),
    Fault("step only translated", EN, "{#group}", "{#gruop}", "{#gruop}", "start/gruop does not exist in the source"),
    Fault("commands in a translation", EN, "```bash run\n", "```bash run\nls\n", "```bash run", "carries no commands"),
    Fault("check specs in a translation", EN, "### Hints", "```toml checks\n```\n\n### Hints", "```toml checks",
          "carries no checks block"),
    Fault("settings in a translation", EN, "### Hints", "```toml step\n```\n\n### Hints", "```toml step", "carries no step"),
    Fault("answers in a translation", EN, 'why = "Yes."', 'right = true\n  why = "Yes."', "right = true",
          "nothing is called right"),
    Fault("block not translated", EN, "```text\nguest ---> host\n```\n", "", "## The group", "blocks of the step"),
    Fault("prose not translated", EN, "Become a member. See [the next step](#quiz).\n", "", "## The group", "prose is"),
    Fault("hint not translated", EN, "2. Run `sudo usermod`, and log in again.\n", "", "## The group", "has 2 hints"),
    Fault("question not translated", EN, '"layer"\ntext', '"lawyer"\ntext', "```toml quiz", "quiz/layer of the source is"),
    Fault("question only translated", EN, '"layer"\ntext', '"lawyer"\ntext', 'id = "lawyer"', "quiz/lawyer does not exist"),
    Fault("option not translated", EN, '"hypervisor"', '"visor"', 'id = "layer"', "quiz/layer/hypervisor of the source"),
    Fault("option only translated", EN, '"hypervisor"', '"visor"', 'id = "visor"', "quiz/layer/visor does not exist"),
    Fault("introduction not translated", EN, "It begins here. Then comes [the network](02-nets.md#port).", "", "---",
          "introduction"),
]  # fmt: skip


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
    assert rendered(sample.lint(strict=True)) == [
        f"outline.toml:{planned}: this note is only planned, in nets/later."
        " Write the step, and covered_by instead of planned.",
        "sv/02-nets.md:1: the lesson is not translated to en. Write en/nets.md.",
    ]


def test_files_that_are_missing(sample: Sample) -> None:
    (sample.folder / "outline.toml").unlink()
    (sample.folder / "course.toml").unlink()
    said = rendered(sample.lint())
    assert any(line.startswith("course.toml:1: the file is missing.") for line in said)
    assert any(line.startswith("outline.toml:1: the file is missing.") for line in said)


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
