"""Users, groups, and what belongs to them."""  # noqa: INP001

from __future__ import annotations

import pwd
from collections.abc import Iterator, Sequence
from shlex import quote
from typing import Any, TypedDict

from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.handin.reduce.context import Context, reducer
from tutor.host.files import FileStatus, file_status
from tutor.host.host import Host
from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.host.users import group as group_question
from tutor.text import Text, text

#: What is wrong: its code, what was observed, and the commands that mend it.
Fault = tuple[str, Text, "tuple[str, ...]"]


class Account(TypedDict):
    """A user of the user database."""

    uid: int
    gid: int
    home: str
    shell: str


def account(name: str) -> Question[Account | None]:
    """The user of that name; None where there is none."""
    return Question("account", Account | None, (name,))  # type: ignore[arg-type]


@source("account", by="getpwnam(3)")
def look_at_account(_machine: Machine, name: str) -> Account | None:
    """See :func:`account`."""
    try:
        entry = pwd.getpwnam(name)
    except (KeyError, ValueError):
        return None
    return {"uid": entry.pw_uid, "gid": entry.pw_gid, "home": entry.pw_dir, "shell": entry.pw_shell}


@reducer("account")
def whole_account(value: Any, _args: tuple[str, ...], _context: Context) -> Any:
    """All of it is handed in: the course itself made this user."""
    return value


@check("user-account")
def user_account(host: Host, *, name: str, shell: str, home: str) -> Finding:
    """There is a user {name} with the shell {shell} and the home folder {home}."""
    found = host.ask(account(name))
    if found is None:
        faults = [_no_user(host, name, shell, home)]
    else:
        faults = list(_wrong_account(host, name, found, shell, home))
    why = text("Whoever logs in gets a shell, and begins in the home folder.")
    hint = text("Look at: getent passwd {name}; ls -ld {home}", name=name, home=home)
    return _told(faults, text("{name} has {shell} and {home}", name=name, shell=shell, home=home), why, hint)


@check("group-has-members")
def group_has_members(host: Host, *, group: str, members: Sequence[str]) -> Finding:
    """The group {group} has the members {members}."""
    found = host.ask(group_question(group))
    if found is None:
        add = [f"sudo groupadd {quote(group)}", *(_add(group, name) for name in members)]
        faults: list[Fault] = [("no-group", text("there is no group {group}", group=group), tuple(add))]
    else:
        # Whose main group it is, is a member without being listed (getgrouplist(3)).
        missing = [name for name in members if name not in found["members"] and not _main(host, name, found)]
        said = text("not in {group}: {names}", group=group, names=", ".join(missing))
        faults = [("missing-members", said, tuple(_add(group, name) for name in missing))] if missing else []
    why = text("What is the group's, its members may use.")
    hint = text("Look at: getent group {group}", group=group)
    return _told(faults, text("all of them are in {group}", group=group), why, hint)


@check("path-rights")
def path_rights(host: Host, *, path: str, kind: str, owner: str, group: str, rights: str) -> Finding:
    """{path} is a {kind} of {owner} and the group {group}, with the rights {rights}."""
    found = host.ask(file_status(path))
    source_file = "-d" if kind == "directory" else "/dev/null"
    whose = f"-o {quote(owner)} -g {quote(group)} -m {quote(rights)}"
    make = f"sudo install {whose} {source_file} {quote(path)}"
    if found is None:
        faults: list[Fault] = [("missing", text("there is nothing at {path}", path=path), (make,))]
    elif found["kind"] != kind:
        away = f"sudo mv --backup=numbered -T {quote(path)} {quote(path + '.old')}"
        faults = [("another-kind", text("it is a {kind}", kind=found["kind"]), (away, make))]
    else:
        faults = list(_wrong_rights(host, found, (owner, group), rights))
    why = text("Owner, group and rights decide who may read it, and who may change it.")
    return _told(faults, text("it is"), why, text("Look at: ls -ld {path}", path=path))


def _told(faults: Sequence[Fault], right: Text, why: Text, hint: Text) -> Finding:
    """The first fault, and the fix for all of them."""
    if not faults:
        return passed(right)
    code, observed, _ = faults[0]
    return failed(code, observed, why=why, hint=hint, fix=[one for fault in faults for one in fault[2]])


def _no_user(host: Host, name: str, shell: str, home: str) -> Fault:
    # A group of that name may be left from before: useradd makes no second one.
    own = f"--gid {quote(name)} " if host.ask(group_question(name)) else ""
    make = f"sudo useradd --create-home --home-dir {quote(home)} --shell {quote(shell)} {own}{quote(name)}"
    left = host.ask(file_status(home)) is not None
    return "no-user", text("there is no user {name}", name=name), (make, *([_own(name, home)] * left))


def _wrong_account(host: Host, name: str, found: Account, shell: str, home: str) -> Iterator[Fault]:
    if found["shell"] != shell:
        mend = f"sudo usermod --shell {quote(shell)} {quote(name)}"
        yield "wrong-shell", text("its shell is {shell}", shell=found["shell"]), (mend,)
    if found["home"] != home:
        mend = f"sudo usermod --home {quote(home)} {quote(name)}"
        yield "wrong-home", text("its home folder is {home}", home=found["home"]), (mend,)
    there = host.ask(file_status(home))
    if there is None:
        make = f"sudo install -d -m 700 {quote(home)}"
        yield "no-home-folder", text("there is no folder {home}", home=home), (make, _own(name, home))
    elif there["uid"] != found["uid"]:
        yield "home-of-another", text("{home} belongs to somebody else", home=home), (_own(name, home),)


def _wrong_rights(host: Host, found: FileStatus, whose: tuple[str, str], rights: str) -> Iterator[Fault]:
    owner, group = whose
    path = quote(found["path"])
    user, members = host.ask(account(owner)), host.ask(group_question(group))
    if user is None or found["uid"] != user["uid"]:
        yield "wrong-owner", text("it is not {owner}'s", owner=owner), (f"sudo chown {quote(owner)} {path}",)
    if members is None or found["gid"] != members["gid"]:
        mend = f"sudo chgrp {quote(group)} {path}"
        yield "wrong-group", text("it is not of the group {group}", group=group), (mend,)
    if found["mode"] != int(rights, 8):
        said = text("its rights are {rights}", rights=f"{found['mode']:04o}")
        yield "wrong-rights", said, (f"sudo chmod {quote(rights)} {path}",)


def _own(name: str, home: str) -> str:
    return f"sudo chown -R {quote(name)}: {quote(home)}"


def _add(group: str, name: str) -> str:
    return f"sudo usermod -aG {quote(group)} {quote(name)}"


def _main(host: Host, name: str, found: Any) -> bool:
    user = host.ask(account(name))
    return user is not None and user["gid"] == found["gid"]
