"""Which modules of the tool may name libvirt: where a course is about something else, nothing asks for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = re.compile(r"virsh|qemu:///|libvirt|virbr", re.IGNORECASE)
#: The tool itself, its folders, and the courses of tests.
OWN_NAME = re.compile(r"libvirt[-_]tutor", re.IGNORECASE)

#: Modules below tutor/, and why each of them names it. Whatever else is there does not.
WHY = {
    "actions/harmless.py": "knows which of virsh's commands only look, as it knows ls and cat",
    "baseline/*.py": "keeps what a machine had before the course, and takes away what came: guests, networks",
    "cli.py": "tutor validate is about libvirt's documents",
    "commands/doctor.py": "asks the daemon and a connection early, where the course uses it",
    "commands/examples.py": "the help's examples are of the packaged course",
    "commands/facts.py": "names the machine's libvirt, where the course uses it",
    "commands/removal.py": "carries out what the baseline plans",
    "commands/sandbox/inside.py": "an example in a message",
    "commands/secrets.py": "what a student's variables and domains may hold, a report does not show",
    "commands/surroundings.py": "the environment's own URI, which would lead a look elsewhere",
    "commands/validate.py": "is about libvirt's documents",
    "course/creations.py": "what a step makes can be a domain, a network or a volume",
    "course/records.py": '`uses = ["libvirt"]`: a course says whether it is about it',
    "course/variables.py": "a variable can be a connection's URI",
    "doctor/*.py": "asks whether this machine can do a course that uses it; another's doctor leaves that out",
    "grading/facts.py": "the versions under a grading, where the course uses it",
    "grading/verdict.py": "a field of those facts",
    "handin/format.py": "a field of those facts, handed in",
    "handin/reduce/*.py": "each source says what of its answers leaves the machine; these are libvirt's",
    "host/aside.py": "says in a message which process has ended",
    "host/documents.py": "libvirt's own schemas are where libvirt puts them",
    "host/libvirt/*.py": "the sources that look at it",
    "host/machine.py": "how long a connection is waited for",
    "host/processes.py": "tells libvirt's dnsmasq from others",
    "host/reach.py": "the user that its guests run as",
    "host/security.py": "what of the kernel's denials is about guests",
    "host/worker.py": "the process that its sources are asked in",
    "output/class_*.py": "a column of a class's facts, where the course uses it",
    "output/handin.py": "says what of it leaves the machine",
    "output/html/*.py": "the same as pages: a column of facts, where the course uses it",
    "output/manpage.py": "SEE ALSO",
    "output/settings.py": "names the kinds of variables",
    "report/*.py": "facts of handed-in machines, and what two students cannot both have by chance",
    "support/redact.py": "what a support report may say of it",
    "validation/*.py": "validates libvirt's documents",
    "watch/asking.py": "starts the process below",
    "watch/libvirt_process.py": "follows its events",
    "watch/topics.py": "which of its files and events say that a source may answer otherwise",
}


def named(path: Path) -> Iterator[str]:
    """Each identifier and string of a module that names libvirt; comments and docstrings only explain."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    explaining = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        for _, value in ast.iter_fields(node):
            if (
                isinstance(value, str)
                and id(node) not in explaining
                and NAMES.search(OWN_NAME.sub("", value))
            ):
                yield value


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """The modules below tutor/ that name it, and by what."""
    paths = (ROOT / "tutor").rglob("*.py")
    found = {path.relative_to(ROOT / "tutor").as_posix(): list(named(path)) for path in paths}
    return {module: names for module, names in found.items() if names}


def test_no_other_names_it(found: dict[str, list[str]]) -> None:
    others = {
        module: names[0]
        for module, names in found.items()
        if not any(fnmatch(module, known) for known in WHY)
    }
    assert others == {}


def test_whoever_may_does(found: dict[str, list[str]]) -> None:
    """A reason for what is no longer there would let it come back."""
    assert [known for known in WHY if not any(fnmatch(module, known) for module in found)] == []
