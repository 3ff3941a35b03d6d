"""The pages in a real Chromium: sorting, filtering, drill-down, light and dark, keyboard; nothing leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.output.html.browsing import Visit, chromium, visiting
from tests.output.html.classes import HOSTILE
from tests.output.html.conftest import MANY
from tutor.output.html.rendering import file_of
from tutor.output.html.site import PAGES
from tutor.report.records import Report

NAMES = [name for name, _ in PAGES]
DISPLAY = "one => getComputedStyle(one).display"
IN_SIGHT = "rows => rows.filter(row => row.firstChild.checkVisibility({contentVisibilityAuto: true})).length"
ROWS = "#matrix > tbody > tr:not([hidden])"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Visit]:
    with visiting(browser, site) as found:
        yield found
        assert (found.errors, found.dialogs, found.foreign) == ([], [], [])


def a_student(report: Report) -> str:
    return f"students/{file_of(next(one.key for one in report.students if one.hand_in))}"


def column(page: Page, number: int) -> list[str]:
    """What stands in a column of the matrix, from 0, in the rows that are shown."""
    found: list[str] = page.eval_on_selector_all(
        ROWS, f"rows => rows.map(row => row.children[{number}].textContent)"
    )
    return found


def shown(page: Page) -> str:
    return page.locator("form[data-filters=matrix] output").inner_text()


# Nothing leaves, and nothing hostile runs.


def test_no_page_asks_for_anything_but_its_own_files(visit: Visit, report: Report) -> None:
    for name in (*NAMES, a_student(report)):
        visit.open(name)
    assert {url.rpartition("/")[2] for url in visit.requests} >= {*NAMES, "report.css", "report.js"}


def test_nothing_hostile_is_executed(browser: Browser, hostile_site: Path) -> None:
    """Script, markup, styles, links and overrides in every text: the pages are opened, searched, sorted."""
    with visiting(browser, hostile_site) as visit:
        for path in sorted(hostile_site.rglob("*.html")):
            page = visit.open(path.relative_to(hostile_site).as_posix())
            page.eval_on_selector_all(
                "summary, thead button, form button", "all => all.forEach(one => one.click())"
            )
            for box in page.query_selector_all("input[type=search]"):
                box.fill(HOSTILE[0])
            assert page.title().endswith("Virtualization with libvirt")
            assert page.locator("main").is_visible()
            assert visit.canary is None, path
        assert (visit.errors, visit.dialogs, visit.foreign) == ([], [], [])


def test_hostile_links_lead_nowhere_but_to_pages(browser: Browser, hostile_site: Path) -> None:
    with visiting(browser, hostile_site) as visit:
        for name in NAMES:
            page = visit.open(name)
            links = page.eval_on_selector_all("a", "all => all.map(one => one.href)")
            assert links
            assert not [link for link in links if not link.startswith(f"{hostile_site.as_uri()}/")]


def test_the_canary_would_sing(browser: Browser, tmp_path: Path) -> None:
    """Unescaped and without the policy it is executed; with the policy alone it is not."""
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    for name, head in (("bare.html", ""), ("policy.html", policy)):
        (tmp_path / name).write_text(f"<!doctype html>{head}{HOSTILE[0]}{HOSTILE[1]}")
    with visiting(browser, tmp_path) as visit:
        visit.open("bare.html")
        assert (visit.canary, visit.dialogs, visit.foreign) == (1, ["1"], ["https://evil.example/x"])
        visit.open("policy.html")
        assert visit.canary is None
        assert visit.errors


def test_what_was_observed_is_shown_and_never_executed(visit: Visit) -> None:
    """The first student's machine has groups that are called scripts, images and frames."""
    page = visit.open(f"students/{file_of('s000000')}")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.locator(".checks a", has_text="user[]").first.click()
    answer = page.locator(".observed div:target")
    assert answer.locator("dt").inner_text() == "user[]"
    assert HOSTILE[0] in answer.inner_text()
    assert answer.is_visible()
    assert visit.canary is None


# Sorting and filtering.


