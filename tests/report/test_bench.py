"""What the page of measurements says of the machine it was measured on."""

from __future__ import annotations

import pytest

from bench.classes import Run, markdown


@pytest.mark.parametrize(("load", "said"), [(0.2, False), (1.0, False), (1.1, True), (7.9, True)])
def test_others_are_spoken_of_only_where_there_were_some(load: float, said: bool) -> None:
    page = markdown([Run("unsigned, new", 10, 1.0, 0.5, 2**20)], load)
    assert f"The load before it began was {load}" in page
    assert ("others worked on the machine" in page) is said
