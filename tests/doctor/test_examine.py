"""Probes one after the other: what stands in whose way, and what a bug costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.fake_host import FakeHost, refusal
from tests.doctor.world import NEEDS, Quiet
from tutor.doctor.examine import examine
from tutor.doctor.findings import Diagnosis, Health, advice, exit_code, problem, unknown
from tutor.doctor.needs import Needs
from tutor.doctor.probes import MODULES
from tutor.doctor.registry import REGISTRY, Answers, NotApplicable, Registry
from tutor.host.host import Host
from tutor.host.xml import parse
from tutor.text import text

BAD = problem("bad", text("unknown"), why=text("unknown"))


def run(registry: Registry) -> tuple[dict[str, Diagnosis], Quiet]:
    observer = Quiet()
    found = {one.probe: one for one in examine(registry, FakeHost({}), NEEDS, observer, {})}
    return found, observer


def registry_of(**endings: object) -> Registry:
    """Probes by name, each after the one before it; what they yield, or raise."""
    registry, before = Registry(), tuple[str, ...]()
    for name, ending in endings.items():

        def function(_host: Host, _needs: Needs, ending: object = ending) -> Answers:
            if isinstance(ending, BaseException):
                raise ending
            yield ending  # type: ignore[misc]

        registry.probe(name, after=before)(function)
        before = (name,)
    return registry


def test_what_is_in_the_way_is_named_by_its_root() -> None:
    found, _ = run(registry_of(a=BAD, b=text("well"), c=text("well")))
    assert [found[name].health for name in "abc"] == [Health.PROBLEM, Health.SKIPPED, Health.SKIPPED]
    assert found["c"].reason is not None
    assert found["c"].reason.values == {"probe": "a"}


def test_advice_and_what_does_not_apply_are_in_nobodys_way() -> None:
    some = advice("some", text("unknown"))
    found, _ = run(registry_of(a=some, b=NotApplicable(text("none is here")), c=text("well")))
    assert [found[name].health for name in "abc"] == [Health.WELL, Health.SKIPPED, Health.WELL]


def test_what_could_not_be_asked_is_unknown() -> None:
    found, _ = run(registry_of(a=refusal("timed-out")))
    assert found["a"].findings[0].code == "timed-out"
    assert found["a"].health is Health.UNKNOWN


def test_malformed_xml_is_unknown() -> None:
    def broken(_host: Host, _needs: Needs) -> Answers:
        yield text("well")
        parse("<a>")

    registry = Registry()
    registry.probe("a")(broken)
    found, observer = run(registry)
    assert found["a"].health is Health.UNKNOWN
    assert not observer.errors


def test_a_bug_is_unknown_and_loses_nobody_else() -> None:
    found, observer = run(registry_of(a=ValueError("bug")))
    assert found["a"].findings[0].code == "internal-error"
    assert [str(error) for error in observer.errors] == ["bug"]


def test_names_are_taken_once_and_order_is_kept() -> None:
    registry = registry_of(a=text("well"))
    with pytest.raises(ValueError, match="two probes"):
        registry.probe("a")(lambda _host, _needs: iter(()))
    with pytest.raises(ValueError, match="not registered"):
        registry.probe("b", after=("c",))(lambda _host, _needs: iter(()))


def test_every_probe_comes_after_those_that_it_names() -> None:
    """In the order of the modules, which is not that of their imports here."""
    seen: set[str] = set()
    for probe in REGISTRY.ordered(MODULES):
        assert set(probe.after) <= seen, probe.name
        seen.add(probe.name)
    assert next(iter(REGISTRY.ordered(MODULES))).name == "system"
    assert seen == {probe.name for probe in REGISTRY}


def test_the_document_names_every_probe() -> None:
    documented = (Path(__file__).parents[2] / "docs/doctor.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1] for line in documented.splitlines() if line.startswith("| ")]
    rows = {name.strip() for cell in cells for name in cell.split(",")}
    assert {probe.name for probe in REGISTRY} <= rows


def test_the_exit_code() -> None:
    well = Diagnosis("a", text("well"))
    doubt = Diagnosis("b", text("well"), (unknown("x", text("unknown")),))
    bad = Diagnosis("c", text("well"), (BAD,))
    advised = Diagnosis("d", text("well"), (advice("x", text("unknown")),))
    assert exit_code([well, advised]) == 0
    assert exit_code([well, doubt]) == 3
    assert exit_code([doubt, bad]) == 1