def test_a_column_is_sorted_by_a_click_and_back_by_another(visit: Visit) -> None:
    page = visit.open("index.html")
    head = page.get_by_role("columnheader", name="Points")
    head.get_by_role("button").click()
    points = [int(one or -1) for one in column(page, 1)]
    assert (points, head.get_attribute("aria-sort")) == (sorted(points), "ascending")
    assert len(set(points)) > 3
    head.get_by_role("button").click()
    assert [int(one or -1) for one in column(page, 1)] == sorted(points, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    assert page.locator("#matrix [aria-sort]").count() == 1


def test_names_are_sorted_as_the_language_has_it_by_the_keyboard_alone(visit: Visit) -> None:
    page = visit.open("index.html")
    page.get_by_role("columnheader", name="Student").get_by_role("button").focus()
    page.keyboard.press("Enter")
    names = column(page, 0)
    assert names == sorted(names, key=lambda name: name.replace("Å", "A").replace("å", "a"))


def test_a_step_is_sorted_with_the_worst_first(visit: Visit) -> None:
    page = visit.open("index.html")
    page.get_by_role("columnheader", name="networks/port-forward").get_by_role("button").click()
    number = page.evaluate("document.querySelector('#matrix [aria-sort]').cellIndex")
    order = ["", "fail", "unknown", "blocked", "skip", "pass"]
    statuses = column(page, number)
    assert statuses == sorted(statuses, key=order.index)
    assert {"fail", "unknown", "pass"} <= set(statuses)


def test_a_search_leaves_whom_it_fits_and_says_how_many(visit: Visit, report: Report) -> None:
    page = visit.open("index.html")
    assert shown(page) == f"{len(report.students)} of {len(report.students)} students"
    page.get_by_label("Search").fill("s000003")
    assert [name.split()[-1] for name in column(page, 0)] == ["s000003"]
    assert shown(page) == f"1 of {len(report.students)} students"
    page.get_by_role("button", name="Show all").click()
    assert len(column(page, 0)) == len(report.students)


def test_steps_statuses_and_machines_are_filtered_together(visit: Visit) -> None:
    page = visit.open("index.html")
    page.locator("select[name=step]").select_option(label="networks/port-forward")
    page.locator("select[name=status]").select_option("unknown")
    number = page.evaluate("document.querySelector('#matrix th.chosen').cellIndex")
    unknown = column(page, 0)
    assert set(column(page, number)) == {"unknown"}
    page.locator("select[name=machine]").select_option(label="ubuntu 24.04, container, without KVM")
    assert 0 < len(column(page, 0)) < len(unknown)


def test_a_filter_is_an_address(visit: Visit) -> None:
    page = visit.open("index.html")
    page.get_by_label("Search").fill("s000003")
    address = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(address)
    assert len(column(page, 0)) == 1


# Drill-down.


def test_a_number_of_a_check_leads_to_those_it_counts(visit: Visit, report: Report) -> None:
    item = next(one for one in report.items if one.id == "networks/port-forward/forward")
    page = visit.open("checks.html")
    page.get_by_role("row", name=item.id).get_by_role("link", name=str(item.unknown), exact=True).click()
    page.wait_for_url("**/index.html#*")
    assert len(column(page, 0)) == item.unknown
    assert page.locator("select[name=status]").input_value() == "unknown"


def test_a_cell_leads_to_the_students_step_opened(visit: Visit) -> None:
    page = visit.open("index.html")
    page.locator("#matrix tbody td.fail").first.click()
    page.wait_for_url("**/students/*.html#s*")
    assert page.locator("details.step:target").evaluate("step => step.open")


def test_a_passed_step_that_is_led_to_is_opened_too(visit: Visit) -> None:
    page = visit.open("index.html")
    page.locator("#matrix tbody td.pass").first.click()
    page.wait_for_url("**/students/*.html#s*")
    assert page.locator("details.step:target").evaluate("step => step.open")


def test_the_keyboard_reaches_a_student_and_comes_back(visit: Visit, report: Report) -> None:
    page = visit.open("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("#matrix tbody a").first.focus()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/students/*.html")
    assert page.get_by_role("heading", level=1).inner_text() == report.students[0].name
    page.get_by_role("link", name="The class").click()
    page.wait_for_url("**/index.html")


# Light and dark, paper, narrow screens, no script.


def lightness(page: Page) -> float:
    red, green, blue = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3).map(Number)"
    )
    return float(red + green + blue) / 765


def test_light_and_dark_are_the_systems_until_somebody_chooses(browser: Browser, site: Path) -> None:
    for scheme, button in (("light", "Dark"), ("dark", "Light")):
        with visiting(browser, site, color_scheme=scheme) as visit:
            page = visit.open("index.html")
            before = lightness(page)
            assert (before < 0.3) == (scheme == "dark")
            page.get_by_role("button", name=button).click()
            assert (lightness(page) < 0.3) == (scheme == "light")
            page.reload()
            assert lightness(page) == before  # kept nowhere
            assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


def test_paper_has_no_controls_and_the_head_on_each_sheet(visit: Visit) -> None:
    page = visit.open("index.html")
    page.emulate_media(media="print", color_scheme="dark")
    assert lightness(page) == 1
    for control in ("nav", ".filters", ".scheme"):
        assert page.locator(control).first.is_hidden()
    parts = ("thead", "tbody", "tbody tr")
    displays = [page.locator(f"#matrix {part}").first.evaluate(DISPLAY) for part in parts]
    assert displays == ["table-header-group", "table-row-group", "table-row"]
    assert page.pdf(format="A4", landscape=True).startswith(b"%PDF")


