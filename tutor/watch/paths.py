"""Which folders to watch so that no change of the wanted paths goes unseen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from tutor.dataclass import dataclass, field
from tutor.watch.topics import Topic

#: Every name in the folder.
ALL = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to watch.

    ``folders``: for each, by the name in it that changes (:data:`ALL` for any), the topics touched.
    """

    folders: Mapping[str, Mapping[str, frozenset[Topic]]] = field(default_factory=dict)

    def touched(self, folder: str, name: str) -> frozenset[Topic]:
        """The topics that a change of ``name`` in ``folder`` touches; ALL: the folder itself came or went."""
        names = self.folders.get(folder, {})
        if name == ALL:
            return frozenset().union(*names.values())
        return names.get(name, frozenset()) | names.get(ALL, frozenset())


def plan(
    topics: Iterable[Topic],
    is_folder: Callable[[str], bool],
    resolve: Callable[[str], str] = os.path.realpath,
) -> Plan:
    """The plan for topics of the kinds ``path`` and ``folder``; the others need none.

    A path is watched in its folder, and where that is not there yet, in the nearest one above that is. Where
    a link leads elsewhere, there too.

    :param is_folder: whether an absolute path is a folder now.
    :param resolve: follows links.
    """
    folders: dict[str, dict[str, set[Topic]]] = {}
    for topic in topics:
        kind, path = topic
        if kind not in ("path", "folder") or "\0" in path:
            continue
        for place in dict.fromkeys((path, resolve(path))):
            if kind == "folder" and is_folder(place):
                folders.setdefault(place, {}).setdefault(ALL, set()).add(topic)
            above, name = _nearest(place, is_folder)
            if name:
                folders.setdefault(above, {}).setdefault(name, set()).add(topic)
    return Plan(
        {above: {name: frozenset(found) for name, found in names.items()} for above, names in folders.items()}
    )


def _nearest(path: str, is_folder: Callable[[str], bool]) -> tuple[str, str]:
    """The nearest folder above a path, and the name in it on the way to the path."""
    above, name = os.path.split(path)
    while name and not is_folder(above):
        above, name = os.path.split(above)
    return above, name
