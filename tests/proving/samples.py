"""A course of two lessons, and what its machines saw: everything as it should be."""

from __future__ import annotations

from dataclasses import replace

from tutor.course.records import CheckSpec, Course, Lesson, Option, QuizQuestion, Step
from tutor.course.states import LessonStates, Machines, NoRun, State, Surroundings
from tutor.proving.records import Replay, Seen, StateResult, Verdicts

QUESTION = QuizQuestion("q", "single", "?", (Option("a", "a", True, ""), Option("b", "b", False, "")))
INSTALL = Step(
    "one/install",
    "",
    specs=(CheckSpec("one/install/there", "c"), CheckSpec("one/install/works", "c")),
    quiz=(QUESTION,),
)
USE = Step("two/use", "", specs=(CheckSpec("two/use/done", "c"),), requires=("one/install",))
MORE = Step("two/more", "", specs=(CheckSpec("two/more/done", "c", needs=("two/use/done",)),))
COURSE = Course(
    "c",
    "",
    "1",
    "sha256:0",
    "sv",
    {},
    (Lesson("one", "", "", (INSTALL,)), Lesson("two", "", "", (USE, MORE))),
)
GONE = State("one/install", "gone", "rm x", codes={"there": "missing", "works": "need-failed"})
ELSEWHERE = State("one/install", "elsewhere", "mv x y")
SPOILT = State("two/use", "spoilt", "rm z", codes={"done": "spoilt"}, only=("trixie",))
STATES = {
    "one": LessonStates(
        "one",
        surroundings=(Surroundings("one/install", kept=("there",)),),
        states=(GONE, ELSEWHERE),
        no_runs=(NoRun("one/install", ("works",), "no power here"),),
    ),
    "two": LessonStates("two", states=(SPOILT,)),
}
MACHINES = Machines("bare", "ready")
CHECKS = ("one/install/there", "one/install/works", "one/install/quiz", "two/use/done", "two/more/done")


def verdicts(status: str, **but: str) -> Verdicts:
    """Every check in this status, but for some, which are named by the last part of their id."""
    return {id_: Seen(but.get(id_.split("/")[-1], status)) for id_ in CHECKS}


def done(state: State, **but: bool) -> StateResult:
    """The state as it should be: told, and mended; but for some checks."""
    names = state.codes or {"there": "", "works": "", "quiz": ""}
    told = {f"{state.step}/{name}": but.get(name, True) for name in names}
    mended = {} if state.right else told
    return StateResult(state.step, state.name, state.right, told, mended, dict(state.codes))


IN_ORDER = Replay(
    None,
    1,
    verdicts("fail"),
    verdicts("pass", works="fail"),
    verdicts("pass", works="fail"),
    verdicts("fail", there="pass", quiz="pass"),
)
OF_ONE = Replay(
    "one", 1, verdicts("fail"), verdicts("pass", works="fail"), states=(done(GONE), done(ELSEWHERE))
)
OF_TWO = Replay("two", 1, verdicts("fail"), verdicts("pass"), states=(done(SPOILT),))
REPLAYS = (IN_ORDER, OF_ONE, OF_TWO)


def again(*replays: Replay) -> tuple[Replay, ...]:
    """The same on other machines."""
    return tuple(replace(one, run=2) for one in replays)