@pytest.mark.parametrize("which", ["site", "hostile_site"])
def test_a_narrow_screen_is_not_wider_than_it_is(
    browser: Browser, which: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(which)
    with visiting(browser, folder, viewport={"width": 400, "height": 800}) as visit:
        for path in [*map(folder.joinpath, NAMES), *sorted((folder / "students").iterdir())[:3]]:
            page = visit.open(path.relative_to(folder).as_posix())
            assert page.evaluate("document.documentElement.scrollWidth") <= 400, path.name


def test_without_a_script_the_pages_are_complete(browser: Browser, site: Path, report: Report) -> None:
    with visiting(browser, site, java_script_enabled=False) as visit:
        page = visit.open("index.html")
        assert page.locator("#matrix tbody tr").count() == len(report.students)
        assert not [one for one in page.locator("button, input, select").all() if one.is_visible()]


def test_motion_is_for_those_who_like_it(browser: Browser, site: Path) -> None:
    for wish, behaviour in (("reduce", "auto"), ("no-preference", "smooth")):
        with visiting(browser, site, reduced_motion=wish) as visit:
            page = visit.open("index.html")
            assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == behaviour


# What a screen reader is told.


def heard(page: Page) -> list[tuple[list[str], list[str]]]:
    """The rows of all tables as the browser's own accessibility tree has them: headers, and cells."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    known = {node["nodeId"]: node for node in nodes}

    def value(node: dict[str, Any], key: str) -> str:
        return str(node.get(key, {}).get("value", ""))

    def within(row: dict[str, Any], role: str) -> list[str]:
        inside = [known[child] for child in row["childIds"]]
        return [value(each, "name") for each in inside if value(each, "role").endswith(role)]

    return [(within(row, "header"), within(row, "cell")) for row in nodes if value(row, "role") == "row"]


def test_the_matrix_is_a_table_of_words(visit: Visit, report: Report) -> None:
    rows = heard(visit.open("index.html"))
    (heads,) = [heads for heads, _ in rows if heads[:2] == ["Student", "Points"]]
    for student in report.students:
        (cells,) = [cells for names, cells in rows if names and student.key in names[0]]
        assert len(cells) == len(heads) - 1
        if student.hand_in is not None:
            assert cells[1:-1] == [step.status for step in student.hand_in.steps]


def test_of_the_largest_class_what_is_searched_for_is_heard(browser: Browser, large_site: Path) -> None:
    with visiting(browser, large_site) as visit:
        page = visit.open("index.html")
        page.get_by_label("Search").fill("s0029")
        rows = [cells for names, cells in heard(page) if names and "s0029" in names[0]]
        assert len(rows) == 100
        assert all("pass" in cells or "fail" in cells for cells in rows)


def violations(page: Page, **options: Any) -> list[str]:
    """What axe-core finds serious or critical, each with the first place."""
    # Nothing is preloaded: the page's own policy would rightly keep axe from fetching a style sheet.
    found = Axe().run(page, options={"preload": False, **options}).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, site: Path, report: Report, scheme: str) -> None:
    # What has nothing to do with colours is the same in both schemes.
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    with visiting(browser, site, color_scheme=scheme) as visit:
        for name in (*NAMES, a_student(report)):
            assert violations(visit.open(name), **options) == [], name
        assert visit.errors == []


def test_axe_would_find_something(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(
        "<!doctype html><title>x</title><input><p style='color: #ccc'>hardly to be read"
    )
    with visiting(browser, tmp_path) as visit:
        found = " ".join(violations(visit.open("bad.html")))
        assert "label" in found
        assert "color-contrast" in found
        assert "html-has-lang" in found


# As many students as there may be.


def test_the_largest_class_is_sorted_filtered_and_followed(browser: Browser, large_site: Path) -> None:
    with visiting(browser, large_site) as visit:
        page = visit.open("index.html")
        assert shown(page) == f"{MANY} of {MANY} students"
        page.get_by_role("columnheader", name="Points").get_by_role("button").click()
        points = [int(one) for one in column(page, 1)]
        assert points == sorted(points)
        assert len(points) == MANY
        page.get_by_label("Search").fill("s002999")
        assert len(column(page, 0)) == 1
        page.locator("#matrix tbody tr:not([hidden]) td.fail").first.click()
        page.wait_for_url("**/students/*.html#s*")
        assert (visit.errors, visit.dialogs, visit.foreign) == ([], [], [])


def test_only_the_rows_in_sight_are_laid_out(browser: Browser, large_site: Path) -> None:
    """What makes it quick, whatever the machine: of 75,000 cells a few hundred are drawn."""
    with visiting(browser, large_site, reduced_motion="reduce") as visit:
        page = visit.open("index.html")
        page.locator(ROWS).nth(MANY // 2).scroll_into_view_if_needed()
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.eval_on_selector_all(ROWS, IN_SIGHT) > 0
        assert page.eval_on_selector_all(ROWS, IN_SIGHT) < MANY / 10


def test_axe_finds_nothing_serious_in_the_largest_class(browser: Browser, large_site: Path) -> None:
    """Of 3,000 rows that are alike, axe is left the first and the last: with all of them it takes minutes."""
    with visiting(browser, large_site) as visit:
        page = visit.open("index.html")
        page.eval_on_selector_all(ROWS, "rows => rows.slice(20, -5).forEach(row => row.remove())")
        assert violations(page) == []
