"""What the live sources share: the student's environment, programs, and patience."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import Event, Lock
from typing import Any, Protocol

from tutor.dataclass import dataclass, field
from tutor.host.process import Completed, begin, executable, run
from tutor.host.question import Unobservable
from tutor.text import Text, text

#: Where programs of the course live beside what the student's PATH says (``ip``, ``nft``).
SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"

#: Seconds that one program may take.
PROGRAM_LIMIT = 5.0

#: Seconds for whoever did not answer in time before: else each further question would cost the whole limit.
AFTER_SILENCE = 1.0

#: Seconds that a person has for typing a password.
PASSWORD_LIMIT = 120.0

#: Seconds that a hung libvirt daemon may cost a run, all connections and calls together.
LIBVIRT_LIMIT = 4.0


class Patience:
    """A budget of waiting, shared by all who wait for the same daemon.

    A second in which several wait is one second: a daemon that is slow to start has many callers
    at its door, and is not hung for that.

    :param seconds: how long may be waited in all.
    :param grace: what each wait gets once the budget is spent, so that a second daemon that
        answers is still heard.
    """

    def __init__(self, seconds: float, grace: float = 0.2) -> None:
        self._left = seconds
        self._grace = grace
        self._lock = Lock()
        self._waiting = 0
        self._since = 0.0

    def wait(self, event: Event) -> bool:
        """Wait for ``event``; whether it came in time."""
        left = self._count(1)
        try:
            return event.wait(max(left, self._grace))
        finally:
            self._count(-1)

    def _count(self, more: int) -> float:
        """One waits more, or less; the seconds that are left."""
        with self._lock:
            now = time.monotonic()
            if self._waiting:
                self._left -= now - self._since
            self._since = now
            self._waiting += more
            return self._left


class Memory(Protocol):
    """What was recorded earlier: quiz answers and observations worth remembering."""

    def answers(self) -> Mapping[str, Mapping[str, list[str]]]:
        """Per step and question, the ids of the options chosen last."""

    def remembered(self) -> Mapping[str, Any]:
        """Remembered observations by their key."""


class AskPassword(Protocol):
    """Called before sudo asks for a password on the terminal, with what it is needed for."""

    def __call__(self, purpose: Text, command: Sequence[str]) -> None:
        """Say what for."""


#: How sudo, and sudo-rs, say no (plugins/sudoers/auth and logging.c). An unknown host name is only a warning.
_REFUSAL = (
    r"(?m)^sudo(-rs)?: (?!unable to resolve host)|^Sorry, "
    r"|is not in the sudoers file|may not run sudo|is not allowed to"
)

#: How both say that there is no such program on their own search path (sudoers(5), secure_path).
_NOT_FOUND = r"(?m)^sudo(-rs)?: .*command not found$"


@dataclass(slots=True)
class Machine:
    """The machine that the tool runs on, as the sources see it.

    :param environ: the environment of this session.
    :param ask_password: None where no password may be asked for (no terminal, machine format).
    :param memory: the journal, where there is one.
    :ivar asking: whether sudo asks the person for a password at this moment.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    ask_password: AskPassword | None = None
    memory: Memory | None = None
    patience: Patience = field(default_factory=lambda: Patience(LIBVIRT_LIMIT))
    run_program: Callable[..., Completed] = run
    asking: bool = False
    _refused: bool = False
    _silent: set[str] = field(default_factory=set)
    _sudo_lock: Lock = field(default_factory=Lock)
    _shared: dict[Hashable, Any] = field(default_factory=dict)
    _shared_lock: Lock = field(default_factory=Lock)

    def shared(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What sources share for the length of a run (a connection), made at the first call."""
        with self._shared_lock:
            if key not in self._shared:
                self._shared[key] = make()
            return self._shared[key]

    def made(self, key: Hashable) -> Any:
        """What is shared under that key; None where nobody has asked for it."""
        with self._shared_lock:
            return self._shared.get(key)

    @property
    def all_shared(self) -> tuple[Any, ...]:
        """Everything that is shared so far."""
        with self._shared_lock:
            return tuple(self._shared.values())

    @property
    def path(self) -> str:
        """The search path: the student's, then the system's."""
        own = self.environ.get("PATH", "")
        return f"{own}:{SYSTEM_PATH}" if own else SYSTEM_PATH

    @property
    def home(self) -> str:
        """The home folder of this user, by the user database where HOME is unset."""
        import pwd

        home = self.environ.get("HOME", "")
        if home.startswith("/"):
            return home
        try:
            return pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            return "/"

    def expand(self, path: str) -> str:
        """A path of the course, with ``~/`` replaced by the home folder."""
        return self.home + path[1:] if path == "~" or path.startswith("~/") else path

    def run(
        self,
        argv: Sequence[str],
        *,
        limit: float = PROGRAM_LIMIT,
        env: Mapping[str, str] | None = None,
        detached: bool = True,
    ) -> Completed:
        """Run a program with the C locale and no input; see :func:`tutor.host.process.run`.

        One that did not answer in time is not waited for as long again, so that a hang costs a run one limit.

        :raises Unobservable: ``program-missing``, ``timed-out``, and what else keeps it from being heard.
        """
        env = self._plain_environ if env is None else env
        if argv[0] in self._silent:
            limit = min(limit, AFTER_SILENCE)
        try:
            done = self.run_program(argv, limit=limit, env=env, detached=detached)
        except Unobservable as failure:
            if failure.reason == "timed-out":
                self._silent.add(argv[0])
            raise
        self._silent.discard(argv[0])
        return done

    @property
    def _plain_environ(self) -> dict[str, str]:
        return {**self.environ, "LC_ALL": "C", "LANGUAGE": "C", "PATH": self.path}

    def begin_as_root(self, argv: Sequence[str]) -> None:
        """Start a read that :meth:`run_as_root` is going to be asked for, where sudo is needed for it.

        Nobody is asked for a password for that, and whether it was let is seen when it is asked for.
        """
        if os.geteuid() != 0 and has_sudo(self.path):
            begin(["sudo", "-n", *argv], env=self._plain_environ, detached=False)

    def run_as_root(self, argv: Sequence[str], purpose: Text) -> Completed:
        """Run one named read through sudo, or directly for root.

        Without a password first; a password is asked for only where ``ask_password`` is given.

        :raises Unobservable: ``not-permitted`` where sudo does not let this user, ``program-missing``
            where there is no sudo.
        """
        if os.geteuid() == 0:
            return self.run(argv)
        with self._sudo_lock:
            done = self._sudo("-n", *argv, purpose=purpose)
            if is_refusal(done):
                done = self._ask_for_password(argv, purpose)
            return done

    def _ask_for_password(self, argv: Sequence[str], purpose: Text) -> Completed:
        """Ask once: who refuses the first time has refused."""
        if self.ask_password is None:
            raise _not_permitted(
                text("{purpose} needs sudo, which wants a password: run sudo -v first", purpose=purpose)
            )
        if not self._refused:
            self.asking = True
            try:
                self.ask_password(purpose, argv)
                # sudo asks on the terminal itself, whatever becomes of its output.
                done = self._sudo(*argv, purpose=purpose, limit=PASSWORD_LIMIT)
            finally:
                self.asking = False
            self._refused = is_refusal(done)
            if not self._refused:
                return done
        raise _not_permitted(text("{purpose} needs sudo, which did not let you", purpose=purpose))

    def _sudo(self, *words: str, purpose: Text, limit: float = PROGRAM_LIMIT) -> Completed:
        must_have_sudo(self.path, purpose)
        done = self.run(["sudo", *words], limit=limit, detached=False)
        if done.returncode == 1 and re.search(_NOT_FOUND, done.stderr):
            raise Unobservable("program-missing", done.complaint("sudo"))
        return done


def must_have_sudo(path: str, purpose: Text) -> None:
    """Raise where there is no sudo to look with.

    :raises Unobservable: ``program-missing``.
    """
    if not has_sudo(path):
        raise Unobservable(
            "program-missing", text("{purpose} needs sudo, which is not installed", purpose=purpose)
        )


def has_sudo(path: str) -> bool:
    """Whether there is a sudo on that search path."""
    return executable("sudo", path) is not None


def is_refusal(done: Completed) -> bool:
    """Whether sudo itself said no; what it runs begins its complaints with a name of its own."""
    return done.returncode == 1 and re.search(_REFUSAL, done.stderr) is not None


def _not_permitted(message: Text) -> Unobservable:
    # No fix: only a person has the password.
    return Unobservable("not-permitted", message)
