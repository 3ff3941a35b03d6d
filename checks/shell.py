"""The environment that the student's shells give their programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from shlex import quote

from checks.groups import not_the_student
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.shell import ShellVariable, shell_variable
from tutor.host.start_files import Mention, terminal_file
from tutor.text import Text, text

VARIABLE = "LIBVIRT_DEFAULT_URI"

#: Parts of a line that make it worth showing: also where the name is misspelt.
NEAR = "libv|default_uri|qemu:"

_ASSIGNED = r"([A-Za-z_][A-Za-z0-9_]*)\s*=|\bset\s+(?:-\S+\s+)*([A-Za-z_][A-Za-z0-9_]*)\s"
_SPACED = rf"\b{VARIABLE}(?:\s+=|=\s+\S)"
#: How alike two names must be for one to be the other misspelt (difflib's ratio).
_ALIKE = 0.7


@check("default-uri")
def default_uri(host: Host, *, uri: str) -> Finding:
    """A new shell of yours exports LIBVIRT_DEFAULT_URI as {uri}."""
    seen = host.ask(shell_variable(VARIABLE, NEAR))
    if wrong := not_the_student(host):
        return wrong
    if _same(seen["exported"], uri):
        return passed(
            text("a new {shell} exports {value}", shell=seen["shell"], value=seen["exported"] or "")
        )
    code, observed = _what_is_wrong(seen, uri)
    return failed(
        code,
        observed,
        why=text(
            "Without it virsh and virt-install of an ordinary user talk to {other}.", other="qemu:///session"
        ),
        hint=text(
            "Look at the start-up file of your shell, then open a new terminal: echo ${variable}",
            variable=VARIABLE,
        ),
        fix=_export(seen, uri),
    )


def _same(value: str | None, uri: str) -> bool:
    """qemu+unix is the same transport as qemu without one (libvirt.org/uri.html)."""
    return value is not None and value.replace("qemu+unix:", "qemu:", 1) == uri


def _what_is_wrong(seen: ShellVariable, uri: str) -> tuple[str, Text]:
    written = [line for line in seen["mentions"] if not _is_comment(line)]
    named = [line for line in written if _name(line) == VARIABLE or VARIABLE in line["text"].split()]
    right = [line for line in named if uri in line["text"] and not re.search(_SPACED, line["text"])]
    if seen["exported"] is not None and right:
        where = _place(right[-1])
        return "overridden", text(
            "{where} sets it, but something later makes it {value}", where=where, value=seen["exported"]
        )
    if seen["exported"] is not None:
        return "wrong-value", text("a new shell exports {value}", value=seen["exported"])
    if seen["value"] is not None:
        return "not-exported", text("a new shell sets {value} but does not export it", value=seen["value"])
    if right and named[-1] is not right[-1]:
        return "overridden", text(
            "{where} sets it, but something later takes it away", where=_place(right[-1])
        )
    if right:
        return "not-reached", text(
            "{where} sets it, but a new shell does not get that far", where=_place(right[-1])
        )
    return _what_is_missing(seen, written)


def _what_is_missing(seen: ShellVariable, written: Sequence[Mention]) -> tuple[str, Text]:
    spaced = [line for line in written if re.search(_SPACED, line["text"])]
    if spaced:
        return "spaces", text("{where} has spaces around the equals sign", where=_place(spaced[-1]))
    misspelt = [line for line in written if _is_misspelt(_name(line))]
    if misspelt:
        return "misspelt", text(
            "{where} sets {name}", where=_place(misspelt[-1]), name=_name(misspelt[-1]) or ""
        )
    commented = [line for line in seen["mentions"] if _is_comment(line) and VARIABLE in line["text"]]
    if commented:
        return "commented-out", text("{where} is a comment", where=_place(commented[-1]))
    if seen["session"] is not None:
        return "only-this-shell", text("only this shell has it; a new one does not")
    return "not-set", text("a new {shell} does not have it", shell=seen["shell"])


def _export(seen: ShellVariable, uri: str) -> tuple[str, ...]:
    """Set it last in the file that each terminal reads, or where the reading of that file ends."""
    shell, end, folder = seen["shell"], seen.get("end"), seen.get("folder")
    path = terminal_file(shell, folder)
    file = path if folder is None else quote(path)  # of ~ the shell has to make a folder
    line = f"set -gx {VARIABLE} {quote(uri)}" if shell == "fish" else f'export {VARIABLE}="{uri}"'
    if end is not None:
        return (f"sed -i --follow-symlinks {quote(str(end['line']) + 'i ' + line)} {file}",)
    # The file's last line may lack its end.
    append = f"printf '\\n%s\\n' {quote(line)} >> {file}"
    if folder is None and shell != "fish":
        return (append,)
    return (
        f"mkdir -p {file.rpartition('/')[0] if folder is None else quote(path.rpartition('/')[0])}",
        append,
    )


def _is_comment(line: Mention) -> bool:
    return line["text"].lstrip().startswith("#")


def _is_misspelt(name: str | None) -> bool:
    from difflib import SequenceMatcher

    return (
        name not in (None, VARIABLE) and SequenceMatcher(None, str(name).upper(), VARIABLE).ratio() > _ALIKE
    )


def _name(line: Mention) -> str | None:
    found = re.search(_ASSIGNED, line["text"])
    return (found[1] or found[2]) if found else None


def _place(line: Mention) -> str:
    return f"{line['file']}:{line['line']}"
