"""The pages as documents: whole, linked, accessible in structure, and harmless whatever was handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html
from lxml.html import HtmlElement

from tests.output.html.classes import hostile, texts
from tutor.language import translator
from tutor.output.html.rendering import file_of
from tutor.output.html.site import PAGES, files
from tutor.output.printable import printable
from tutor.report.records import Report

NAMES = [name for name, _ in PAGES]


def documents(site: Path) -> Iterator[tuple[str, HtmlElement]]:
    for path in sorted(site.rglob("*.html")):
        yield path.relative_to(site).as_posix(), html.fromstring(path.read_bytes())


def words(page: str) -> str:
    """What is to be read on it, with single spaces."""
    return " ".join("".join(map(str, html.fromstring(page).itertext())).split())


def test_there_is_a_page_for_each_view_and_each_student(site: Path, report: Report) -> None:
    assert {*NAMES, "report.css", "report.js"} <= {path.name for path in site.iterdir()}
    assert len(list((site / "students").iterdir())) == len(report.students)


@pytest.mark.parametrize("which", ["site", "hostile_site"])
def test_every_link_leads_somewhere_in_the_folder(which: str, request: pytest.FixtureRequest) -> None:
    site: Path = request.getfixturevalue(which)
    pages = dict(documents(site))
    anchors = {name: {*page.xpath("//@id")} for name, page in pages.items()}
    wanted = 0
    for name, page in pages.items():
        for link in page.xpath("//a/@href"):
            path, _, anchor = link.partition("#")
            target = (site / name).parent.joinpath(path).resolve().relative_to(site.resolve()).as_posix()
            target = name if not path else target
            assert target in pages, f"{name}: {link}"
            assert not anchor or anchor in anchors[target] or "=" in anchor, f"{name}: {link}"
            wanted += 1
    assert wanted > 100


@pytest.mark.parametrize("which", ["site", "hostile_site"])
def test_no_page_has_a_script_a_style_or_a_source_of_its_own(
    which: str, request: pytest.FixtureRequest
) -> None:
    for name, page in documents(request.getfixturevalue(which)):
        up = "../" if "/" in name else ""
        assert page.xpath("//script/@src") == [f"{up}report.js"]
        assert page.xpath("//link/@href") == ["data:,", f"{up}report.css"]
        assert not page.xpath("//script[text()] | //style | //iframe | //img | //base | //object | //embed")
        assert not page.xpath("//@style | //@*[starts-with(name(), 'on')]")
        (policy,) = page.xpath("//meta[@http-equiv]/@content")
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")


def test_tables_say_what_they_are(site: Path) -> None:
    seen = 0
    for name, page in documents(site):
        for table in page.xpath("//table"):
            assert "".join(table.xpath("./caption//text()")).strip(), name
            assert not table.xpath(".//th[not(@scope)]"), name
            assert all(
                "".join(head.itertext()).strip() for head in table.xpath("./thead//th[@scope='col']")
            ), name
            seen += 1
    assert seen > 20


def test_pages_have_a_language_a_title_and_headings_in_order(site: Path) -> None:
    for name, page in documents(site):
        assert page.get("lang") == "en"
        assert page.findtext(".//title"), name
        levels = [int(each.tag[1]) for each in page.xpath("//h1 | //h2 | //h3")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), name


def test_the_matrix_says_each_status_in_a_word(site: Path, report: Report) -> None:
    page = dict(documents(site))["index.html"]
    rows = page.xpath("//table[@id='matrix']/tbody/tr")
    assert len(rows) == len(report.students)
    for row, student in zip(rows, report.students, strict=True):
        said = [
            cell.text_content()
            for cell in row.xpath("./td[@class][not(@class='points' or @class='remarks')]")
        ]
        assert said == [step.status for step in student.hand_in.steps] if student.hand_in else not said


def test_a_chart_has_a_table_with_its_numbers(site: Path, report: Report) -> None:
    page = dict(documents(site))["index.html"]
    bars = [int(each) for each in page.xpath("//table[contains(@class, 'small')]//td/text()")]
    hand_ins = [one.hand_in for one in report.students if one.hand_in is not None]
    open_ = sum(bool(one.undecided) for one in hand_ins)
    assert sum(bars) == len(hand_ins) - open_ < len(hand_ins)
    told = words(html.tostring(page, encoding="unicode"))
    assert f"Left out of that, for you to decide: {open_}." in told
    (chart,) = page.xpath("//*[local-name()='svg'][contains(@class, 'pygal-chart')]")
    assert len(chart.xpath(".//*[contains(@class, 'rect ')]")) == len(bars)


def test_every_verdict_leads_to_what_was_observed(site: Path, report: Report) -> None:
    student = next(one for one in report.students if one.key == "s000000")
    page = dict(documents(site))[f"students/{file_of(student.key)}"]
    links = page.xpath("//ul[@class='checks']//dd/a/@href")
    assert len(links) > 100
    for link in links:
        (answer,) = page.xpath(f"//dl[@class='observed']/div[@id='{link[1:]}']/dd")
        assert answer.text_content().strip(), link
    told = words(html.tostring(page, encoding="unicode"))
    assert "state: running" in told
    assert "<script>globalThis.canary = 1; alert(1)</script>" in told  # a group's name, to be read


def test_swedish_pages_are_swedish(report: Report) -> None:
    made = dict(files(report, translator("sv")))
    assert "Vilka sitter fast på vad" in made["index.html"]
    assert not re.search(r"\b(Students|Points|Machine|Search)\b", words(made["index.html"]))


def test_nothing_that_cannot_be_seen_reaches_a_page(report: Report) -> None:
    """Escapes stand for controls, bidi overrides and lone surrogates; our own pages have newlines only."""
    evil = hostile(report)
    made = dict(files(evil, translator("en")))
    for name, content in made.items():
        assert not [char for char in set(content) if char != "\n" and printable(char) != char], name


def test_hostile_texts_are_there_to_be_read(report: Report) -> None:
    """They are shown, not dropped: the pages are complete."""
    evil = hostile(report)
    made = dict(files(evil, translator("en")))
    index = words(made["index.html"])
    for student in evil.students:
        assert " ".join(printable(student.name).split()) in index


def test_the_hostile_class_is_hostile(report: Report) -> None:
    """Else the tests above would pass whatever happens."""
    import msgspec

    found = " ".join(texts(msgspec.to_builtins(hostile(report))))
    assert found.count("<script>") > 100
    assert "\u202e" in found
