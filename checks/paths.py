"""Paths of the course in shell commands."""

from __future__ import annotations

from shlex import quote


def shell(path: str) -> str:
    """A path as a word of a shell command; a leading ``~/`` still means the home folder."""
    if path == "~":
        return path
    return f"~/{quote(path[2:])}" if path.startswith("~/") else quote(path)


def set_aside(path: str, *, sudo: bool = False) -> str:
    """The command that keeps what lies at ``path`` as ``path.old``; an older one is kept too."""
    # -T: a folder of that name must not swallow the file.
    return f"{'sudo ' if sudo else ''}mv --backup=numbered -T {shell(path)} {shell(path + '.old')}"
