"""A step's digest changes with what it asks of a student, and with nothing else."""

from __future__ import annotations

import pytest

from tests.course.sample import Sample
from tutor.course.assemble import courses_of
from tutor.course.compiled import decode, encode
from tutor.course.files import digest, read_files


def digests(sample: Sample, language: str = "sv") -> dict[str, str]:
    course = courses_of(read_files(str(sample.folder)), "")[language]
    return {step.id: step.digest for step in course.steps}


def changed(sample: Sample, file: str, old: str, new: str) -> set[str]:
    """The steps whose digests are others after the change."""
    before = digests(sample)
    sample.replace(file, old, new)
    return {step for step, found in digests(sample).items() if before[step] != found}


SV, EN = "sv/01-start.md", "en/01-start.md"


@pytest.mark.parametrize(
    ("file", "old", "new", "steps"),
    [
        (SV, "Bli medlem.", "Bli medlem nu.\n\nStrax.", {"start/group"}),
        (SV, "## Gruppen", "## Gruppen libvirt", {"start/group"}),
        (SV, "virsh dominfo", "virsh domstate", {"start/group"}),
        (SV, "kräver ett", "behöver ett", {"start/group"}),
        (SV, 'needs = ["member"]\n', "", {"start/group"}),
        (SV, 'group = "libvirt"', 'group = "kvm"', {"start/group"}),
        (SV, "points = 2", "points = 3", {"start/quiz"}),
        (SV, "En hypervisor", "En hypervisor till", {"start/quiz"}),
        (SV, 'kind = "single"', 'kind = "multiple"', {"start/quiz"}),
        ("sv/02-nets.md", 'mode = "ever"\n', "", {"nets/port"}),
        ("course.toml", '"my-vm"', '"other-vm"', {"start/group", "nets/port"}),
        ("course.toml", "2222", "2223", {"start/group", "nets/port"}),
        (SV, "Här börjar det.", "Här börjar det alltså.\n\nNu.", set()),
        (SV, "Titta på", "Se på", set()),
        (SV, "title: Börja", "title: Starta", set()),
        (EN, "Become a member.", "Join.", set()),
        ("course.toml", 'version = "1.0"', 'version = "1.1"', set()),
    ],
)
def test_what_changes_it(sample: Sample, file: str, old: str, new: str, steps: set[str]) -> None:
    assert changed(sample, file, old, new) == steps


def test_another_right_option_is_another_question(sample: Sample) -> None:
    sample.replace(SV, 'kind = "single"', 'kind = "multiple"')
    assert changed(sample, SV, 'why = "Nej."', 'why = "Nej."\n  right = true') == {"start/quiz"}


def test_every_language_has_the_sources_digests(sample: Sample) -> None:
    assert digests(sample, "en") == digests(sample, "sv")
    assert len(set(digests(sample).values())) == len(digests(sample))


def test_it_survives_the_compiled_form(sample: Sample) -> None:
    files = read_files(str(sample.folder))
    courses = courses_of(files, "")
    assert decode(encode(courses, digest(files)), "en", digest(files)) == courses["en"]
