"""What is tried in the system mode, one stage after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.doctor.trial import marks, xml
from tutor.doctor.trial.outcome import Stage
from tutor.doctor.trial.plan import Plan
from tutor.host.xml import parse

#: Flags of virDomainCreateXML: paused, and destroyed by libvirt itself when our connection ends.
_PAUSED, _AUTODESTROY = 1, 2

#: Of a system error, the errno counts.
_SYSTEM_ERROR = 38

#: Told the name of a stage, and how it went.
Tell = Callable[[str, Stage], None]


def done(kind: str = "") -> Stage:
    """It went well."""
    return {"at": "done", "kind": kind, "code": 0, "domain": 0, "errno": 0, "said": ""}


def failed(at: str, error: Any, kind: str = "") -> Stage:
    """How libvirt refused it; ``at`` is ``try`` or ``undo``."""
    code = int(error.get_error_code() or 0)
    return {
        "at": at,
        "kind": kind,
        "code": code,
        "domain": int(error.get_error_domain() or 0),
        "errno": int(error.get_int1() or 0) if code == _SYSTEM_ERROR else 0,
        "said": str(error),
    }


def graphics(handle: Any, plan: Plan) -> list[str]:
    """The kinds of graphics that QEMU offers a guest here.

    :raises libvirt.libvirtError: where it does not tell.
    """
    found = handle.getDomainCapabilities(None, plan["arch"], None, _kind(plan), 0)
    return [one.text or "" for one in parse(found).findall("devices/graphics/enum[@name='type']/value")]


class Stages:
    """Make a volume, a network and a guest on a connection for writing; :mod:`undo` unmakes them.

    A stage that fails is told, and the next one does without.
    """

    def __init__(self, handle: Any, plan: Plan, error: type[Exception], tell: Tell) -> None:
        self._handle = handle
        self._plan = plan
        self._error = error
        self._tell = tell
        self._image: str | None = None
        self._networked = False

    def run(self) -> None:
        """All of them."""
        self._stage("volume", marks.volume(self._plan["uid"]), self._volume)
        self._stage("network", self._plan["bridge"], self._network)
        self._stage("guest", _kind(self._plan), self._guest)

    def _stage(self, name: str, kind: str, make: Callable[[], None]) -> None:
        try:
            make()
        except self._error as error:
            self._tell(name, failed("try", error, kind))
        else:
            self._tell(name, done(kind))

    def _volume(self) -> None:
        made = self._pool().createXML(xml.volume(self._plan), 0)
        self._image = made.path()

    def _pool(self) -> Any:
        """The pool of the images folder; where there is none, one for as long as we run."""
        active = [pool for pool in self._handle.listAllStoragePools(0) if pool.isActive()]
        named = [pool for pool in active if pool.name() == "default"]
        found = named or [pool for pool in active if self._is_in_place(pool)]
        if found:
            return found[0]
        pool = self._handle.storagePoolCreateXML(xml.pool(self._plan), 0)
        # What a run left behind that was killed before the machine was.
        for left in set(pool.listVolumes()) & {marks.volume(self._plan["uid"])}:
            pool.storageVolLookupByName(left).delete(0)
        return pool

    def _is_in_place(self, pool: Any) -> bool:
        root = parse(pool.XMLDesc(0))
        return root.get("type") == "dir" and root.findtext("target/path") == self._plan["images"]

    def _network(self) -> None:
        self._handle.networkCreateXML(xml.network(self._plan))
        self._networked = True

    def _guest(self) -> None:
        definition = xml.guest(self._plan, _kind(self._plan), self._image, networked=self._networked)
        self._handle.createXML(definition, _PAUSED | _AUTODESTROY)


def _kind(plan: Plan) -> str:
    return "kvm" if plan["kvm"] else "qemu"
