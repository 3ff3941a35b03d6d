"""What the walk says: a step, a look at it, help with it, what turned red, and the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tutor.commands.learn.looks import Look
from tutor.commands.learn.scene import Scene
from tutor.commands.session import Session
from tutor.commands.show import sentences
from tutor.course.records import Step
from tutor.errors import UserError
from tutor.grading.verdict import Status, StepResult
from tutor.guide.ladder import NOT_IN_SESSION, Rung, fixes, only_a_login_is_missing
from tutor.guide.way import Left
from tutor.journal.errors import JournalError
from tutor.output.cells import pad
from tutor.output.details import NOTE, STATUS_WORDS
from tutor.output.errors import render_error
from tutor.output.lesson import render_lesson_step
from tutor.output.marks import marked
from tutor.output.page import Page
from tutor.output.text import render_step
from tutor.output.walk import write_hints, write_left, write_look, write_sum, write_turned
from tutor.text import Text, text

_RUNGS = {
    "look": text("Look at this first:"),
    "machine": text("What this machine shows:"),
    "command": text("What puts it right:"),
}


def tell_surroundings(scene: Scene, look: Look, *, also: Sequence[Text]) -> None:
    """Notices about the run itself, others, and what has turned red since the last look."""
    page = scene.page()
    for notice in (*look.notices, *also):
        page.field(NOTE, page.say(notice))
    write_turned(page, look.turned)
    scene.show(page)


def tell_turned(scene: Scene, look: Look) -> None:
    """What has turned red since the last look; mostly nothing."""
    page = scene.page()
    write_turned(page, look.turned)
    scene.show(page)


def tell_error(scene: Scene, error: UserError) -> None:
    """What the student can mend."""
    page = scene.page()
    scene.print(render_error(error, page.translate, page.style))


def show_step(scene: Scene, step: Step, result: StepResult | None) -> None:
    """The step to read, with how far it is and how it stands."""
    session = scene.session
    course = session.course
    scene.page()
    lesson = next(lesson for lesson in course.lessons if lesson.id == step.lesson_id)
    document = render_lesson_step(
        lesson,
        step,
        session.translate,
        session.style,
        checked=list(sentences(course, step, session.values)),
        values=session.values,
        guided=True,
    )
    scene.read(document)
    ids = [each.id for each in course.steps]
    where = text("Step {number} of {count}.", number=ids.index(step.id) + 1, count=len(ids))
    if result is not None and result.status is Status.PASS:
        scene.state(Status.PASS, text("This step is done."))
    else:
        scene.say(where, role="quiet")


def tell_missing(scene: Scene, missing: Sequence[Step]) -> None:
    """The steps that this one builds on and that are not done."""
    if missing:
        steps = ", ".join(step.id for step in missing)
        scene.say(text("This step builds on what is not done yet: {steps}", steps=steps), role="wait")


def tell_done(scene: Scene, step: Step) -> None:
    """A step has come to its end."""
    scene.state(Status.PASS, text("{step} is done.", step=step.id))


def tell_look(scene: Scene, result: StepResult) -> None:
    """Each check's verdict, and the sentence on what follows from them."""
    page = scene.page()
    write_look(page, result)
    scene.show(page)
    if result.status is Status.PASS:
        tell_done(scene, result.step)
    elif result.status is Status.SKIP:
        scene.state(Status.SKIP, text("This step does not apply to this machine. Go on."))
    elif result.status is Status.UNKNOWN:
        scene.say(
            text(
                "This could not be looked at. That is the tutor's trouble or the machine's, not your mistake."
            ),
            text("Mend what the reason names and check again, or go on: nothing is held against you."),
            role="doubt",
        )
    elif only_a_login_is_missing(result):
        scene.say(
            text(
                "Only a new login is missing. Log out of the whole session, in again, and run `tutor learn`:"
            ),
            text("it goes on here, and sees by itself that this is done."),
            role="wait",
        )
    else:
        scene.say(text("Not there yet. Ask for a hint, or for what is wrong here."), role="quiet")


def show_rung(scene: Scene, step: Step, rung: Rung, result: StepResult | None) -> None:
    """One rung of the ladder of hints."""
    page = scene.page()
    page.line(page.say(_RUNGS[rung.kind]), role="heading")
    if rung.kind == "machine" and result is not None:
        write_look(page, result)
    write_hints(page, step, rung.hints, scene.session.values)
    if rung.kind == "command":
        commands = fixes(result)
        if commands:
            page.gap()
            page.commands(commands, level=1)
    scene.read(page.document())


def show_wrong(scene: Scene, result: StepResult) -> None:
    """Everything that there is to say about the step's checks."""
    scene.page()
    scene.read(render_step(result, scene.session.translate, scene.session.style))


def tell_skipped(scene: Scene, step: Step, reason: str | None) -> None:
    """The step was passed by earlier, for that reason."""
    if reason is not None:
        scene.say(text("{step}, skipped by you: {reason}", step=step.id, reason=reason), role="quiet")


def choose_step(scene: Scene, steps: Sequence[tuple[Step, Status | None, str | None]], here: Step) -> Step:
    """One of all steps; the present one is offered first.

    :param steps: each with how it stands, and why it was skipped.
    :raises Back: when the student leaves the list.
    """
    page = scene.page()
    choices = [(step.id, _entry(page, step, status, reason)) for step, status, reason in steps]
    found = scene.choose(text("Which step?"), choices, start=here.id)
    return next(step for step, *_ in steps if step.id == found)


def show_end(scene: Scene, statuses: Mapping[str, Status], remaining: Sequence[Left]) -> None:
    """What has become of the course."""
    page = scene.page()
    page.heading(page.say(text("The end of the course")))
    page.gap()
    write_sum(page, scene.session.course, statuses)
    if remaining:
        page.gap()
        page.line(page.say(text("What is left:")))
        for each in remaining:
            write_left(page, each.step, each.status, each.reason)
    else:
        page.gap()
        page.line(page.say(text("Everything that was asked for is in place.")), role="good")
    scene.show(page)


def after_the_end(remaining: Sequence[Left]) -> Iterator[tuple[str, Text]]:
    """The ways on: what is left, or to leave it."""
    yield "quit", text("Quit")
    for each in remaining:
        yield each.step.id, text("Take up {step}: {title}", step=each.step.id, title=each.step.title)


def waited_for_login(session: Session, step: str | None) -> bool:
    """Whether, at its last check, the step only lacked a new login."""
    try:
        last = next((run.data for run in session.journal.checks(session.course.id)), {})
    except JournalError:
        return False
    for each in last.get("steps", ()):
        if isinstance(each, dict) and each.get("id") == step:
            codes = [one.get("code") for one in each.get("checks", ()) if isinstance(one, dict)]
            return NOT_IN_SESSION in codes
    return False


def _entry(page: Page, step: Step, status: Status | None, reason: str | None) -> str:
    """The status first, so that it is in sight where a title is cut off."""
    title = page.say(text("{title} (optional)", title=step.title)) if step.optional else step.title
    if reason is not None:
        how = page.say(text("- skipped by you"))
    else:
        how = marked(page, status) if status is not None else ""
    words = max(
        len(page.say(text("- skipped by you"))), *(len(page.say(word)) + 2 for word in STATUS_WORDS.values())
    )
    return page.style.show(f"{pad(how, words)}  {step.id}  {title}" if how else f"{step.id}  {title}")
