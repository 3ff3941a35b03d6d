"""The baseline: this machine as it was when the tool first looked at it."""

from __future__ import annotations

import os

from tutor import __version__
from tutor.baseline.place import whole_path
from tutor.commands.progress import log_error
from tutor.commands.session import Session
from tutor.dataclass import replace
from tutor.errors import UserError
from tutor.host.firewall import firewall
from tutor.host.live import LiveHost
from tutor.host.machine import Machine
from tutor.host.question import Observation
from tutor.journal.line import utc_now
from tutor.text import text


def keep_baseline(session: Session, machine: Machine, seen: LiveHost) -> None:
    """Record the machine at the first look at it; at a later one, what could not be seen before.

    Nobody is asked for a password for it. Where it cannot be stored the run goes on: only cleaning up
    needs it.

    :param seen: the host that has been looked at: what it has read already is not read again.
    """
    try:
        # With names of their own, there may be paths that nobody has looked at yet.
        whole = whole_path(os.environ, session.course.id, session.course.uses)
        if session.options.variables or not _is_there(whole):
            _take(session, machine, seen)
    except OSError as error:
        why = error.strerror or str(error)
        session.say(text("no baseline stored, so tutor cleanup will not work: {error}", error=why))
    except UserError:
        return  # no home, or a file that cannot be used: cleaning up says so
    except Exception as error:  # noqa: BLE001 - a fault of ours here costs nobody a verdict
        log_error("baseline", error)


def _is_there(path: str) -> bool:
    """Whether there is such a file; ``os.path.exists`` would call one absent that nobody may look for.

    :raises OSError: when it cannot be told.
    """
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def renamed(session: Session) -> None:
    """After one of the student's names for things has changed: look at what is there under the new one.

    Without a baseline there is nothing to do: the first look will know the name.
    """
    from tutor.baseline.store import glance

    fresh, machine = Session(session.options, unattended=True), Machine()
    try:
        if glance(os.environ, fresh.course.id, fresh.course.uses) is not None:
            _take(fresh, machine, LiveHost(machine, log_error))
    except (OSError, UserError):
        return  # then what lies under the new name is left alone
    except Exception as error:  # noqa: BLE001 - nor here a setting
        log_error("baseline", error)


def _take(session: Session, machine: Machine, seen: LiveHost) -> None:
    from tutor.baseline.complete import completed
    from tutor.baseline.look import look, look_again
    from tutor.baseline.records import SCHEMA, Baseline
    from tutor.baseline.store import glance, save
    from tutor.baseline.things import things_of

    uses = session.course.uses
    known = glance(os.environ, session.course.id, uses)
    things = things_of(session.course, session.values, machine.home)
    # Its answers are no part of a recording of what the course asks.
    host = LiveHost(replace(machine, ask_password=None), log_error)
    tried = _firewall(seen)
    ruleset, unread = tried.value if tried else None, tried is None
    time = utc_now()
    if known is None:
        now = look(host, things, uses=uses, seen_firewall=ruleset, read_firewall=unread)
        known = Baseline(
            baseline="libvirt-tutor", schema=SCHEMA, tool=__version__, taken=time, completed=None, machine=now
        )
    else:
        was = known["machine"]
        again = look_again(host, things, was, uses=uses, seen_firewall=ruleset, read_firewall=unread)
        after = completed(was, again)
        if after == was:
            return
        known = {**known, "completed": time, "machine": after}
    save(os.environ, session.course.id, known, uses)


def _firewall(seen: LiveHost) -> Observation | None:
    """How the run read the firewall, if it did: what was refused then is not asked again."""
    key = firewall().key
    return next((one for one in seen.observations if one.key == key), None)
