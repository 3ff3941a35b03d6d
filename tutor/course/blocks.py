"""The kinds of fenced blocks: what each adds to its step.

A new kind is a function ``(fence, draft) -> None`` and a row of :data:`KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.course.creations import read_creations
from tutor.course.draft import StepDraft
from tutor.course.findings import Report, nearest
from tutor.course.markdown import Fence
from tutor.course.quiz import read_quiz
from tutor.course.records import Block, BlockKind
from tutor.course.specs import read_specs
from tutor.course.toml import Table, read_toml
from tutor.dataclass import dataclass
from tutor.text import Text, text

#: Languages of commands: such a block must say whether it can be run.
_SHELLS = frozenset({"bash", "sh", "console", "shell", "zsh"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A role of a block: which function reads it, in which language, and what must follow the role."""

    read: Callable[[Fence, StepDraft], None]
    language: str = ""
    detail: Text | None = None


def _run(fence: Fence, draft: StepDraft) -> None:
    _verbatim("run", fence, draft)


def _no_run(fence: Fence, draft: StepDraft) -> None:
    _verbatim("no-run", fence, draft)
    draft.passage(fence.line, fence.detail)


def _file(fence: Fence, draft: StepDraft) -> None:
    if not fence.detail.startswith(("~/", "/", "${")):
        draft.report.add(
            fence.line,
            text("the student cannot know in which folder to save {path}", path=fence.detail),
            text("Begin the path with ~/ or /"),
        )
    _verbatim("file", fence, draft)
    draft.passage(fence.line, fence.detail, markdown=False)


def _example(fence: Fence, draft: StepDraft) -> None:
    draft.blocks.append(Block("example", fence.content, fence.line, fence.language))


def _settings(fence: Fence, draft: StepDraft) -> None:
    table = _toml(fence, draft)
    if table is not None:
        draft.settings["optional"] = table.boolean("optional", default=False)
        draft.settings["points"] = table.whole("points", default=1)
        draft.settings["creates"] = read_creations(table, draft)
        draft.settings["requires"] = table.strings("requires")
        draft.lines[f"{draft.id}:requires"] = table.line_of("requires")
        table.nothing_more()


def _checks(fence: Fence, draft: StepDraft) -> None:
    table = _toml(fence, draft)
    if table is not None:
        read_specs(table, draft)


def _quiz(fence: Fence, draft: StepDraft) -> None:
    draft.lines.setdefault(draft.quiz_id, fence.line)
    table = read_toml(fence.content, draft.report, fence.line + 1)
    if table is not None:
        read_quiz(table, draft)


KINDS: Mapping[str, Kind] = {
    "run": Kind(_run, "bash"),
    "no-run": Kind(_no_run, "bash", text("why it cannot be replayed")),
    "file": Kind(_file, "", text("under which name the student saves it")),
    "step": Kind(_settings, "toml"),
    "checks": Kind(_checks, "toml"),
    "quiz": Kind(_quiz, "toml"),
    "": Kind(_example),
}


def read_block(fence: Fence, draft: StepDraft) -> None:
    """Add a fenced block to its step, by its role."""
    report_faults(fence, draft.report)
    kind = KINDS.get(fence.role)
    if kind is not None:
        kind.read(fence, draft)


def report_faults(fence: Fence, report: Report) -> None:
    """What is wrong with the block's fences and info string, wherever it stands."""
    if not fence.closed:
        report.add(
            fence.line, text("the block is never closed"), text("End it with a line of the same fence")
        )
    if not fence.role and fence.language in _SHELLS:
        mend = text("Write `bash run`, or `bash no-run` and the reason")
        report.add(fence.line, text("a command block without role"), mend)
    if fence.role not in KINDS:
        near = nearest(fence.role, KINDS, 1) or ["run"]
        mend = text("Write {near}, if that is meant; a mere illustration has the language only", near=near[0])
        report.add(fence.line, text("no block has the role {role}", role=fence.role), mend)
        return
    _report_info(fence, KINDS[fence.role], report)


def _report_info(fence: Fence, kind: Kind, report: Report) -> None:
    if kind.language not in ("", fence.language):
        values = {"language": kind.language, "role": fence.role}
        what = text("a {role} block is written in {language}", **values)
        report.add(fence.line, what, text("Write `{language} {role}`", **values))
    if kind.detail is not None and not fence.detail:
        what = text("the {role} block does not say {detail}", role=fence.role, detail=kind.detail)
        report.add(fence.line, what, text("Write it after the role, on the same line"))
    if kind.detail is None and fence.detail:
        what = text("nothing may follow the role {role}: {detail}", role=fence.role, detail=fence.detail)
        report.add(fence.line, what, text("Take it away"))


def _verbatim(kind: BlockKind, fence: Fence, draft: StepDraft) -> None:
    """A block whose content is the source language's; in a translation it only marks the place."""
    if draft.translated and fence.content.strip():
        what = text("a translation carries no commands and no files of its own")
        draft.report.add(fence.line, what, text("Leave the block empty: it marks the place of the source's"))
    if not draft.translated and not fence.content.strip():
        draft.report.add(fence.line, text("the block is empty"), text("Write its content, or take it away"))
    draft.blocks.append(Block(kind, fence.content, fence.line, fence.language, fence.detail))
    draft.passage(fence.line + 1, fence.content, markdown=False)


def _toml(fence: Fence, draft: StepDraft) -> Table | None:
    """The content of a block that only the source may have."""
    if draft.translated:
        what = text("a translation carries no {role} block", role=fence.role)
        draft.report.add(fence.line, what, text("Take it away: the source's holds for all languages"))
        return None
    return read_toml(fence.content, draft.report, fence.line + 1)
