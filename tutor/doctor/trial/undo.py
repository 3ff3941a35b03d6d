"""Remove what bears our mark, and nothing else: after trying, and what an earlier run left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tutor.doctor.trial import marks
from tutor.doctor.trial.stages import Tell, failed

#: Codes of virErrorNumber: no such domain, network, pool or volume; not active any more.
_GONE = {42, 43, 49, 50, 55}


class Undoing:
    """Of one user's guest, network, volume and pool.

    ``removed`` are those it found and removed, ``foreign`` those that have our name, but not our mark.
    """

    def __init__(self, handle: Any, uid: int, error: type[Exception], tell: Tell) -> None:
        self._handle = handle
        self._uid = uid
        self._error: Any = error
        self._tell = tell
        self.removed: list[str] = []
        self.foreign: list[str] = []

    def run(self) -> None:
        """The guest first: it uses the others. What is not there is undone."""
        name = marks.name(self._uid)
        self._guarded("guest", lambda: self._remove("guest", self._handle.lookupByName(name)))
        self._guarded("network", lambda: self._remove("network", self._handle.networkLookupByName(name)))
        self._guarded("volume", self._volumes)
        self._guarded("volume", lambda: self._remove("pool", self._handle.storagePoolLookupByName(name)))

    def _remove(self, kind: str, found: Any) -> None:
        """Destroying ends it: what we make is never defined to stay."""
        label = f"{kind} {found.name()}"
        if found.UUIDString() != marks.mark(kind, self._uid) or found.isPersistent():
            self.foreign.append(label)
            return
        found.destroy()
        self.removed.append(label)

    def _volumes(self) -> None:
        for pool in self._active_pools():
            for name in set(pool.listVolumes()) & {marks.volume(self._uid)}:
                pool.storageVolLookupByName(name).delete(0)
                self.removed.append(f"volume {name}")

    def _active_pools(self) -> Iterator[Any]:
        return (pool for pool in self._handle.listAllStoragePools(0) if pool.isActive())

    def _guarded(self, stage: str, action: Callable[[], None]) -> None:
        """One that cannot be removed is told, and the others are removed all the same."""
        try:
            action()
        except self._error as error:
            if error.get_error_code() not in _GONE:
                self._tell(stage, failed("undo", error))
