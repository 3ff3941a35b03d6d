"""What cannot be done with a sandbox, each with the command that comes next."""

from __future__ import annotations

from tutor.sandbox.condition import Condition
from tutor.sandbox.process import MachineError
from tutor.text import text


def spoken(verb: str, name: str) -> str:
    """The command line that does ``verb`` to the sandbox ``name``."""
    return f"tutor sandbox {verb} {name}"


def no_sandbox(name: str) -> MachineError:
    """There is none of that name."""
    tip = text("Make it: {command}", command=spoken("create", name))
    return MachineError(text("There is no sandbox {name}", name=name), tip)


def there_is_one(name: str) -> MachineError:
    """The name is taken."""
    tip = text("Enter it: {command}", command=spoken("enter", name))
    return MachineError(text("There is a sandbox {name} already", name=name), tip)


def broken(name: str, found: Condition) -> MachineError:
    """It is broken, and how it is mended."""
    what = found.what or text("nobody knows why")
    tip = text("Mend it: {command}", command=spoken(found.verb or "delete", name))
    return MachineError(text("The sandbox {name} is broken: {what}", name=name, what=what), tip)
