"""Attributes as they are written, read back by the parser."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.host.xml import attribute, parse

#: What XML 1.0 can hold at all (section 2.2).
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("\n\r\t<>&\"'")


@given(st.text(CHARACTERS))
def test_an_attribute_is_read_back_as_it_was(value: str) -> None:
    assert parse(f"<a b={attribute(value)}/>").get("b") == value
