from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.output.grades import HOSTILE
from tutor.course.records import Block, BlockKind, Lesson, Option, QuizQuestion, Step
from tutor.output.cells import cells
from tutor.output.lesson import render_lesson_step
from tutor.output.prose import prose_lines
from tutor.output.style import Style
from tutor.output.verbatim import command_lines, file_lines, verbatim_lines

SGR = re.compile(r"\x1b\[[0-9;]*m")
PIECES = [
    "# x\n",
    "* a\n",
    "  1. b\n",
    "> c\n",
    "| a | b |\n|---|---|\n| `c d` | **e** |\n",
    "```text\ncode\n```\n",
    "`code`",
    "**strong** ",
    "*em* ",
    "[link](https://x.y/z) ",
    "![picture](p.png)",
    "<b>html</b>",
    "\n\n---\n\n",
    "\\\nhard\n",
    "${vm} ",
    "word " * 30,
    "&#x202e;&#27;[2J",
]
MARKDOWN = st.lists(st.sampled_from(PIECES) | HOSTILE, max_size=8).map("".join)
STYLES = st.builds(
    Style,
    width=st.sampled_from([20, 40, 80, 100]),
    colour=st.booleans(),
    plain=st.booleans(),
    ascii=st.booleans(),
)


def shown(markdown: str, width: int = 40, *, plain: bool = False, **values: str) -> str:
    return "\n".join(prose_lines(markdown, values, Style(width=width, plain=plain)))


def harmless(line: str, style: Style) -> bool:
    seen = SGR.sub("", line) if style.colour else line
    return seen.replace("\u00a0", " ").isprintable()


@given(MARKDOWN, HOSTILE, STYLES)
def test_hostile_text_reaches_no_terminal(markdown: str, value: str, style: Style) -> None:
    assert all(harmless(line, style) for line in prose_lines(markdown, {"vm": value}, style))


@given(MARKDOWN, HOSTILE, STYLES)
def test_hostile_steps_reach_no_terminal(markdown: str, value: str, style: Style) -> None:
    kinds: tuple[BlockKind, ...] = ("prose", "run", "no-run", "file", "example")
    blocks = tuple(Block(kind, f"{markdown} {value}", 1, "bash", value) for kind in kinds)
    quiz = (QuizQuestion("q", "multiple", markdown, (Option("a", markdown, True, markdown),)),)
    step = Step("a/b", value, blocks, quiz, hints=(markdown,), optional=True)
    lesson = Lesson("a", value, "", (step,), markdown)
    document = render_lesson_step(lesson, step, str, style, checked=(), values={"vm": value})
    assert all(harmless(line.replace("\t", ""), style) for line in document.split("\n"))


@given(MARKDOWN, STYLES)
def test_only_what_cannot_be_broken_is_wider_than_the_page(markdown: str, style: Style) -> None:
    for line in prose_lines(markdown, {}, style):
        seen = SGR.sub("", line) if style.colour else line
        words = seen.strip(" │|->0123456789.").split(" ")
        assert cells(seen) <= max(style.width, 24) or max(map(cells, words)) > style.width // 4


@given(MARKDOWN, st.sampled_from([40, 80]))
def test_colour_changes_nothing_else(markdown: str, width: int) -> None:
    coloured = prose_lines(markdown, {}, Style(width=width, colour=True))
    assert [SGR.sub("", line) for line in coloured] == prose_lines(markdown, {}, Style(width=width))


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("*a* **b** `c`", "a b `c`"),
        ("a\nb\\\nc", "a b\nc"),
        ("### A *heading*", "A heading"),
        ("* a\n* b\n\n  c", "- a\n\n- b\n\n  c"),
        ("* a\n  * b\n* c", "- a\n  - b\n- c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("> a\n>\n> * b", "│ a\n│\n│ - b"),
        ("see [it](https://x.y) and <https://x.y>", "see it <https://x.y> and https://x.y"),
        ("see [the step](#here)", "see the step"),
        ("![a picture](x.png)", "[a picture]"),
        ("```text\na\n\n  b\n```", "    a\n\n      b"),
        ("<b>x</b>", "<b>x</b>"),
        ("a\n\n***\n\nb", "a\n\n────────────────────\n\nb"),
        ("**bold**: then", "bold: then"),
    ],
)
def test_what_markdown_looks_like(markdown: str, lines: str) -> None:
    assert shown(markdown) == lines


def test_variables_are_filled_in_and_are_no_markdown() -> None:
    assert shown("a ${vm} `${vm}` $${vm} ${other}", vm="*b*") == "a *b* `*b*` ${vm} ${other}"
    assert shown("| a |\n|---|\n| ${vm} |", vm="x | y").endswith("x | y")


def test_a_command_in_a_sentence_stays_whole() -> None:
    assert (
        shown("one two three four `virsh list --all` five", 30)
        == "one two three four\n`virsh list --all` five"
    )


TABLE = "| flag | what it means |\n|---|---|\n| `--name x` | the name of the domain |\n| b | two |"


def test_a_table_that_fits_is_columns() -> None:
    assert shown(TABLE).split("\n") == [
        "flag        what it means",
        "──────────  ──────────────────────",
        "`--name x`  the name of the domain",
        "b           two",
    ]


def test_a_table_that_nearly_fits_is_broken_in_its_cells() -> None:
    assert shown(TABLE, 28).split("\n") == [
        "flag        what it means",
        "──────────  ────────────────",
        "`--name x`  the name of the",
        "            domain",
        "b           two",
    ]


@pytest.mark.parametrize(("width", "plain"), [(24, False), (80, True)])
def test_any_other_table_is_records(width: int, plain: bool) -> None:
    first, second, *_ = shown(TABLE, width, plain=plain).split("\n")
    assert first == "`--name x`"
    assert second.startswith("  what it means: the")


def test_illustrations_are_indented_as_far_as_they_fit() -> None:
    assert verbatim_lines("x" * 38 + "\n", Style(width=40), 40) == ["  " + "x" * 38]
    assert verbatim_lines("x" * 50 + "\n", Style(width=40), 40) == ["x" * 50]


@pytest.mark.parametrize(
    "script",
    ["cat <<'E'\n a\nE", "echo a\\\nb", 'echo "a\n\nb"'],
)
def test_commands_in_which_spaces_matter_stand_at_the_margin(script: str) -> None:
    assert command_lines(script, Style()) == script.split("\n")


@pytest.mark.parametrize("script", ["ls", "ls\nls", "a \\\n  b", "a # it's\nb", "a 'b'\n\nc"])
def test_other_commands_are_indented(script: str) -> None:
    assert command_lines(script, Style(width=20)) == [f"    {line}".rstrip() for line in script.split("\n")]


def test_a_file_stays_the_file_that_it_is() -> None:
    assert file_lines("a:\n\tb → c\n", Style(ascii=True)) == ["a:", "\tb → c"]
    assert file_lines("\x1b[2J\u202e", Style()) == [r"\x1b[2J\u202e"]
