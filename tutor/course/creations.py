"""What a step leaves on the machine: the table ``[creates]`` of its settings, and ``[shares]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tutor.course.draft import StepDraft
from tutor.course.records import Creation, Subject
from tutor.course.toml import Table
from tutor.dataclass import dataclass
from tutor.text import text


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: what it is called in a :class:`Creation`, and the words that say which.

    The last word takes the rest of the text, spaces and all. ``subject`` is what of the machine it is a part
    of: a course that creates it has to say that it uses that.
    """

    name: str
    words: tuple[str, ...]
    subject: Subject | None = None


#: By the key in the lesson.
KINDS: Mapping[str, Kind] = {
    "domains": Kind("domain", ("NAME",), "libvirt"),
    "snapshots": Kind("snapshot", ("DOMAIN", "NAME"), "libvirt"),
    "networks": Kind("network", ("NAME",), "libvirt"),
    "host_entries": Kind("host-entry", ("NETWORK", "ADDRESS", "DOMAIN"), "libvirt"),
    "started": Kind("started", ("NETWORK",), "libvirt"),
    "pools": Kind("pool", ("NAME",), "libvirt"),
    "files": Kind("file", ("PATH",)),
    "folders": Kind("folder", ("PATH",)),
    "lines": Kind("line", ("FILE", "BEGINNING")),
    "tables": Kind("table", ("FAMILY", "NAME"), "firewall"),
    "rules": Kind("rule", ("PROGRAM", "RULE"), "firewall"),
    "packages": Kind("package", ("NAME",)),
    "groups": Kind("group", ("NAME",)),
}


def read_creations(settings: Table, draft: StepDraft) -> tuple[Creation, ...]:
    """What the tables ``[creates]`` and ``[shares]`` of a step's settings name."""
    tables = [(settings.table(name), name == "shares") for name in ("creates", "shares")]
    return tuple(found for table, shared in tables for found in _read(table, draft, shared=shared))


def _read(table: Table, draft: StepDraft, *, shared: bool) -> Iterator[Creation]:
    for key, kind in KINDS.items():
        for value in table.strings(key):
            draft.passages_of(value, table.line_of(key))
            # Split before variables are filled in: a name may hold spaces.
            words = value.split(maxsplit=len(kind.words) - 1)
            if len(words) == len(kind.words):
                yield Creation(kind.name, tuple(words), shared)
            else:
                mend = text('Write "{words}"', words=" ".join(kind.words))
                draft.report.add(
                    table.line_of(key), text("{key} cannot be {value}", key=key, value=value), mend
                )
    table.nothing_more()
