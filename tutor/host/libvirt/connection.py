"""Connections to libvirt that can hang, refuse or die without holding the tool up."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from errno import EACCES, ECONNREFUSED, ENOENT, EPERM
from shlex import quote
from typing import Any, Literal, TypeVar

from tutor.host.machine import Machine, Patience
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

R = TypeVar("R")
Access = Literal["read", "write"]

SYSTEM = "qemu:///system"
SESSION = "qemu:///session"

#: Where a system daemon listens, modular first; both are what libvirt's own client tries.
SYSTEM_SOCKETS = ("/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock")

# Codes of virErrorNumber (libvirt/virterror.h), so that judging needs no binding.
NO_DOMAIN = 42
NO_NETWORK = 43
NO_STORAGE_VOL = 50
NO_DOMAIN_SNAPSHOT = 72
SYSTEM_ERROR = 38
AUTH_FAILED = 45
AUTH_CANCELLED = 79
AUTH_UNAVAILABLE = 94
ACCESS_DENIED = 88
OPERATION_DENIED = 29


#: One thread at a time: while an import fails in one, another would be given the half of a module.
_LOADING = threading.Lock()


class Opened(TypedDict):
    """How opening a connection ended.

    ``open`` is whether it did; where it did not, libvirt's error code and, for a system error,
    the errno. Versions are libvirt's numbers (major * 1,000,000 + minor * 1,000 + release).
    """

    open: bool
    code: int
    errno: int
    libvirt: int
    hypervisor: int


def connection(uri: str, access: Access) -> Question[Opened]:
    """Whether this user can open ``uri`` for reading or for writing."""
    return Question("libvirt.connection", Opened, (uri, access))


class Connection:
    """One connection, served by a thread of its own.

    The thread may hang in a call for ever; who asks waits at most as long as ``patience``
    lasts, and after the first time-out nobody waits again.
    """

    def __init__(self, uri: str, access: str, patience: Patience) -> None:
        from queue import SimpleQueue  # of the process that connects alone

        self.uri = uri
        self._access = access
        self._patience = patience
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._hung: Unobservable | None = None
        self._stuck = threading.Event()
        self._handle: Any = None
        threading.Thread(target=self._serve, daemon=True).start()

    def call(self, function: Callable[[Any], R]) -> R:
        """Run ``function`` with the open connection (a ``libvirt.virConnect``).

        :raises Unobservable: ``timed-out``, ``binding-missing``, or ``not-answering``.
        :raises libvirt.libvirtError: what libvirt says to the call.
        """
        if self._hung is not None:
            raise self._hung
        done, box = threading.Event(), _Box()

        def serve() -> None:
            try:
                box.value = function(self._open())
            except BaseException as error:  # noqa: BLE001 - carried over to the thread that asked
                box.error = error
            done.set()

        self._calls.put(serve)
        if not self._patience.wait(done):
            self._stuck = done
            self._hung = Unobservable(
                "timed-out",
                text("libvirt does not answer on {uri}", uri=self.uri),
                ("sudo systemctl restart libvirtd",) if self.uri == SYSTEM else (),
            )
            raise self._hung
        if box.error is not None:
            raise box.error
        answer: R = box.value
        return answer

    def renew(self, patience: Patience) -> None:
        """For those who look again and again: new patience, once the call that hung has come back.

        A connection that the daemon has closed is opened anew by the next call.
        """
        self._patience = patience
        if self._hung is not None and not self._stuck.is_set():
            return
        self._hung = None
        self._calls.put(self._drop_dead)

    def _drop_dead(self) -> None:
        # In the thread that serves: nobody else may hold the handle while it is let go.
        if self._handle is not None and not self._handle.isAlive():
            self._handle = None

    def _serve(self) -> None:
        while True:
            self._calls.get()()

    def _open(self) -> Any:
        if self._handle is None:
            binding = load_binding()
            opener = binding.open if self._access == "write" else binding.openReadOnly
            self._handle = opener(self.uri)
        return self._handle


class _Box:
    """What a call came back with."""

    __slots__ = ("error", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self.error: BaseException | None = None


def load_binding() -> Any:
    """The module ``libvirt``, silenced and kept from starting a session daemon.

    :raises Unobservable: ``binding-missing``, with the command that mends it.
    """
    # Looking must not start the user's own daemon (libvirt's remote driver reads this variable).
    os.environ["LIBVIRT_AUTOSTART"] = "0"
    try:
        with _LOADING:
            import libvirt
    except ModuleNotFoundError:
        raise Unobservable(
            "binding-missing",
            text("the Python binding of libvirt (libvirt-python) is not installed beside tutor"),
            (
                "sudo apt-get install -y gcc pkg-config python3-dev libvirt-dev",
                f"{quote(sys.executable)} -m pip install libvirt-python",
            ),
        ) from None
    except ImportError as error:
        raise Unobservable(
            "binding-missing",
            text("the Python binding of libvirt cannot be loaded: {error}", error=str(error)),
            ("sudo apt-get install -y libvirt0",),
        ) from None
    libvirt.registerErrorHandler(_ignore, None)
    return libvirt


def _ignore(_context: Any, _error: Any) -> None:
    """Libvirt's default handler writes to stderr."""


