from __future__ import annotations

import io

import pytest
from babel.messages.catalog import Catalog

from tests import messages


def test_all_messages_are_translated() -> None:
    """If this fails: ``python -m tests.messages update``, then fill in what is empty in the .po files."""
    assert messages.problems() == []


def _extracted(code: str) -> list[str]:
    return [found[2] for found in messages.extract(io.BytesIO(code.encode()), (), (), {})]


def test_texts_and_the_sentences_of_checks_are_found() -> None:
    code = """
a = text("outer {inner} "
         "continued", inner=text("inner"))
b = records.Text("attribute")
c = text("yes" if a else "no")
d = text(a)
e = other("not a message")

@check("name")
def name(host: Host, *, group: str) -> Finding:
    '''The sentence of {group}.

    Not this.
    '''

def _part(host: Host) -> Finding:
    '''Not this.'''

def anything(value: str) -> Finding:
    '''Nor this.'''
"""
    found = ["outer {inner} continued", "inner", "attribute", "yes", "no", "The sentence of {group}."]
    assert sorted(_extracted(code)) == sorted(found)


@pytest.mark.parametrize("argument", ['f"{x} is wrong"', '"a" + x', '"%s" % x'])
def test_a_message_that_cannot_be_looked_up_is_refused(argument: str) -> None:
    with pytest.raises(SyntaxError, match="one literal"):
        _extracted(f"text({argument})")


@pytest.mark.parametrize(
    ("known", "flags", "problem"),
    [
        ({}, [], "missing: 'Hello {name}' (a.py)"),
        ({"Hello {name}": ""}, [], "untranslated: 'Hello {name}'"),
        ({"Hello {name}": "Hej {name}"}, ["fuzzy"], "fuzzy: 'Hello {name}'"),
        ({"Hello {name}": "Hej {namn}"}, [], "other placeholders than the original: 'Hej {namn}'"),
        ({"Hello {name}": "Hej {name}", "Bye": "Hej då"}, [], "no longer used: 'Bye'"),
        ({"Hello {name}": "Hej {name}"}, [], None),
    ],
)
def test_every_kind_of_gap_is_told(known: dict[str, str], flags: list[str], problem: str | None) -> None:
    template, catalog = Catalog(), Catalog(locale="sv")
    template.add("Hello {name}", locations=[("a.py", 1)])
    for identity, string in known.items():
        catalog.add(identity, string, flags=flags)
    assert list(messages._problems_of(catalog, template)) == ([problem] if problem else [])


def test_the_written_files_do_not_change_with_the_day_or_the_line() -> None:
    catalog = Catalog()
    catalog.add("Hello", locations=[("a.py", 1234)])
    written = messages._written(catalog).decode()
    assert "Date" not in written
    assert "1234" not in written
