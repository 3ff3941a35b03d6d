"""Run a step's commands for the student: shown first, asked for, live, and not past the first failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.actions.effects import Effect, effect
from tutor.actions.saving import Place, look, save
from tutor.actions.scripts import INTERRUPTED, Ending, run_script
from tutor.commands.learn.scene import Scene
from tutor.course.fill import fill
from tutor.course.records import Block, Step
from tutor.errors import UserError
from tutor.host.machine import Machine
from tutor.host.new_shell import new_terminal
from tutor.host.question import Unobservable
from tutor.output.page import Page
from tutor.output.verbatim import command_lines, file_lines, verbatim_lines
from tutor.text import Text, text

#: What this can do something with.
_DONE_HERE = ("run", "file")
_ALL, _ONE, _NOTHING = "all", "one", "nothing"


def has_commands(step: Step) -> bool:
    """Whether there is anything to run or to save."""
    return any(block.kind in _DONE_HERE for block in step.blocks)


def run_step(scene: Scene, step: Step) -> bool:
    """Show what will happen, ask, and do it block by block.

    :returns: whether anything was done, so that it is worth checking.
    :raises Back: when the student leaves a question.
    """
    blocks = [
        fill(block, scene.session.values) for block in step.blocks if block.kind in (*_DONE_HERE, "no-run")
    ]
    count = sum(block.kind in _DONE_HERE for block in blocks)
    _show(scene, blocks, count)
    how = _ask_how(scene, count)
    if how == _NOTHING:
        return False
    return _do(scene, [block for block in blocks if block.kind in _DONE_HERE], each=how == _ONE)


def _show(scene: Scene, blocks: Sequence[Block], count: int) -> None:
    """Everything that will run or be written, exactly, with its number and what it does."""
    page = scene.page()
    page.line(page.say(text("This is what will be done, in this order:")), role="heading")
    number = 0
    for block in blocks:
        page.gap()
        number += block.kind in _DONE_HERE
        _write_block(page, block, text("{number} of {count}", number=number, count=count))
    scene.read(page.document())


def _write_block(page: Page, block: Block, number: Text) -> None:
    if block.kind == "no-run":
        page.line(page.say(text("Left to you: {reason}", reason=block.detail)), role="quiet")
        page.verbatim(command_lines(block.text, page.style))
    elif block.kind == "file":
        page.line(
            page.say(text("{number}, saves the file {path}", number=number, path=block.detail)), role="wait"
        )
        page.verbatim(file_lines(block.text, page.style))
    else:
        does = effect(block.text)
        page.line(
            page.say(text("{number}, {effect}", number=number, effect=_effect(does))),
            role="wait" if does.changes or does.sudo else "quiet",
        )
        page.verbatim(command_lines(block.text, page.style))


def _effect(found: Effect) -> Text:
    if found.changes:
        return text("changes the machine, with sudo") if found.sudo else text("changes the machine")
    return text("only looks, with sudo") if found.sudo else text("only looks")


def _ask_how(scene: Scene, count: int) -> str:
    choices = [(_ALL, text("Yes, all of it")), (_ONE, text("One at a time")), (_NOTHING, text("No"))]
    if count == 1:
        choices = [(_ALL, text("Yes")), (_NOTHING, text("No"))]
    return scene.choose(text("Do this for you?"), choices)


def _do(scene: Scene, blocks: Sequence[Block], *, each: bool) -> bool:
    environ = _environment(scene)
    did = False
    for number, block in enumerate(blocks, 1):
        position = text("{number} of {count}", number=number, count=len(blocks))
        if each and not _wanted(scene, block, position):
            continue
        did = True
        done = _save(scene, block) if block.kind == "file" else _run(scene, block, position, environ)
        if not done:
            _tell_rest(scene, len(blocks) - number)
            return True
    return did


def _wanted(scene: Scene, block: Block, position: Text) -> bool:
    page = scene.page()
    _write_block(page, block, position)
    scene.show(page)
    return scene.choose(text("This one?"), [("yes", text("Yes")), ("no", text("No, leave it out"))]) == "yes"


def _run(scene: Scene, block: Block, position: Text, environ: Mapping[str, str]) -> bool:
    """Run a block; whether all of it went well."""
    page = scene.page()
    page.line(page.say(text("{number}, runs now:", number=position)), role="quiet")
    page.verbatim(command_lines(block.text, page.style))
    scene.show(page)
    scene.session.out.write("\n")
    scene.session.out.flush()
    ending = run_script(block.text, environ)
    if ending.code:
        _tell_failure(scene, ending)
    return not ending.code


def _tell_failure(scene: Scene, ending: Ending) -> None:
    page = scene.page()
    if ending.code == INTERRUPTED:
        page.line(page.say(text("You stopped it.")), role="wait")
    elif ending.command is None:
        page.line(page.say(text("It failed, with the exit code {code}.", code=ending.code)), role="bad")
    else:
        page.line(page.say(text("This failed, with the exit code {code}:", code=ending.code)), role="bad")
        page.verbatim(command_lines(ending.command, page.style))
    scene.show(page)


def _tell_rest(scene: Scene, left: int) -> None:
    if left:
        scene.say(text("What came after it was not done: {count} of the parts above.", count=left))


def _save(scene: Scene, block: Block) -> bool:
    """Save a file, unless the student keeps another one; False where it cannot be saved."""
    path = Machine().expand(block.detail)
    try:
        place = look(path, block.text)
        if place.found == "same":
            scene.say(text("{path} is there already, just as it should be.", path=block.detail))
            return True
        if place.found == "other" and not _may_replace(scene, block, place):
            scene.say(text("{path} is left as it is.", path=block.detail))
            return True
        kept = save(path, block.text)
    except UserError as error:
        scene.say(error.what, *([error.tip] if error.tip else []), role="bad")
        return False
    said = text("Saved: {path}", path=block.detail)
    scene.say(said, *([text("The one that was there is kept as {kept}", kept=kept)] if kept else []))
    return True


def _may_replace(scene: Scene, block: Block, place: Place) -> bool:
    page = scene.page()
    page.line(
        page.say(
            text("There is another {path} already: yours with -, the lesson's with +", path=block.detail)
        ),
        role="wait",
    )
    page.gap()
    page.verbatim(verbatim_lines("\n".join(place.difference), page.style, page.style.width))
    scene.read(page.document())
    choices = [("no", text("No, keep mine")), ("yes", text("Yes, and keep mine under another name"))]
    return scene.choose(text("Replace it?"), choices) == "yes"


def _environment(scene: Scene) -> Mapping[str, str]:
    """That of a new terminal; of this one, where no new shell will start."""
    machine = Machine()
    try:
        return new_terminal(machine)
    except Unobservable as failure:
        scene.say(
            text("A new terminal's settings are not known: {reason}", reason=failure.message), role="doubt"
        )
        return machine.environ
