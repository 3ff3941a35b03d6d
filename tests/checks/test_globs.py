"""Java's globs, against a plain reading of their rules, and what the XML extension does with them."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checks.globs import covers, covers_lately, matches

PATH = "/home/student/vm.xml"


def reference(glob: str, path: str) -> bool:
    """The rules of java.nio.file.FileSystem.getPathMatcher, one after the other; no sets, no escapes."""
    if not glob:
        return not path
    first, rest = glob[0], glob[1:]
    if first == "{":
        inside, _, after = rest.partition("}")
        return any(reference(one + after, path) for one in inside.split(","))
    if first == "*":
        across = rest.startswith("*")
        rest = rest.removeprefix("*") if across else rest
        ends = [end for end in range(len(path) + 1) if across or "/" not in path[:end]]
        return any(reference(rest, path[end:]) for end in ends)
    if not path:
        return False
    return (path[0] != "/" if first == "?" else path[0] == first) and reference(rest, path[1:])


PIECES = st.sampled_from(["a", "b", "/", ".", "*", "?", "**", "{a,b}", "{a*,/b}", "{,a}", "**/", "!", ","])


@given(st.lists(PIECES, max_size=7).map("".join), st.text("ab/.,!", max_size=8))
@example("{a,b}{a,b}", "ab")
@example("**/a", "a")
def test_as_the_rules_say(glob: str, path: str) -> None:
    assert matches(glob, path) == reference(glob, path)


@given(st.text("ab/*?[]{},!-^\\&"), st.text("ab/"))
def test_no_pattern_raises(glob: str, path: str) -> None:
    matches(glob, path)
    covers(glob, path)
    covers_lately(glob, path)


@pytest.mark.parametrize(
    ("glob", "path", "does"),
    [
        # Each as java.nio of OpenJDK 17 answers.
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        ("[!a]x", "/x", False),
        ("[^a]x", "^x", True),
        ("[^a]x", "bx", False),
        ("[-a]x", "-x", True),
        ("[a-]x", "-x", True),
        ("[!-a]x", "-x", False),
        ("[*?\\]x", "\\x", True),
        ("[a&&b]x", "&x", True),
        ("[c-a]x", "bx", False),
        ("[a/b]x", "ax", False),
        ("[]x", "x", False),
        ("[--a]x", "-x", False),
        ("[a", "a", False),
        ("{a,{b}}", "b", False),
        ("{a", "a", False),
        ("a}", "a}", True),
        ("a,b", "a,b", True),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("\\", "\\", False),
        ("***", "a/b", True),
        ("[{]x", "{x", True),
        ("{[,],b}", ",", True),
    ],
)
def test_as_java_answers(glob: str, path: str, does: bool) -> None:
    assert matches(glob, path) is does


@pytest.mark.parametrize(
    ("pattern", "always", "lately"),
    [
        ("**/vm*.xml", True, True),
        ("vm*.xml", True, True),
        ("vm.xml", True, True),
        ("**/*.xml", True, True),
        ("**.xml", True, True),
        ("*.xml", False, True),
        ("?m.xml", False, True),
        ("*", False, True),
        ("{vm,lab}.xml", True, True),
        ("[v]m.xml", True, True),
        ("student/vm.xml", True, True),
        (PATH, True, True),
        ("/home/*/vm.xml", True, True),
        ("/home/*.xml", False, False),
        ("/vm.xml", False, False),
        ("lab.xml", False, False),
        ("VM.xml", False, False),
        ("m.xml", False, False),
        ("", False, False),
        ("{vm.xml", False, False),
    ],
)
def test_what_a_rule_covers(pattern: str, always: bool, lately: bool) -> None:
    assert (covers(pattern, PATH), covers_lately(pattern, PATH)) == (always, lately)


@pytest.mark.parametrize(
    "glob", ["**a" * 200, "*a" * 200, "{a,b,**}" * 200, "**" * 500 + "x", "{*,**}" * 200 + "y"]
)
def test_no_pattern_takes_for_ever(glob: str) -> None:
    started = time.monotonic()
    matches(glob, "/" + "a" * 200)
    assert time.monotonic() - started < 3
