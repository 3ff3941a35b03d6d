"""The walk: from step to step, a menu at each, until the end of the course."""

from __future__ import annotations

from collections.abc import Callable

from tutor.commands.changes import told
from tutor.commands.known import known_changes
from tutor.commands.learn import telling
from tutor.commands.learn.asking import ask, open_questions
from tutor.commands.learn.dialogue import Back, Dialogue
from tutor.commands.learn.looks import Looks
from tutor.commands.learn.menu import Entry, Situation, entries
from tutor.commands.learn.place import Place
from tutor.commands.learn.running import run_step
from tutor.commands.learn.scene import Scene
from tutor.commands.session import Session
from tutor.course.records import Step
from tutor.dataclass import dataclass
from tutor.errors import UserError
from tutor.guide.ladder import ladder
from tutor.guide.way import first_step, is_done, left, missing_before, next_step, step_before
from tutor.text import text

INTERRUPTED = 130


class Leave(Exception):
    """The walk ends here, for now."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


@dataclass(frozen=True, slots=True)
class Go:
    """To another step; to the end of the course where there is none."""

    step: Step | None


Action = Callable[[Step], "Go | None"]


class Walk:
    """One sitting."""

    def __init__(self, session: Session, dialogue: Dialogue) -> None:
        self._session = session
        self._course = session.course
        self._scene = Scene(session, dialogue)
        self._looks = Looks(session)
        self._place = Place(session)
        self._rungs = 0
        self._visited: list[Step] = []
        self._actions: dict[str, Action] = {
            "next": self._go_on,
            "first": self._first,
            "quiz": self._quiz,
            "check": self._check,
            "run": self._run,
            "hint": self._hint,
            "wrong": self._wrong,
            "skip": self._skip,
            "back": self._back,
            "again": self._read,
            "list": self._list,
            "quit": self._quit,
        }

    def begin(self, step: Step | None) -> int:
        """Begin at ``step``, or where the student was.

        :returns: the exit code.
        """
        try:
            go = Go(step) if step is not None and self._look() else self._resumed()
            while True:
                go = self._visit(go.step) if go.step is not None else self._end()
        except (Back, KeyboardInterrupt):
            return self._farewell(INTERRUPTED)
        except Leave as leave:
            return leave.code

    def _look(self) -> bool:
        changes = told(known_changes(self._session))
        telling.tell_surroundings(self._scene, self._looks.look(), also=list(changes))
        return True

    def _resumed(self) -> Go:
        """Where the student was; where that is done by now, the step after it."""
        waited = telling.waited_for_login(self._session, self._place.latest)
        self._look()
        here = next((step for step in self._course.steps if step.id == self._place.latest), None)
        if here is None:
            return Go(first_step(self._course.steps, self._looks.statuses, self._place.skips))
        if not is_done(here, self._looks.statuses):
            self._scene.say(text("Welcome back. You were here:"))
            return Go(here)
        if waited:
            self._scene.say(text("You have logged in anew, and have your new groups."))
        telling.tell_done(self._scene, here)
        return self._next(here)

    # --- at a step

    def _visit(self, step: Step) -> Go:
        """Show a step, and do what the student chooses, until that leads to another one."""
        if step not in self._visited[-1:]:
            self._visited.append(step)
        self._rungs = 0
        self._place.arrive(step)
        self._read(step)
        telling.tell_missing(self._scene, self._missing(step))
        telling.tell_skipped(self._scene, step, self._skipped(step))
        while True:
            self._looks.prepare()
            act = self._actions[self._ask(step)]
            go = self._guarded(act, step)
            if go is not None:
                return go

    def _ask(self, step: Step) -> str:
        try:
            return self._scene.choose(text("{step}: what now?", step=step.id), self._menu(step))
        except Back as back:
            raise Leave(self._farewell(INTERRUPTED if back.interrupted else 0)) from None

    def _guarded(self, act: Action, step: Step) -> Go | None:
        """Ctrl-C in the middle of something leads back to the menu; so does what the student can mend."""
        try:
            return act(step)
        except (Back, KeyboardInterrupt):
            self._session.out.write("\n")
        except UserError as error:
            telling.tell_error(self._scene, error)
        return None

    def _menu(self, step: Step) -> list[Entry]:
        rungs = ladder(step, self._looks.results.get(step.id))
        missing = self._missing(step)
        now = Situation(
            step,
            self._looks.statuses.get(step.id),
            missing[0] if missing else None,
            len(open_questions(self._scene, step)),
            (min(self._rungs + 1, len(rungs)), len(rungs)) if rungs else None,
            self._next(step).step,
            has_before=len(self._visited) > 1 or step_before(self._course, step) is not None,
        )
        return list(entries(now))

    def _missing(self, step: Step) -> tuple[Step, ...]:
        if is_done(step, self._looks.statuses):
            return ()
        return missing_before(self._course, step, self._looks.statuses)

    def _skipped(self, step: Step) -> str | None:
        """The student's reason, where one was given and still counts."""
        return None if is_done(step, self._looks.statuses) else self._place.skips.get(step.id) or None

    def _next(self, here: Step) -> Go:
        passed_by = {*self._place.skips, here.id}
        return Go(
            next_step(self._course, self._looks.statuses, here, passed_by=passed_by, seen=self._place.seen)
        )

    # --- what can be chosen

    def _read(self, step: Step) -> None:
        telling.show_step(self._scene, step, self._looks.results.get(step.id))

    def _check(self, step: Step) -> None:
        look = self._looks.look(step)
        telling.tell_turned(self._scene, look)
        if look.result is not None:
            telling.tell_look(self._scene, look.result)

    def _quiz(self, step: Step) -> None:
        if ask(self._scene, step):
            self._check(step)

    def _run(self, step: Step) -> None:
        if run_step(self._scene, step):
            self._check(step)

    def _hint(self, step: Step) -> None:
        rungs = ladder(step, self._looks.results.get(step.id))
        self._rungs = min(self._rungs + 1, len(rungs))
        telling.show_rung(self._scene, step, rungs[self._rungs - 1], self._looks.results.get(step.id))

    def _wrong(self, step: Step) -> None:
        look = self._looks.look(step)
        telling.tell_turned(self._scene, look)
        if look.result is not None:
            telling.show_wrong(self._scene, look.result)

    def _go_on(self, step: Step) -> Go:
        if not is_done(step, self._looks.statuses):
            self._place.pass_by(step)
        return self._next(step)

    def _skip(self, step: Step) -> Go:
        reason = self._scene.line(text("Why do you skip it?"))
        self._place.pass_by(step, reason)
        self._scene.say(text("Skipped. It counts as not done, and is offered again at the end."))
        return self._next(step)

    def _first(self, step: Step) -> Go:
        return Go(self._missing(step)[0])

    def _back(self, step: Step) -> Go:
        if len(self._visited) > 1:
            self._visited.pop()
            return Go(self._visited[-1])
        return Go(step_before(self._course, step) or step)

    def _list(self, step: Step) -> Go | None:
        steps = [
            (each, self._looks.statuses.get(each.id), self._skipped(each)) for each in self._course.steps
        ]
        return Go(telling.choose_step(self._scene, steps, step))

    def _quit(self, _step: Step) -> Go:
        raise Leave(self._farewell(0))

    # --- the end

    def _end(self) -> Go:
        """What has become of the course, and what is left of it."""
        remaining = left(self._course, self._looks.statuses, self._place.skips)
        telling.show_end(self._scene, self._looks.statuses, remaining)
        if not remaining:
            raise Leave(0)
        try:
            found = self._scene.choose(text("What now?"), list(telling.after_the_end(remaining)))
        except Back as back:
            raise Leave(self._farewell(INTERRUPTED if back.interrupted else 0)) from None
        if found == "quit":
            raise Leave(self._farewell(0))
        return Go(next(each.step for each in remaining if each.step.id == found))

    def _farewell(self, code: int) -> int:
        self._scene.say(text("Your place is kept: `tutor learn` goes on from here."), role="quiet")
        return code
