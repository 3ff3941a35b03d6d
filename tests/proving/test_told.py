"""What was told of a state, held against its author's word."""

from __future__ import annotations

import pytest

from tests.proving.samples import SPOILT
from tutor.proving.judged import Judged
from tutor.proving.told import compared


def judged(status: str, code: str | None) -> Judged:
    check: dict[str, object] = {"id": "two/use/done", "status": status, "code": code, "fix": [], "note": None}
    return Judged(1, {"steps": [{"checks": [check]}]})


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        ("fail", "spoilt", []),
        ("fail", "other", ["spoilt: the code should be spoilt, and is other"]),
        ("pass", None, ["spoilt: the code should be spoilt, and is none"]),
        ("skip", "not-running", ["spoilt: the code should be spoilt, and is none (skipped: not-running)"]),
    ],
)
def test_another_code_is_told_and_why_there_is_none(status: str, code: str | None, says: list[str]) -> None:
    found = compared(SPOILT, judged(status, code))
    assert [fault.what.render(str) for fault in found.faults] == says
    assert found.checks == {"two/use/done": not says}
