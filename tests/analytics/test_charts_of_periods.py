"""Charts over time and of two periods: points stand in the middle of what they cover, pairs show both intervals."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics import charts
from analytics.charts.times import time_ticks

HOSTILE = '<a href="https://beacon.invalid">here</a>'


def pairs(**more):
    rows = {
        "label": ["Everyone", "Ashby"],
        "estimate": [0.6, 0.5],
        "low": [0.55, 0.4],
        "high": [0.65, 0.6],
        "was": [0.7, None],
        "was_low": [0.66, None],
        "was_high": [0.74, None],
        "change": [-0.1, None],
        "change_low": [-0.16, None],
        "change_high": [-0.04, None],
        "verdict": ["fell", ""],
        "flag": ["", "earlier period: not enough answers: 20"],
    }
    return pd.DataFrame(rows | more)


@pytest.mark.parametrize(
    ("day", "place"), [("2025-01-01", 2025), ("2025-12-31", 2025 + 364 / 365), ("2024-03-01", 2024 + 60 / 366)]
)
def test_a_day_stands_at_its_part_of_the_year(day, place):
    assert charts.moment(day) == pytest.approx(place)


def test_a_year_stands_in_its_middle_and_a_quarter_in_its_own():
    assert charts.middle("2025-01-01", "2025-12-31") == pytest.approx(2025.5)
    assert charts.middle("2025-04-01", "2026-03-31") == pytest.approx((2025 + 90 / 365 + 2026 + 90 / 365) / 2)
    assert charts.middle("2025-01-01", "2025-03-31") == pytest.approx(2025 + 45 / 365)


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        (2022.8, 2026.7, ["2023", "2024", "2025", "2026"]),
        (2010.1, 2026.7, ["2015", "2020", "2025"]),
        (2025.1, 2026.3, ["Jul 25", "Jan 26"]),
        (2025.1, 2025.4, ["Mar 25", "Apr 25", "May 25"]),
    ],
)
def test_ticks_are_first_days_and_at_most_four(first, last, texts):
    ticks = time_ticks(first, last)
    assert ticks["ticktext"] == texts
    assert all(first <= place <= last for place in ticks["tickvals"])


def test_a_pair_is_hollow_then_filled_and_what_is_withheld_is_not_drawn():
    palette = charts.PALETTES["light"]
    figure = charts.share_pairs(pairs(), "light")
    was, now = (trace for trace in figure.data if trace.mode == "markers")
    assert (list(was.x), list(now.x)) == ([0.7], [0.6, 0.5])
    assert was.marker.color == palette.ground
    # A fall of what is welcome is orange and points down; without a change it is as any other.
    assert list(now.marker.color) == [palette.orange, palette.blue]
    assert list(now.marker.symbol) == ["triangle-down", "circle"]
    assert was.y[0] < now.y[0]
    assert list(figure.layout.yaxis.ticktext) == ["Everyone<br>−10 (−16 to −4)", "Ashby<br>no change given"]
    bars = [(trace.x[0], trace.x[1]) for trace in figure.data if trace.mode == "lines"]
    assert (0.66, 0.74) in bars
    assert (0.55, 0.65) in bars
    unwelcome = charts.share_pairs(pairs(), "light", welcome=False)
    assert next(t for t in unwelcome.data if t.marker.symbol and t.marker.symbol[0] == "triangle-down").marker.color[
        0
    ] == (palette.blue)


def test_a_pair_of_groups_that_clearly_differs_is_a_diamond_of_the_same_colour():
    palette = charts.PALETTES["dark"]
    rows = pairs(verdict=["above", "not clearly different"])
    figure = charts.share_pairs(rows, "dark", none="no difference given")
    group = [trace for trace in figure.data if trace.mode == "markers"][1]
    assert list(group.marker.symbol) == ["diamond", "circle"]
    assert set(group.marker.color) == {palette.blue}
    assert list(figure.layout.yaxis.ticktext)[1] == "Ashby<br>no difference given"


def test_shares_without_an_interval_are_dots_within_the_axis():
    rows = {"label": ["One", "Two"], "estimate": [0.9, 0.1], "detail": ["9 rows", "1 row"], "look": [True, False]}
    frame = pd.DataFrame({**rows, "low": [None] * 2, "high": [None] * 2, "flag": [""] * 2})
    figure = charts.share_dots(frame, "light", width=22)
    assert figure.layout.xaxis.range[1] >= 0.9
    assert [len(trace.x) for trace in figure.data if trace.mode == "markers"] == [1, 1]
    assert not any(point is not None for trace in figure.data if trace.mode == "lines" for point in trace.x)
    assert [note.text.partition("<br>")[0] for note in figure.layout.annotations] == [
        "<b>90\u00a0%</b>",
        "<b>10\u00a0%</b>",
    ]
    go.Figure(figure.to_dict())


def test_hostile_names_stay_words_and_plotly_finds_nothing_wrong():
    figure = charts.share_pairs(pairs(label=[HOSTILE] * 2), "dark")
    assert "<a " not in figure.to_json().replace("\\u003c", "<")
    go.Figure(figure.to_dict())


def test_a_level_and_other_figures_are_lines_beside_the_points():
    rows = pd.DataFrame(
        {
            "label": [f"wave {n}" for n in range(4)],
            "starts": [f"2025-{3 * n + 1:02d}-01" for n in range(4)],
            "ends": ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"],
            "estimate": [0.6, 0.62, 0.61, 0.63],
            "low": [0.57] * 4,
            "high": [0.66] * 4,
            "base": 1000,
            "flag": "",
            "broken": ["", "", "new questionnaire", ""],
        }
    )
    level = rows.assign(estimate=[0.61, 0.61, None, None], low=0.6, high=0.62)
    other = rows.assign(low=None, high=None, base=None, estimate=0.5)
    figure = charts.share_trend(rows, "light", level=level, beside=[other])
    edges = [trace for trace in figure.data if trace.line.dash == "1px,3px"]
    assert [[y for y in trace.y if y is not None] for trace in edges] == [[0.6, 0.6], [0.62, 0.62]]
    (dashed,) = (trace for trace in figure.data if trace.line.dash == "6px,4px")
    assert [y for y in dashed.y if y is not None] == [0.5] * 4
    assert "no interval" in dashed.hovertext[0]
    # The line between the points is not drawn over the level.
    direct = next(t for t in figure.data if t.mode == "lines+markers" and t.line.dash is None)
    assert direct.line.width == 0
    assert direct.marker.size[0] == 8
    go.Figure(figure.to_dict())
