import re
from xml.etree import ElementTree

import pytest

from mainsite.lib import charts, marks


def parse(svg):
    return ElementTree.fromstring(svg)  # noqa: S314 - our own drawing


def heights(svg, ink):
    return [
        float(rect.get("height"))
        for rect in parse(svg).iter("rect")
        if rect.get("class") == ink
    ]


def widths(svg, ink):
    return [
        float(rect.get("width"))
        for rect in parse(svg).iter("rect")
        if rect.get("class") == ink
    ]


WORDS = charts.CostWords(committed="engagé <1 €>", at_most="au plus", cap="plafond")
EVERYTHING = [
    *(marks.status_mark(code) for code in (*marks.PHASES, "perdu", "en_sommeil")),
    marks.bar(84, "ink"),
    marks.ticks(88),
    marks.sparkline((1.0, None, 3.0)),
    charts.scale(84, "sig"),
    charts.component(82),
    charts.component(None),
    charts.contribution(-9),
    charts.gauge(60),
    *charts.accounts(
        [
            charts.YearOfAccounts(revenue=10, result=-1),
            charts.YearOfAccounts(words=("non", "publiés")),
        ]
    ),
    charts.strip([1, 2, 3], 2.5),
    charts.histogram([0, 3, 1], label="<b>", floor=0.4),
    charts.progress([("done", 3), ("failed", 1)], label="Avancement"),
    charts.progress([], label="Avancement"),
    charts.small_progress([("done", 3)], 10),
    charts.share(3, 9),
    charts.cost(committed=40, at_most=96, cap=120, words=WORDS),
]


@pytest.mark.parametrize("svg", EVERYTHING)
def test_a_drawing_is_well_formed_and_passes_a_strict_policy(svg):
    parse(svg)
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", svg)


def test_status_phases_grow_and_lost_is_struck():
    assert "f-ink" not in marks.status_mark("prospect")
    assert "14.40 8.00" in marks.status_mark("contacte")
    assert "8.00 14.40" in marks.status_mark("qualification")
    assert "1.60 8.00" in marks.status_mark("negociation")
    assert marks.status_mark("perdu") == marks.status_mark("ecarte")


def test_a_sparkline_skips_missing_years_and_needs_two_points():
    assert marks.sparkline((None, 3.0, None)) == ""
    assert marks.sparkline(()) == ""
    svg = marks.sparkline((1.0, None, 3.0, 4.0, 5.0))
    points = parse(svg).find("polyline").get("points")
    assert [point.split(",")[0] for point in points.split()] == ["3", "25", "36", "47"]


def test_a_flat_line_looks_flat():
    points = parse(marks.sparkline((100, 101, 100, 101)))
    ys = [float(p.split(",")[1]) for p in points.find("polyline").get("points").split()]
    assert max(ys) - min(ys) < 1


@pytest.mark.parametrize(("value", "known"), [(0, 0), (34, 3), (88, 9), (100, 10)])
def test_ticks_count_tenths(value, known):
    drawn = {each.get("class"): each.get("d") for each in parse(marks.ticks(value))}
    assert drawn.get("f-ink3", "").count("M") == known
    assert drawn.get("f-rule", "").count("M") == 10 - known


def test_an_absent_component_is_dotted_and_has_no_bar():
    assert "stroke-dasharray" in charts.component(None)
    assert "<rect" not in charts.component(None)
    assert widths(charts.component(0), "f-ink") == [0]


def test_contributions_against_are_open_and_to_the_left():
    against = parse(charts.contribution(-10, 20)).find("rect")
    assert against.get("class") == "f-none k-ink"
    assert float(against.get("x")) + float(against.get("width")) == 36
    assert widths(charts.contribution(99, 20), "f-sig") == [47]


def test_accounts_share_one_scale_and_only_the_last_known_year_is_ink():
    first, second, hidden = charts.accounts(
        [
            charts.YearOfAccounts(revenue=5_000_000, result=-100_000),
            charts.YearOfAccounts(revenue=10_000_000, result=200_000),
            charts.YearOfAccounts(words=("confid.",)),
        ]
    )
    assert heights(first, "f-ink3") == [45.5]
    assert heights(second, "f-ink") == [91]
    assert len(heights(first, "f-sig")) == 1
    assert "confid." in hidden
    assert ">5,0<" in first


def test_years_without_any_figure_draw_no_bar():
    (year,) = charts.accounts([charts.YearOfAccounts()])
    assert heights(year, "f-ink") == []


def test_zero_revenue_is_drawn_as_a_figure_not_as_a_gap():
    (year,) = charts.accounts([charts.YearOfAccounts(revenue=0)])
    assert ">0,0<" in year


def test_the_smallest_part_of_a_batch_stays_visible():
    svg = charts.progress([("done", 99_999), ("failed", 1)], label="Avancement")
    assert widths(svg, "f-sig")[0] >= 3


def test_labels_are_escaped():
    assert "&lt;b&gt;" in charts.histogram([1], label="<b>")
    assert "&lt;1" in charts.cost(committed=1, at_most=1, cap=1, words=WORDS)


def test_a_cost_of_nothing_still_draws():
    svg = charts.cost(committed=0, at_most=0, cap=0, words=WORDS)
    assert widths(svg, "f-ink") == [0]


def test_bins_outside_the_bounds_fade():
    svg = charts.histogram([4, 4, 4, 4], label="x", kept=(0.5, 1.0))
    assert svg.count('class="f-ink"') == 2
