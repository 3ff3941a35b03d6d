"""A translation joined onto the source: human text by id, everything else from the source.

Blocks have no ids, so a translated step has the source's blocks in the source's order: those with
commands and files empty, illustrations either empty or redrawn. Between them stands its own prose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor.course.draft import LessonSource
from tutor.course.findings import Finding
from tutor.course.records import Block, Lesson, Option, QuizQuestion, Step
from tutor.dataclass import replace
from tutor.text import Text, text


def translated(source: Lesson, other: Lesson) -> Lesson:
    """The lesson in the other language; where that lacks something, the source shows through."""
    steps = {step.id: step for step in other.steps}
    return replace(
        source,
        title=other.title or source.title,
        intro=other.intro or source.intro,
        steps=tuple(_step(step, steps[step.id]) if step.id in steps else step for step in source.steps),
    )


def mismatches(source: LessonSource, other: LessonSource) -> Iterator[Finding]:
    """Where the two do not have the same parts."""
    yield from _missing_and_more(
        [step.id for step in source.lesson.steps],
        {step.id: step.line for step in other.lesson.steps},
        other,
        1,
    )
    if bool(source.lesson.intro) != bool(other.lesson.intro):
        what = text("only one of source and translation has an introduction")
        yield Finding(other.file, 1, what, text("Translate it, or take it away"))
    steps = {step.id: step for step in source.lesson.steps}
    for step in other.lesson.steps:
        if step.id in steps:
            yield from _step_mismatches(steps[step.id], step, other)


def _step(source: Step, other: Step) -> Step:
    return replace(
        source,
        title=other.title or source.title,
        blocks=tuple(_blocks(source.blocks, other.blocks)),
        quiz=tuple(_quiz(source.quiz, other.quiz)),
        hints=other.hints if len(other.hints) == len(source.hints) else source.hints,
    )


def _blocks(source: tuple[Block, ...], other: tuple[Block, ...]) -> Iterable[Block]:
    """The translation's prose around the source's blocks; the source alone where they do not match."""
    if _anchors(source) != _anchors(other):
        return source
    originals = iter([block for block in source if block.kind != "prose"])
    return [block if block.kind == "prose" else _block(next(originals), block) for block in other]


def _block(source: Block, other: Block) -> Block:
    if source.kind == "example":
        return replace(source, text=other.text) if other.text.strip() else source
    # The reason of a no-run block is human text; a file's name is not.
    return replace(source, detail=other.detail) if source.kind == "no-run" else source


def _anchors(blocks: Iterable[Block]) -> list[tuple[str, str]]:
    return [(block.kind, block.language) for block in blocks if block.kind != "prose"]


def _quiz(source: Iterable[QuizQuestion], other: Iterable[QuizQuestion]) -> Iterator[QuizQuestion]:
    questions = {question.id: question for question in other}
    for question in source:
        theirs = questions.get(question.id)
        if theirs is None:
            yield question
        else:
            options = tuple(_options(question.options, theirs.options))
            yield replace(question, text=theirs.text or question.text, options=options)


def _options(source: Iterable[Option], other: Iterable[Option]) -> Iterator[Option]:
    options = {option.id: option for option in other}
    for option in source:
        theirs = options.get(option.id, option)
        yield replace(option, text=theirs.text or option.text, why=theirs.why or option.why)


def _step_mismatches(source: Step, other: Step, file: LessonSource) -> Iterator[Finding]:
    if _anchors(source.blocks) != _anchors(other.blocks):
        what = text(
            "the blocks of the step are not those of the source: {source}", source=_outline(source.blocks)
        )
        mend = text("Repeat each info string of the source, in its order, with nothing inside")
        yield Finding(file.file, other.line, what, mend)
    elif _prose_places(source.blocks) != _prose_places(other.blocks):
        what = text("prose is missing, or stands elsewhere than in the source")
        yield Finding(file.file, other.line, what, text("Translate the prose between each two blocks"))
    if len(source.hints) != len(other.hints):
        what = text("the source has {count} hints here", count=len(source.hints))
        yield Finding(file.file, other.line, what, text("Translate each"))
    yield from _quiz_mismatches(source, other, file)


def _quiz_mismatches(source: Step, other: Step, file: LessonSource) -> Iterator[Finding]:
    quiz = f"{source.id}/quiz"
    theirs = {f"{quiz}/{question.id}": question for question in other.quiz}
    ours = {f"{quiz}/{question.id}": question for question in source.quiz}
    start = file.lines.get(quiz, other.line)
    yield from _missing_and_more(ours, {id_: file.lines.get(id_, start) for id_ in theirs}, file, start)
    for id_ in ours.keys() & theirs.keys():
        line = file.lines.get(id_, start)
        options = [f"{id_}/{option.id}" for option in theirs[id_].options]
        yield from _missing_and_more(
            [f"{id_}/{option.id}" for option in ours[id_].options],
            {option: file.lines.get(option, line) for option in options},
            file,
            line,
        )


def _missing_and_more(
    wanted: Iterable[str], found: dict[str, int], file: LessonSource, line: int
) -> Iterator[Finding]:
    wanted = list(wanted)
    for id_ in wanted:
        if id_ not in found:
            what = text("{id} of the source is not translated", id=id_)
            yield Finding(file.file, line, what, text("Add it, with the same id"))
    for id_, place in found.items():
        if id_ not in wanted:
            what = text("{id} does not exist in the source", id=id_)
            yield Finding(file.file, place, what, text("Use the source's id, or take it away"))


def _outline(blocks: Iterable[Block]) -> Text | str:
    names = [f"{language} {kind}".strip() for kind, language in _anchors(blocks)]
    return ", ".join(names) or text("none")


def _prose_places(blocks: Iterable[Block]) -> list[bool]:
    return [block.kind == "prose" for block in blocks]
