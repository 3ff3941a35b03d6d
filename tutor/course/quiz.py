"""Quizzes: the questions of a ``toml quiz`` block."""

from __future__ import annotations

from tutor.course.draft import StepDraft
from tutor.course.names import check_id
from tutor.course.records import Option, QuestionKind, QuizQuestion
from tutor.course.toml import Table
from tutor.text import text

_KINDS: tuple[QuestionKind, ...] = ("single", "multiple")


def read_quiz(document: Table, draft: StepDraft) -> None:
    """Add the block's questions to the step."""
    questions = document.tables("question")
    document.nothing_more()
    if not questions:
        what = text("the quiz has no question")
        draft.report.add(document.line, what, text("Write a [[question]], or take the block away"))
    for table in questions:
        question = _question(table, draft)
        draft.quiz.append(question)
        if not draft.translated:
            _report_options(question, table)


def _question(table: Table, draft: StepDraft) -> QuizQuestion:
    id_ = _id(table, draft, draft.quiz_id)
    # A translation joins by id; what is right, and how many, is the source's to say.
    multiple = not draft.translated and table.choice("kind", _KINDS) == "multiple"
    kind: QuestionKind = "multiple" if multiple else "single"
    title = _text(table, "text", draft)
    options = tuple(_option(option, draft, f"{draft.quiz_id}/{id_}") for option in table.tables("option"))
    table.nothing_more()
    return QuizQuestion(id_, kind, title, options)


def _option(table: Table, draft: StepDraft, question: str) -> Option:
    id_ = _id(table, draft, question)
    right = not draft.translated and table.boolean("right", default=False)
    option = Option(id_, _text(table, "text", draft), right, _text(table, "why", draft))
    table.nothing_more()
    return option


def _id(table: Table, draft: StepDraft, parent: str) -> str:
    id_ = table.string("id")
    line = table.line_of("id")
    if id_:
        check_id(id_, line, draft.report)
    if draft.lines.setdefault(f"{parent}/{id_}", line) != line:
        what = text("the id {id} is used twice", id=id_)
        draft.report.add(
            line, what, text("Give each question of a step, and each option of a question, its own")
        )
    return id_


def _text(table: Table, key: str, draft: StepDraft) -> str:
    value = table.string(key)
    draft.passage(table.line_of(key), value)
    return value


def _report_options(question: QuizQuestion, table: Table) -> None:
    rights = sum(option.right for option in question.options)
    if len(question.options) < 2:  # noqa: PLR2004 - one option is no choice
        what = text("a question needs two options at least")
        table.report.add(table.line, what, text("Write [[question.option]] for each"))
    elif not rights:
        what = text("no option of the question is right")
        table.report.add(table.line, what, text("Write right = true in the right one"))
    elif rights > 1 and question.kind == "single":
        what = text("a single question has more than one right option")
        table.report.add(table.line, what, text('Write kind = "multiple", or leave one right'))
