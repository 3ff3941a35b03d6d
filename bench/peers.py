"""Those that the tool is measured beside, each asked what it says of every check of the course."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bench.student import PLACE, TESTINFRA
from tutor.sandbox.machines import Machine
from tutor.sandbox.shell import Completed

#: An assertion: the checks of the course that it stands for, and whether it failed.
Assertion = tuple[frozenset[str], bool]


class UnfairError(Exception):
    """The peers do not assert the same, or the machine is not done: measuring them would mean nothing."""


def document(done: Completed) -> dict[str, Any]:
    """The JSON that a command printed.

    :raises UnfairError: it printed none.
    """
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise UnfairError(f"`{done.command}` printed no document: {done.stderr.strip()}") from None
    return found


def _goss(name: str, machine: Machine) -> list[Assertion]:
    done = machine.run(f"goss -g {PLACE}/goss/{name}.yaml validate --format json")
    return _ended_as_said(done, list(_resources(done)))


def _resources(done: Completed) -> Iterator[Assertion]:
    """Of each resource, whether any of its properties failed."""
    properties: dict[tuple[str, str], list[dict[str, object]]] = {}
    checks: dict[tuple[str, str], frozenset[str]] = {}
    for result in document(done)["results"]:
        resource = (result["resource-type"], result["resource-id"])
        properties.setdefault(resource, []).append(result)
        checks[resource] = frozenset(result["meta"]["checks"])
    for resource, results in properties.items():
        yield checks[resource], any(not (result["successful"] or result["skipped"]) for result in results)


def _testinfra(machine: Machine) -> list[Assertion]:
    told = "/tmp/testinfra"  # noqa: S108 - of the machine's student, who is alone there
    line = f"rm -f {told}; TOLD={told} {' '.join(TESTINFRA)} >&2; code=$?; cat {told}; exit $code"
    done = machine.run(line)
    said = [json.loads(row) for row in done.stdout.splitlines()]
    return _ended_as_said(done, [(frozenset(names), failed) for names, failed in said])


def _shell(machine: Machine) -> list[Assertion]:
    done = machine.run(f"bash {PLACE}/shell/course.sh")
    said = [line.rpartition("ok ") for line in done.stdout.splitlines()]
    return _ended_as_said(done, [(frozenset(names.split()), bool(failed)) for failed, _, names in said])


def _ended_as_said(done: Completed, assertions: list[Assertion]) -> list[Assertion]:
    if done.returncode != any(failed for _, failed in assertions):
        raise UnfairError(f"`{done.command}` ended with {done.returncode}: {done.stderr}")
    return assertions


PEERS: dict[str, Callable[[Machine], list[Assertion]]] = {
    "goss, plain": partial(_goss, "plain"),
    "goss, quick": partial(_goss, "quick"),
    "testinfra": _testinfra,
    "shell script": _shell,
}
