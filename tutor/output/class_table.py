"""A class on a terminal: the table of students by lessons, and what a teacher has to look at."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.output.cells import cells, pad
from tutor.output.page import Page
from tutor.output.style import Role, Style
from tutor.report.hand_in import HandIn
from tutor.report.records import LessonInfo, Report, Student
from tutor.report.standing import decided
from tutor.text import Text, Translate, text

#: Cells of a student's name at the most, and of a lesson's column at the least.
_NAME, _COLUMN, _SHORT = 26, 5, 4
#: Of a long list, this many are shown on a terminal; the exports have all.
MOST_LISTED = 20
_DONE = ("pass", "skip")


def render_class(report: Report, translate: Translate, style: Style) -> str:
    """The class table, and below it everything that wants a person's eye."""
    page = Page(translate, style)
    page.heading(report.course.title)
    if style.plain:
        write_sentences(page, report)
    else:
        page.verbatim(table(page, report))
    page.gap()
    write_sums(page, report)
    write_undecided(page, report)
    write_suspicions(page, report)
    write_unmatched(page, report)
    write_refused(page, report)
    return page.document()


def table(page: Page, report: Report) -> list[str]:
    """Students by lessons: steps done of those that count, then the points and what else is to be known."""
    style = page.style
    names = {student.key: _fitted(style.show(label(student)), _NAME) for student in report.students}
    width = max(map(cells, names.values()), default=0)
    lessons, columns = report.course.lessons, _columns(page, report, width)
    points = page.say(text("points"))
    head = pad("", width) + "".join(" " + name.rjust(size) for name, size in columns)
    lines = [style.paint(f"{head}  {points}", "heading")]
    for student in report.students:
        row = pad(names[student.key], width)
        for lesson, (_, size) in zip(lessons, columns, strict=True):
            cell, role = _cell(student.hand_in, lesson)
            row += " " + style.paint(cell.rjust(size), role)
        lines.append(f"{row}  {_told(page, report, student)}".rstrip(" "))
    return lines


def _columns(page: Page, report: Report, width: int) -> list[tuple[str, int]]:
    """The lessons' names with the cells for each; cut where the line would be too long."""
    names = [page.style.show(lesson.id) for lesson in report.course.lessons]
    whole = sum(max(_COLUMN, cells(name)) + 1 for name in names)
    if width + whole + len("  100/100  ") > page.style.width:
        names = [name[:_SHORT] for name in names]
    return [(name, max(_COLUMN, cells(name))) for name in names]


def _cell(hand_in: HandIn | None, lesson: LessonInfo) -> tuple[str, Role]:
    """Steps done of those that count; ``?`` where a person has to decide on one."""
    if hand_in is None:
        return "-", "quiet"
    wanted = {step.id for step in lesson.steps if not step.optional and step.checks}
    if not wanted:
        return "", "quiet"
    done = sum(step.status in _DONE for step in hand_in.steps if step.id in wanted)
    doubt = bool(wanted & set(hand_in.undecided))
    role: Role = "doubt" if doubt else "good" if done == len(wanted) else "bad" if not done else "wait"
    return f"{done}/{len(wanted)}{'?' if doubt else ''}", role


def _told(page: Page, report: Report, student: Student) -> str:
    """Points and remarks; what is remarkable is a word."""
    hand_in = student.hand_in
    if hand_in is None:
        return page.style.paint(page.say(without(student)), "wait" if student.earlier else "quiet")
    points = f"{hand_in.points}/{hand_in.max_points}"
    words = " ".join(page.say(word) for word in flags(hand_in, keys=report.keys))
    return points + (" " + page.style.paint(words, "wait") if words else "")


def without(student: Student) -> Text:
    """Why a student has no hand-in that counts."""
    return text("nothing that counts") if student.earlier else text("nothing handed in")


def flags(hand_in: HandIn, *, keys: bool) -> list[Text]:
    """What is to be known of a hand-in, a word each.

    :param keys: whether there are keys of the roster's; without them no key can be the wrong one.
    """
    state = hand_in.signature.state
    found = [
        (bool(hand_in.late), text("late")),
        (bool(hand_in.undecided), text("undecided")),
        (state != "valid" and (keys or state != "other-key"), SIGNATURES[state]),
        (bool(hand_in.differences), text("differs")),
    ]
    return [word for so, word in found if so]


SIGNATURES = {
    "valid": text("signed"),
    "unsigned": text("unsigned"),
    "other-key": text("other key"),
    "invalid": text("changed"),
    "unknown": text("unverified"),
}


