"""Changes of files, as the kernel tells of them (inotify(7)), and a glance where it may not."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable

from asyncinotify import Event, Inotify, Mask, Watch

from tutor.watch.paths import ALL, Plan, plan
from tutor.watch.topics import Topic

#: Not MODIFY: what a file says counts once it is closed, and a guest writes to its image all the time.
_CHANGES = (
    Mask.CLOSE_WRITE
    | Mask.CREATE
    | Mask.DELETE
    | Mask.MOVED_FROM
    | Mask.MOVED_TO
    | Mask.ATTRIB
    | Mask.DELETE_SELF
    | Mask.MOVE_SELF
    | Mask.ONLYDIR
)
_GONE = Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.IGNORED | Mask.UNMOUNT

#: What stat says of a path, or why it says nothing.
Glance = tuple[int, ...]
_HIDDEN = (errno.EACCES,)


class Files:
    """Watches the folders of the paths that matter, and glances at those that it may not watch."""

    def __init__(self) -> None:
        self._inotify: Inotify | None = None
        with contextlib.suppress(OSError):  # the user's instances are used up: glances, then
            self._inotify = Inotify(sync_timeout=0)
        self._watches: dict[str, Watch] = {}
        self._topics: frozenset[Topic] = frozenset()
        self._plan = Plan()
        self._glances: dict[Topic, Glance] = {}

    def fileno(self) -> int:
        """The descriptor that is readable when there is something to tell; -1 without one."""
        return self._inotify.fd if self._inotify is not None else -1

    def watch(self, topics: Iterable[Topic]) -> None:
        """Watch for these from now on."""
        wanted = frozenset(topic for topic in topics if topic[0] in ("path", "folder"))
        if wanted != self._topics:
            self._topics = wanted
            self._arrange()

    def changed(self) -> frozenset[Topic]:
        """The topics touched since the last call."""
        found: set[Topic] = set()
        rearrange = False
        if self._inotify is not None:
            for event in self._inotify:
                found |= self._touched_by(event)
                rearrange = rearrange or bool(event.mask & (_GONE | Mask.ISDIR)) or self._is_link(event)
        if rearrange:
            self._arrange()
        return frozenset(found)

    def glance(self) -> frozenset[Topic]:
        """The topics of paths that cannot be watched, and that look different from the last time."""
        now = {topic: _glance(topic[1]) for topic in self._glances}
        found = frozenset(topic for topic, seen in self._glances.items() if now[topic] != seen)
        self._glances = now
        return found

    @property
    def unseen(self) -> frozenset[Topic]:
        """The topics of paths that this user can neither watch nor look at."""
        return frozenset(topic for topic, seen in self._glances.items() if seen == _HIDDEN)

    def close(self) -> None:
        """Stop watching."""
        if self._inotify is not None:
            self._inotify.close()

    def _touched_by(self, event: Event) -> frozenset[Topic]:
        if event.mask & Mask.Q_OVERFLOW:
            return self._topics
        if event.watch is None:
            return frozenset()
        name = ALL if event.name is None or event.mask & _GONE else os.fspath(event.name)
        if name == ALL and not event.mask & _GONE:
            return frozenset()  # the folder's own permissions: only what is in it counts
        return self._plan.touched(os.fspath(event.watch.path), name)

    def _is_link(self, event: Event) -> bool:
        """Whether something has come that may lead elsewhere."""
        made = bool(event.mask & (Mask.CREATE | Mask.MOVED_TO))
        return made and event.path is not None and os.path.islink(event.path)

    def _arrange(self) -> None:
        """Plan anew, and watch what is planned: folders come and go."""
        self._plan = plan(self._topics, os.path.isdir)
        for folder in self._watches.keys() - self._plan.folders.keys():
            watch = self._watches.pop(folder)
            with contextlib.suppress(OSError):  # gone with its folder
                if self._inotify is not None:
                    self._inotify.rm_watch(watch)
        blind: set[Topic] = set()
        for folder, names in self._plan.folders.items():
            if not self._watch_folder(folder):
                blind.update(*names.values())
        self._glances = {topic: self._glances.get(topic) or _glance(topic[1]) for topic in blind}

    def _watch_folder(self, folder: str) -> bool:
        if self._inotify is None:
            return False
        try:
            # Again also where it is watched: another folder may have taken its place.
            self._watches[folder] = self._inotify.add_watch(folder, _CHANGES)
        except OSError:
            self._watches.pop(folder, None)
            return False
        return True


def _glance(path: str) -> Glance:
    try:
        status = os.stat(path)
    except OSError as error:
        return (error.errno or 0,)
    return (
        status.st_dev,
        status.st_ino,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_size,
        status.st_mode,
    )
