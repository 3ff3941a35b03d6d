"""What a lesson file becomes, and that nothing in one is ever an exception."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.course.sample import FILES, START_SV
from tutor.course.assemble import faults
from tutor.course.lesson import lesson_id, read_lesson
from tutor.course.records import Block, CheckSpec, Option, QuizQuestion
from tutor.course.source import read_course


def read(content: str, file: str = "sv/01-start.md") -> tuple[list[str], object]:
    source = read_lesson(content.encode(), file)
    return [finding.text.render(str) for finding in source.report.findings], source.lesson


def test_a_lesson_becomes_records_with_their_lines() -> None:
    source = read_lesson(START_SV.encode(), "sv/01-start.md")
    lesson = source.lesson
    group, quiz = lesson.steps

    assert source.report.findings == []
    assert (lesson.id, lesson.title, lesson.section) == ("start", "Börja", "Början")
    assert lesson.intro == "Här börjar det. Sedan kommer [nätet](02-nets.md#port)."
    assert (group.id, group.title, group.line) == ("start/group", "Gruppen", 11)
    assert group.blocks == (
        Block("prose", "Bli medlem. Se [nästa steg](#quiz) eller [porten](nets/port).", 13),
        Block("run", 'sudo usermod -aG libvirt "$USER"\nvirsh dominfo ${vm}\n', 15, "bash"),
        Block("prose", "Ett hål på port ${host_port}:", 20),
        Block("example", "gäst ---> värd\n", 22, "text"),
        Block("no-run", "virt-manager\n", 26, "bash", "kräver ett skrivbord"),
    )
    assert group.specs == (
        CheckSpec("start/group/member", "group-member", {"group": "libvirt"}, line=31),
        CheckSpec(
            "start/group/session", "group-member", {"group": "libvirt"}, ("start/group/member",), line=35
        ),
    )
    assert group.hints == ("Titta på `id`.", "Kör `sudo usermod`,\noch logga in igen.")
    assert (group.optional, group.points) == (False, 1)
    assert (quiz.optional, quiz.points, quiz.check_ids) == (True, 2, ("start/quiz/quiz",))
    assert quiz.quiz == (
        QuizQuestion(
            "layer",
            "single",
            "Vad är libvirt?",
            (
                Option("layer", "Ett lager", right=True, why="Ja."),
                Option("hypervisor", "En hypervisor", right=False, why="Nej."),
            ),
        ),
    )


def test_blocks_that_no_student_sees_do_not_divide_prose() -> None:
    _, lesson = read("## A {#a}\n\nEtt.\n\n```toml step\npoints = 3\n```\n\n- två\n")
    assert lesson.steps[0].blocks == (Block("prose", "Ett.\n\n- två", 3),)  # type: ignore[attr-defined]


def test_headings_below_a_step_are_prose_and_end_the_hints() -> None:
    _, lesson = read("## A {#a}\n### B\nb\n### Tips {#hints}\n1. h\n### C\nc\n")
    (step,) = lesson.steps  # type: ignore[attr-defined]
    assert [block.text for block in step.blocks] == ["### B\nb\n\n### C\nc"]
    assert step.hints == ("h",)


def test_line_ends_and_a_byte_order_mark_make_no_difference() -> None:
    unix = read_lesson(START_SV.encode(), "sv/01-start.md").lesson
    windows = read_lesson(b"\xef\xbb\xbf" + START_SV.replace("\n", "\r\n").encode(), "sv/01-start.md").lesson
    assert windows == unix


def test_the_lines_of_faults_are_those_of_the_file() -> None:
    said, _ = read("---\nid: start\ntitle: A\nsection: B\n---\n## A {#a}\n```toml checks\n[a]\n\n[b\n```\n")
    assert [line.partition(": ")[0] for line in said] == ["sv/01-start.md:10"]


def test_the_number_of_a_file_is_no_part_of_its_id() -> None:
    assert [lesson_id(f"sv/{name}.md") for name in ("03-install", "1_a", "install", "2-b-3")] == [
        "install",
        "a",
        "install",
        "b-3",
    ]


#: Pieces that mean something to the parser, so that chance meets its branches.
PIECES = st.sampled_from(
    [
        "---\n", "id: x\n", "title: y\n", "# A\n", "## A {#a}\n", "## B\n", "### T {#hints}\n", "1. a\n",
        "- a\n  ", "   2. b\n", "> ", "```\n", "````\n", "```bash run\n", "```bash no-run x\n",
        "```xml file=~/a\n", "~~~toml step\n", "```toml checks\n", "```toml quiz\n", "[a]\n",
        "[[question]]\n", "[[question.option]]\n", "[question]\n", 'id = "a"\n', 'text = ""\n',
        "right = true\n", 'check = "a"\n', 'needs = ["a"]\n', "needs = [1]\n", "points = 1\n",
        "a = 1979-05-27\n", "a = nan\n", "a" + " = [" * 3 + "\n", "${a}", "$${", "[x](#y)\n", "\n", "\t",
        "\r", "\0", "é", "\ufeff", "\u2028", "<!--\n", "| a | b |\n|---|---|\n", "[x]: y\n", "\\\n",
        "***\n", "===\n",
    ]
)  # fmt: skip
MARKDOWN = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join)


@given(
    st.one_of(MARKDOWN.map(lambda text: text.encode(errors="replace")), st.binary(max_size=200)),
    st.booleans(),
)
def test_no_file_is_an_exception(content: bytes, translated: bool) -> None:
    source = read_lesson(content, "sv/01-start.md", translated=translated)
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    for finding in source.report.findings:
        assert 1 <= finding.line <= lines, finding
        assert finding.text.render(str)


@given(st.dictionaries(st.sampled_from(sorted(FILES)), st.one_of(MARKDOWN, st.just("")), max_size=3))
def test_no_course_is_an_exception(broken: dict[str, str]) -> None:
    files = {name: content.encode() for name, content in FILES.items()}
    files |= {name: content.encode(errors="replace") for name, content in broken.items()}
    assert isinstance(faults(read_course(files)), list)
