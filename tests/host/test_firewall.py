"""The firewall with a real nft's answers, and without one."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tutor.host import firewall, machine
from tutor.host.firewall import READ_COMMAND, Firewall, look_at_firewall
from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.host.question import Unobservable

MARK = "--- next form ---\n"
RULESET = {"nftables": [{"metainfo": {"version": "1.0.6"}}]}
FORMS = f"{json.dumps(RULESET)}\n{MARK}table ip t {{ # handle 1\n}}\n{MARK}*filter\nCOMMIT\n{MARK}"


class Programs:
    """Says ``done`` to the one read, and writes down what it was asked."""

    def __init__(self, done: Completed) -> None:
        self.done = done
        self.asked: list[list[str]] = []

    def __call__(self, argv: list[str], **_: Any) -> Completed:
        self.asked.append(list(argv))
        return self.done if READ_COMMAND in argv else Completed(0, "", "")


@pytest.fixture(autouse=True)
def _a_student(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine, "must_have_sudo", lambda _path, _purpose: None)
    monkeypatch.setattr(firewall, "find_program", lambda _machine, name: f"/usr/sbin/{name}")


def look(programs: Programs) -> Firewall:
    found: Firewall = look_at_firewall(Machine({}, run_program=programs))
    return found


def reason(programs: Programs) -> str:
    with pytest.raises(Unobservable) as caught:
        look(programs)
    return caught.value.reason


def test_all_forms_come_by_one_call_of_sudo() -> None:
    programs = Programs(Completed(0, FORMS, ""))
    assert look(programs) == {
        "json": RULESET,
        "text": "table ip t { # handle 1\n}\n",
        "saved": "*filter\nCOMMIT\n",
        "legacy": [],
    }
    as_root = [argv for argv in programs.asked if argv[0] == "sudo"]
    assert as_root == [["sudo", "-n", "sh", "-c", READ_COMMAND]]


def test_tables_of_the_legacy_iptables_are_named() -> None:
    assert look(Programs(Completed(0, f"{FORMS}nat\nfilter\n", "")))["legacy"] == ["nat", "filter"]


def test_without_sudo_it_is_not_permitted() -> None:
    assert reason(Programs(Completed(1, "", "sudo: a password is required\n"))) == "not-permitted"


@pytest.mark.parametrize(
    ("done", "why"),
    [
        (Completed(1, "", "Operation not permitted (you must be root)"), "failed"),
        (Completed(0, "{}", ""), "failed"),
        (Completed(0, f"nonsense{MARK}{MARK}{MARK}", ""), "malformed"),
        (Completed(0, f"[]{MARK}{MARK}{MARK}", ""), "malformed"),
    ],
)
def test_another_answer_is_no_ruleset(done: Completed, why: str) -> None:
    assert reason(Programs(done)) == why


def test_without_nft_no_password_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(argv: list[str], **_: Any) -> Completed:
        raise AssertionError(argv)

    monkeypatch.setattr("tutor.host.firewall.find_program", lambda _machine, _name: None)
    with pytest.raises(Unobservable) as caught:
        look_at_firewall(Machine({}, run_program=never))
    assert caught.value.reason == "program-missing"
    assert caught.value.fix == ("sudo apt-get install -y nftables",)
