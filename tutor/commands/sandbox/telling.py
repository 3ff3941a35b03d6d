"""What is said while a sandbox is worked on, and when that goes wrong. All of it on standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tutor.commands.session import Session
from tutor.sandbox import application, images
from tutor.sandbox.process import CommandError, MachineError
from tutor.sandbox.room import require_room
from tutor.sandbox.sources import Source
from tutor.text import text

_PARTS = {
    "debian": text("Debian itself"),
    "base": text("a desktop with its student"),
    "builder": text("the tools that build the rest"),
    "guest": text("the practice guest"),
    "bare": text("the course's packages, to be installed without a network"),
    "ready": text("the course's packages, installed"),
    "ssh": text("the SSH tools"),
    "dependencies": text("what tutor needs"),
    "tutor": text("tutor itself"),
}
#: These come from the network; the others take seconds.
_LONG = {"debian", "base", "builder", "guest", "bare", "ready", "dependencies"}


class Building:
    """Names each part of an image as it begins to be built; the first time, sees that there is room for all.

    :param release: Debian's name; :param image: which image; :param source: the tool that comes into it.
    """

    def __init__(self, session: Session, release: str, image: str, source: Source) -> None:
        self._session = session
        self._release = release
        self._image = image
        self._source = source
        self._told = self._total = 0

    def __call__(self, part: str) -> None:
        """See :data:`tutor.sandbox.images.Tell`.

        :raises MachineError: there is too little room.
        """
        if not self._told:
            self._begin()
        self._told += 1
        total = max(self._told, self._total)
        what = _PARTS.get(part, text("{name}", name=part))
        self._session.say(text("{number} of {total}: {what}", number=self._told, total=total, what=what))

    def _begin(self) -> None:
        parts = images.missing(self._image, self._release)
        parts += application.missing(self._source, self._release)
        require_room(parts)
        self._total = len(parts)
        if _LONG & {*parts}:
            self._session.say(
                text(
                    "Building the image of Debian {release}: this once it takes minutes, and the network.",
                    release=self._release,
                )
            )


@contextlib.contextmanager
def told(session: Session) -> Iterator[None]:
    """Show what a failed command printed, above the sentence; make a sentence of what the system refuses."""
    try:
        yield
    except CommandError as error:
        style = session.error_style
        for line in error.output.splitlines():
            session.err.write(style.paint("  " + style.show(line), "quiet") + "\n")
        raise
    except OSError as error:
        what = text(
            "{path}: {error}", path=str(error.filename or "tutor sandbox"), error=error.strerror or str(error)
        )
        raise MachineError(what) from error


def waiting(session: Session, name: str) -> None:
    """Say that another command is waited for."""
    session.say(text("Another command works on the sandbox {name}: waiting for it.", name=name))
