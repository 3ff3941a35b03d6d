"""The English lessons say what the Swedish say: all of it, with the same names, numbers and commands."""

from __future__ import annotations

import re

import pytest

from tests.lessons.passages import LESSONS, Passage, passages, read
from tutor.course.translation import mismatches, translated

FILES = sorted(path.name for path in (LESSONS / "sv").glob("*.md"))

#: Words that only Swedish has.
SWEDISH = re.compile(
    r"\b(och|att|inte|som|eller|finns|med|av|ett|det|din|ditt|dina|om|sedan|utan|bara|så|hur|vad|ska|för|på)\b",
    re.IGNORECASE,
)
LETTERS = re.compile("[åäöÅÄÖ]")
#: Swedish quotation marks are ” on both sides.
SWEDISH_QUOTES = re.compile(r"(?:^|[\s(])”")

#: What stands in backquotes and is written in the reader's language, with the English for it.
CODE_IN_WORDS = {"min-domän.xml": "my-domain.xml"}
#: Descriptions in the source's commands, which hints repeat as they are; the prose says in what language.
DESCRIPTIONS = re.compile('"Min första snapshot"|"Efter ändringen"')
#: Texts of several words that are names, and so the same in both languages.
NAMES = {"JSON Schema", "RELAX NG", "Under Edit → Connection Details", "XSD (XML Schema)"}


def both(file: str) -> list[tuple[Passage, Passage]]:
    """Each Swedish passage with the English one in its place."""
    swedish, english = (
        {one.place: one for one in passages(read(each, file).lesson)} for each in ("sv", "en")
    )
    assert list(swedish) == list(english)
    return [(passage, english[place]) for place, passage in swedish.items()]


@pytest.mark.parametrize("file", FILES)
def test_both_have_the_same_parts(file: str) -> None:
    swedish, english = read("sv", file), read("en", file)
    assert (swedish.report.findings, english.report.findings) == ([], [])
    assert list(mismatches(swedish, english)) == []
    assert [one.place for one in passages(swedish.lesson)] == [one.place for one in passages(english.lesson)]


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_left_out(file: str) -> None:
    """As many paragraphs, list items and table cells, in the same order."""
    for swedish, english in both(file):
        assert english.shape == swedish.shape, swedish.place


@pytest.mark.parametrize("file", FILES)
def test_variables_commands_and_links_are_the_same(file: str) -> None:
    for swedish, english in both(file):
        if not english.markdown and not english.text.strip():
            continue  # an illustration without words: the source's is shown
        assert english.variables == swedish.variables, swedish.place
        wanted = sorted(CODE_IN_WORDS.get(code, code) for code in swedish.code)
        assert english.code == wanted, swedish.place
        assert english.targets == swedish.targets, swedish.place


@pytest.mark.parametrize("file", FILES)
def test_numbers_are_the_same(file: str) -> None:
    for swedish, english in both(file):
        if english.markdown or english.text.strip():
            assert english.numbers == swedish.numbers, swedish.place


@pytest.mark.parametrize("file", FILES)
def test_no_swedish_is_left(file: str) -> None:
    """Nor does any show through from the source, as it does where the two do not fit together."""
    for passage in passages(translated(read("sv", file).lesson, read("en", file).lesson)):
        for pattern in (LETTERS, SWEDISH, SWEDISH_QUOTES):
            assert pattern.findall(passage.prose) == [], passage.place
        assert LETTERS.findall(DESCRIPTIONS.sub("", " ".join(passage.code))) == [], passage.place


@pytest.mark.parametrize("file", FILES)
def test_swedish_would_be_seen(file: str) -> None:
    """What the test above looks for is in every Swedish sentence."""
    for swedish, _ in both(file):
        if swedish.markdown and len(swedish.prose.split()) > 7:
            assert SWEDISH.search(swedish.prose) or LETTERS.search(swedish.prose), swedish.place


@pytest.mark.parametrize("file", FILES)
def test_every_text_is_translated(file: str) -> None:
    """A text may be the same in both only where it is a command or a name: one word, or a known one."""
    for swedish, english in both(file):
        same = english.text == swedish.text and english.prose.strip(" .,") != ""
        assert not same or " " not in english.text or english.text in NAMES, swedish.place