def connect(machine: Machine, uri: str, access: str = "read") -> Connection:
    """The machine's one connection of that kind, begun at the first call."""
    connection: Connection = machine.shared(
        ("libvirt", uri, access), lambda: Connection(uri, access, machine.patience)
    )
    return connection


def code_of(error: BaseException) -> int | None:
    """The virErrorNumber of a ``libvirt.libvirtError``; None for anything else."""
    code: int | None = getattr(error, "get_error_code", lambda: None)()
    return code


def unanswered(uri: str, error: Exception) -> Unobservable:
    """A libvirt error that is no answer to the question, as the reason why there is none.

    What is no error of libvirt's was met in reading its answer: XML that is none, a field that is missing.
    """
    if code_of(error) is None:
        message = text("what libvirt on {uri} answered makes no sense: {error}", uri=uri, error=repr(error))
        return Unobservable("malformed", message)
    return Unobservable(
        "not-answering",
        # The daemon's words are in the daemon's language: shown, never judged by.
        text("libvirt on {uri} could not answer: {error}", uri=uri, error=str(error)),
    )


def ask(machine: Machine, uri: str, function: Callable[[Any], R], absent: int) -> R | None:
    """Call ``function`` on the reading connection; None where libvirt answers ``absent``.

    :raises Unobservable: where it could not be asked, or answered anything else.
    """
    try:
        return connect(machine, uri).call(function)
    except Unobservable:
        raise
    except Exception as error:  # noqa: BLE001 - said why there is none
        if code_of(error) == absent:
            return None
        raise unanswered(uri, error) from None


@source("libvirt.connection", by="libvirt", apart=True)
def look_at_connection(machine: Machine, uri: str, access: str) -> Opened:
    """See :func:`connection`. A refusal is an answer; silence is not."""

    def versions(handle: Any) -> tuple[int, int]:
        return handle.getLibVersion(), _hypervisor_version(handle)

    try:
        libvirt, hypervisor = connect(machine, uri, access).call(versions)
    except Unobservable as failure:
        if failure.reason == "binding-missing" and uri == SYSTEM and not _any_socket():
            return {"open": False, "code": SYSTEM_ERROR, "errno": 2, "libvirt": 0, "hypervisor": 0}
        raise
    except Exception as error:  # noqa: BLE001 - what is no refusal is raised again
        return _refusal(uri, error)
    return {"open": True, "code": 0, "errno": 0, "libvirt": libvirt, "hypervisor": hypervisor}


def _hypervisor_version(handle: Any) -> int:
    """QEMU's version; 0 where libvirt runs but QEMU is not installed."""
    try:
        return int(handle.getVersion())
    except Exception:  # noqa: BLE001 - the connection is open all the same
        return 0


def _refusal(uri: str, error: Any) -> Opened:
    code = code_of(error)
    if code is None or not is_refusal(error):
        raise unanswered(uri, error)
    errno = error.get_int1() if code == SYSTEM_ERROR else 0
    return {"open": False, "code": code, "errno": errno, "libvirt": 0, "hypervisor": 0}


def nobody_listens(error: Any) -> bool:
    """Whether it says that there is no daemon to connect to."""
    return code_of(error) == SYSTEM_ERROR and error.get_int1() in (ENOENT, ECONNREFUSED)


def is_refusal(error: Any) -> bool:
    """Whether it says that nobody listens, or not for this user; anything else is no answer."""
    code = code_of(error)
    if code == SYSTEM_ERROR:
        return error.get_int1() in (EPERM, ENOENT, EACCES, ECONNREFUSED)
    return code in (AUTH_FAILED, AUTH_CANCELLED, AUTH_UNAVAILABLE, ACCESS_DENIED, OPERATION_DENIED)


def _any_socket() -> bool:
    return any(os.path.exists(path) for path in SYSTEM_SOCKETS)