def label(student: Student) -> str:
    """How a student is called in lists."""
    return f"{student.name} ({student.key})" if student.name and student.name != student.key else student.key


def write_sentences(page: Page, report: Report) -> None:
    """The table as sentences, for those who hear it."""
    for student in report.students:
        hand_in = student.hand_in
        if hand_in is None:
            page.line(f"{label(student)}: {page.say(without(student))}.")
            continue
        lessons = ", ".join(
            f"{lesson.id} {cell}" for lesson in report.course.lessons if (cell := _cell(hand_in, lesson)[0])
        )
        words = ", ".join(page.say(word) for word in flags(hand_in, keys=report.keys))
        sentence = text(
            "{student}: {points} of {most} points. {lessons}.",
            student=label(student),
            points=hand_in.points,
            most=hand_in.max_points,
            lessons=lessons,
        )
        page.line(page.say(sentence) + (f" {words}." if words else ""))


def write_sums(page: Page, report: Report) -> None:
    """How many there are, and how they did in the middle."""
    from statistics import median

    handed_in = sum(one.hand_in is not None for one in report.students)
    points = [one.points for one in decided(report.students)]
    page.line(
        page.say(
            text(
                "Students: {students}, with a hand-in: {handed_in}",
                students=len(report.students),
                handed_in=handed_in,
            )
        )
    )
    if points:
        middle = f"{median(points):g}"
        page.line(
            page.say(
                text(
                    "Points: half have {middle} or more of {most}",
                    middle=middle,
                    most=report.course.max_points,
                )
            )
        )
    if len(points) < handed_in:
        count = handed_in - len(points)
        page.line(page.say(text("Left out of that, for you to decide: {count}.", count=count)), role="doubt")
    if report.deadline is not None:
        page.line(page.say(text("Deadline: {time}", time=report.deadline)))


def write_undecided(page: Page, report: Report) -> None:
    """What a person has to decide: nobody gets no points for what could not be looked at."""
    if not report.undecided:
        return
    page.heading(page.say(text("For you to decide: what could not be looked at")))
    lines = [f"{one.student}: {one.check}: {one.reason or one.code or ''}" for one in report.undecided]
    write_list(page, lines, role="doubt")


def write_suspicions(page: Page, report: Report, about: str | None = None) -> None:
    """What to look into. A suspicion is none of the tool's verdicts."""
    found = [one for one in report.suspicions if about is None or about in one.students]
    if not found:
        return
    page.heading(page.say(text("Suspicions: to be looked into, and no proof")))
    for one in found[:MOST_LISTED]:
        page.line(f"{', '.join(one.students[:MOST_LISTED])}: {one.sentence}", role="wait")
        for evidence in one.evidence:
            page.line(evidence, level=1)
    _write_more(page, len(found))


def write_unmatched(page: Page, report: Report) -> None:
    """Both ways: on the roster without a hand-in, and with a hand-in but not on the roster."""
    for title, keys in (
        (text("On the roster, without a hand-in that counts"), report.unmatched.without_hand_in),
        (text("Handed in, and not on the roster"), report.unmatched.not_on_roster),
    ):
        if keys:
            page.heading(page.say(title))
            names = {student.key: label(student) for student in report.students}
            write_list(page, [names[key] for key in keys])


def write_refused(page: Page, report: Report) -> None:
    """The files that could not be used, each with its reason."""
    if report.refused:
        page.heading(page.say(text("Files that could not be used")))
        write_list(page, [f"{one.source}: {one.reason}" for one in report.refused], role="bad")
    if report.passed_over:
        page.gap()
        count = text("Other files, which are no hand-ins: {count}", count=report.passed_over)
        page.line(page.say(count), role="quiet")


def write_list(page: Page, lines: Sequence[str], role: Role | None = None) -> None:
    """Lines, as far as a terminal is read."""
    for line in lines[:MOST_LISTED]:
        page.line(line, role=role)
    _write_more(page, len(lines))


def _write_more(page: Page, count: int) -> None:
    if count > MOST_LISTED:
        more = text("... and {count} more: --format json has them all", count=count - MOST_LISTED)
        page.line(page.say(more), role="quiet")


def _fitted(shown: str, width: int) -> str:
    if cells(shown) <= width:
        return shown
    while cells(shown) > width - 1:
        shown = shown[:-1]
    return shown + "~"
