"""Charts as still pictures: pygal draws them, the style sheet colours them.

Beside each is a table that says the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pygal
from lxml import etree
from markupsafe import Markup
from pygal.config import Config

from tutor.output.printable import printable
from tutor.report.findings import Item
from tutor.report.records import Report
from tutor.report.standing import decided

#: Bars of the distribution at the most, labels below them, and lines across.
_BARS, _LABELS, _LINES = 24, 6, 5
_SVG = "{http://www.w3.org/2000/svg}"
#: What pygal adds for its own script and style, neither of which a page of ours has.
_SUPERFLUOUS = [f"{_SVG}{name}" for name in ("defs", "desc", "title", "script", "style")]
_TOOLTIPS = "tooltip-overlay"

#: Characters of a name beside a bar.
_LONGEST = 44

Bars = list[tuple[str, int]]


def distribution(report: Report) -> Bars:
    """How many students have how many points, from none to all of them; those undecided are left out."""
    points = Counter(one.points for one in decided(report.students))
    most = max([report.course.max_points, *points])
    width = -(-(most + 1) // _BARS)
    return [_bar(points, first, min(first + width - 1, most)) for first in range(0, most + 1, width)]


def _bar(points: Counter[int], first: int, last: int) -> tuple[str, int]:
    count = sum(points[each] for each in range(first, last + 1))
    return (str(first) if first == last else f"{first}\N{EN DASH}{last}"), count


def draw_distribution(bars: Bars) -> Markup:
    """The bars of the distribution."""
    every = -(-len(bars) // _LABELS)
    labels = [
        name if place % every == 0 or place == len(bars) - 1 else "" for place, (name, _) in enumerate(bars)
    ]
    chart = pygal.Bar(_config(480, 190), spacing=8, x_labels=labels, **_counts(max(n for _, n in bars)))
    chart.add("", [count for _, count in bars])
    return _drawn(chart)


def draw_items(items: Sequence[tuple[str, Item]]) -> Markup:
    """A bar for each check, in the order given: failed, unknown, blocked, passed."""
    config = _config(900, 60 + 24 * len(items))
    labels = [_label(name) for name, _ in reversed(items)]
    chart = pygal.HorizontalStackedBar(config, spacing=4, x_labels=labels)
    for name in ("failed", "unknown", "blocked", "passed"):
        chart.add("", [getattr(item, name) for _, item in reversed(items)])
    return _drawn(chart)


def draw_shares(bars: Sequence[tuple[str, int]]) -> Markup:
    """A bar for each kind of machine: hundredths of the points."""
    chart = pygal.HorizontalBar(
        _config(900, 60 + 36 * len(bars)),
        spacing=8,
        range=(0, 100),
        x_labels=[_label(name) for name, _ in reversed(bars)],
    )
    chart.add("", [share for _, share in reversed(bars)])
    return _drawn(chart)


def _label(name: str) -> str:
    """A name beside a bar: no longer than there is room, and such that XML can hold it."""
    shown = printable(name)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _config(width: int, height: int) -> Config:
    return Config(
        width=width,
        height=height,
        js=(),
        css=(),
        no_prefix=True,
        show_legend=False,
        margin=4,
        disable_xml_declaration=True,
        truncate_label=-1,
    )


def _counts(most: int) -> dict[str, Any]:
    """Labels of an axis that counts people: whole ones, and few."""
    step = next(
        size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**4, 10**6) if most / size <= _LINES
    )
    return {"y_labels": list(range(0, most + step, step)), "range": (0, most)}


def _drawn(chart: Any) -> Markup:
    """The picture alone, without script, style or comment; those who listen have the table instead."""
    root = etree.fromstring(chart.render(), etree.XMLParser(remove_comments=True))
    etree.strip_elements(root, *_SUPERFLUOUS, with_tail=False)
    for node in list(root.iter(f"{_SVG}*")):
        parent = node.getparent()
        if parent is not None and _TOOLTIPS in str(node.get("class", "")):
            parent.remove(node)
        for name in ("style", "id"):
            if name in node.attrib:
                del node.attrib[name]
    root.set("aria-hidden", "true")
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - made by pygal, which escapes labels
