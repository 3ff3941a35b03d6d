"""Attributes as they are written, read back by the parser."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.host.xml import attribute, parse, shared

#: What XML 1.0 can hold at all (section 2.2).
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("\n\r\t<>&\"'")


@given(st.text(CHARACTERS))
def test_an_attribute_is_read_back_as_it_was(value: str) -> None:
    assert parse(f"<a b={attribute(value)}/>").get("b") == value


def test_a_tree_is_its_reader_s_own() -> None:
    """What is cut out of one reading is there in the next: a hand-in is cut down, and then judged."""
    content = "<network><ip address='192.168.50.1'/></network>"
    root = parse(content)
    root.clear()
    assert parse(content).find("ip") is not None
    assert shared(content).find("ip") is not None
