"""The environment that the student's shells give their programs."""

from __future__ import annotations

import re
from shlex import quote

from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.shell import Mention, ShellVariable, shell_variable
from tutor.text import Text, text

VARIABLE = "LIBVIRT_DEFAULT_URI"

#: Parts of a line that make it worth showing: also where the name is misspelt.
NEAR = "libv|default_uri|qemu:"

_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*=|\bset\s+(?:-\S+\s+)*([A-Za-z_][A-Za-z0-9_]*)\s")


@check("default-uri")
def default_uri(host: Host, *, uri: str) -> Finding:
    """A new shell of yours exports LIBVIRT_DEFAULT_URI as {uri}."""
    seen = host.ask(shell_variable(VARIABLE, NEAR))
    if _same(seen["exported"], uri):
        return passed(text("a new {shell} exports {value}", shell=seen["shell"], value=seen["exported"] or ""))
    code, observed = _what_is_wrong(seen, uri)
    return failed(
        code,
        observed,
        why=text("Without it virsh and virt-install of an ordinary user talk to {other}.", other="qemu:///session"),
        hint=text("Look at the start-up file of your shell, then open a new terminal: echo ${variable}", variable=VARIABLE),
        fix=_export(seen["shell"], uri),
    )


def _same(value: str | None, uri: str) -> bool:
    """qemu+unix is the same transport as qemu without one (libvirt.org/uri.html)."""
    return value is not None and value.replace("qemu+unix:", "qemu:", 1) == uri


def _what_is_wrong(seen: ShellVariable, uri: str) -> tuple[str, Text]:
    written = [line for line in seen["mentions"] if not _is_comment(line)]
    right = [line for line in written if _name(line) == VARIABLE and uri in line["text"]]
    if seen["exported"] is not None and right:
        where = _place(right[-1])
        return "overridden", text(
            "{where} sets it, but something later makes it {value}", where=where, value=seen["exported"]
        )
    if seen["exported"] is not None:
        return "wrong-value", text("a new shell exports {value}", value=seen["exported"])
    if seen["value"] is not None:
        return "not-exported", text("a new shell sets {value} but does not export it", value=seen["value"])
    if right:
        return "overridden", text("{where} sets it, but something later takes it away", where=_place(right[-1]))
    return _what_is_missing(seen, written)


def _what_is_missing(seen: ShellVariable, written: list[Mention]) -> tuple[str, Text]:
    misspelt = [line for line in written if _name(line) not in (None, VARIABLE)]
    if misspelt:
        return "misspelt", text("{where} sets {name}", where=_place(misspelt[-1]), name=_name(misspelt[-1]) or "")
    commented = [line for line in seen["mentions"] if _is_comment(line) and VARIABLE in line["text"]]
    if commented:
        return "commented-out", text("{where} is a comment", where=_place(commented[-1]))
    if seen["session"] is not None:
        return "only-this-shell", text("only this shell has it; a new one does not")
    return "not-set", text("a new {shell} does not have it", shell=seen["shell"])


def _export(shell: str, uri: str) -> tuple[str, ...]:
    if shell == "fish":
        line = f"set -gx {VARIABLE} {quote(uri)}"
        return ("mkdir -p ~/.config/fish", f"echo {quote(line)} >> ~/.config/fish/config.fish")
    file = {"bash": "~/.bashrc", "zsh": "~/.zshrc"}.get(shell, "~/.profile")
    line = f'export {VARIABLE}="{uri}"'
    return (f"echo {quote(line)} >> {file}",)


def _is_comment(line: Mention) -> bool:
    return line["text"].startswith("#")


def _name(line: Mention) -> str | None:
    found = _ASSIGNED.search(line["text"])
    return (found[1] or found[2]) if found else None


def _place(line: Mention) -> str:
    return f"{line['file']}:{line['line']}"
