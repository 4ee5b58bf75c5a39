"""Charts of shares: breaks and gaps cut the line, intervals are drawn, words from files stay words."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics import charts
from analytics.charts import Spark

HOSTILE = '<a href="https://beacon.invalid">here</a> & co'
WHOLE = {"estimate": 0.6, "low": 0.58, "high": 0.62}


def waves(shares, broken=(), **more):
    months = [f"{2023 + n // 4}-{3 * (n % 4) + 3:02d}" for n in range(len(shares))]
    return pd.DataFrame(
        {
            "label": [f"wave {n}" for n in range(len(shares))],
            "month": months,
            "starts": [f"{2023 + n // 4}-{3 * (n % 4) + 1:02d}-01" for n in range(len(shares))],
            "ends": [f"{month}-{31 if month[5:] in ('03', '12') else 30}" for month in months],
            "estimate": shares,
            "low": [None if s is None else s - 0.03 for s in shares],
            "high": [None if s is None else s + 0.03 for s in shares],
            "base": 1204,
            "flag": "",
            "broken": ["new questionnaire" if n in broken else "" for n in range(len(shares))],
            **more,
        }
    )


def areas(**more):
    rows = {
        "label": ["Ashby", "Barton", "Corby"],
        "estimate": [0.4, 0.6, 0.8],
        "low": [0.3, 0.5, 0.7],
        "high": [0.5, 0.7, 0.9],
        "base": 150,
        "verdict": ["below", "not clearly different", "above"],
        "flag": "",
    }
    return pd.DataFrame(rows | more)


def quarter(number):
    """The middle of a quarter from January 2023 on, in years: by its days and those of the year."""
    year, place = 2023 + number // 4, number % 4
    leap = int(year % 4 == 0)
    ends = [0, 90 + leap, 181 + leap, 273 + leap, 365 + leap]
    return pytest.approx(year + (ends[place] + ends[place + 1]) / 2 / (365 + leap), abs=1e-9)


def line(figure):
    return next(trace for trace in figure.data if trace.mode == "lines+markers")


def test_a_break_and_a_gap_cut_the_line_and_a_break_is_named():
    figure = charts.share_trend(waves([0.6, 0.61, None, 0.62, 0.63, 0.64], broken={4}), "light")
    expected = [None if n is None else quarter(n) for n in (0, 1, None, 3, None, 4, 5, None)]
    assert list(line(figure).x) == expected
    # The fifth quarter begins with 2024.
    assert [shape.x0 for shape in figure.layout.shapes] == [2024]
    assert "new questionnaire" in [note.text for note in figure.layout.annotations]


def test_first_and_last_have_their_interval_and_the_last_its_figure():
    figure = charts.share_trend(waves([0.6, 0.61, 0.62]), "light")
    bars = [trace for trace in figure.data if trace.mode == "lines" and len(trace.x) == 2]
    assert sorted((bar.x[0], *bar.y) for bar in bars) == [
        (quarter(0), pytest.approx(0.57), pytest.approx(0.63)),
        (quarter(2), pytest.approx(0.59), pytest.approx(0.65)),
    ]
    said = figure.layout.annotations[-1].text
    assert "62\u00a0%" in said
    assert "59 to 65\u00a0%" in said
    assert "1,204 answers" in said


def test_without_intervals_there_is_no_band_and_it_is_said():
    rows = waves([0.6, 0.61]).assign(low=None, high=None, base=None)
    figure = charts.share_trend(rows, "light")
    assert [len(trace.x) for trace in figure.data if trace.fill == "toself"] == [0]
    assert "no interval" in figure.layout.annotations[-1].text


@pytest.mark.parametrize(("highest", "ceiling"), [(0.6, 0.84), (0.9, 1.0)])
def test_shares_start_at_0_and_end_at_80_or_100(highest, ceiling):
    assert list(charts.share_trend(waves([0.5, highest]), "light").layout.yaxis.range) == [0, pytest.approx(ceiling)]


def test_at_most_four_years_are_named():
    texts = charts.share_trend(waves([0.6] * 40), "light").layout.xaxis.ticktext
    assert len(texts) <= 4
    assert all(re.fullmatch(r"20\d\d", text) for text in texts)


def test_sides_differ_in_shape_and_colour():
    figure = charts.share_rows(areas(), WHOLE, "light")
    marks = figure.data[-1].marker
    palette = charts.PALETTES["light"]
    assert list(marks.symbol) == ["circle", "circle", "diamond"]
    assert list(marks.color) == [palette.orange, palette.ground, palette.blue]
    assert {shape.type for shape in figure.layout.shapes} == {"rect", "line"}


def test_a_withheld_area_says_why_in_its_row():
    rows = areas(estimate=[0.4, None, 0.8], flag=["", "not enough answers: 23", ""])
    figure = charts.share_rows(rows, WHOLE, "light")
    assert [(note.text, note.y) for note in figure.layout.annotations] == [("not enough answers: 23", 1)]
    assert list(figure.data[-1].y) == [0, 2]


def test_quiet_rows_have_no_names_and_less_height():
    loud, quiet = (charts.share_rows(areas(), WHOLE, "light", quiet=quiet) for quiet in (False, True))
    assert quiet.layout.height < loud.layout.height
    assert quiet.layout.yaxis.showticklabels is False


def test_a_panel_shows_the_group_over_everyone_on_the_shared_scale():
    group, everyone = waves([0.5, 0.9]), waves([0.6, 0.61])
    ceiling = charts.shared_ceiling([group, everyone])
    assert ceiling == 1.0
    figure = charts.share_small(group, everyone, ceiling, "dark")
    assert list(figure.layout.yaxis.range) == [0, 1.0]
    assert list(figure.data[0].y) == [0.6, 0.61]


@pytest.mark.parametrize(
    "figure",
    [
        charts.share_trend(waves([0.6, 0.7], broken={1}).assign(label=HOSTILE, broken=["", HOSTILE]), "light"),
        charts.share_rows(areas(label=[HOSTILE] * 3), WHOLE, "dark"),
        charts.share_rows(areas(label=[HOSTILE] * 3, flag=[HOSTILE] * 3, estimate=[None] * 3), WHOLE, "light"),
        charts.share_small(waves([0.6]).assign(label=HOSTILE), waves([0.6]), 0.84, "light"),
    ],
)
def test_no_text_from_a_file_becomes_a_link_and_plotly_finds_nothing_wrong(figure):
    assert "<a " not in figure.to_json().replace("\\u003c", "<")
    assert go.Figure(figure.to_dict()).to_dict()["data"] == figure.to_dict()["data"]


def points(picture, name):
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own picture
    path = next(part for part in root.iter() if part.get("class") == name)
    return [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", path.get("d"))]


def test_a_sparkline_has_the_same_scale_whatever_it_shows():
    flat = points(charts.sparkline([Spark(0.60), Spark(0.61)], 0.16), "line")
    steep = points(charts.sparkline([Spark(0.50), Spark(0.60)], 0.16), "line")
    assert flat[0][1] - flat[1][1] == pytest.approx(46 * 0.01 / 0.16, abs=0.11)
    assert steep[0][1] - steep[1][1] == pytest.approx(46 * 0.10 / 0.16, abs=0.11)


def test_a_sparkline_marks_the_last_estimate_with_its_interval_and_follows_the_mode():
    picture = charts.sparkline([Spark(0.5, 0.48, 0.52), Spark(None), Spark(0.6, 0.57, 0.63)], 0.16)
    assert picture.count("M") - picture.count("<path") == 1  # the gap starts the line anew
    (x, high), (_, low) = points(picture, "bar")
    assert high != low
    assert x == pytest.approx(172, abs=0.1)
    assert "prefers-color-scheme:dark" in picture
    assert charts.sparkline([Spark(None)], 0.16) == ""


def test_marks_are_thin_lines_with_labels_and_those_close_together_share_one():
    places = (2023.2, 2023.23, 2023.9, 2026.0, 2022.5)
    marks = [charts.Mark(place, str(n), f"Note {n}") for n, place in enumerate(places, start=1)]
    figure = charts.share_trend(waves([0.6] * 6), "light", marks)
    plates = {note.text: note.x for note in figure.layout.annotations if note.yanchor == "bottom"}
    # What lies outside the drawing stands at its edge.
    first, last = figure.layout.xaxis.range
    assert (first < 2023.12, last > 2024.37) == (True, True)
    assert plates == {"5": first, "1, 2": pytest.approx(2023.215), "3": 2023.9, "4": last}
    assert sorted(shape.x0 for shape in figure.layout.shapes) == [first, 2023.2, 2023.23, 2023.9, last]
    assert figure.layout.margin.t > charts.share_trend(waves([0.6] * 6), "light").layout.margin.t
    go.Figure(figure.to_dict())  # raises where Plotly knows no such part


def test_a_crowd_of_marks_is_counted():
    marks = [charts.Mark(2023.5 + n / 400, str(n), f"Note {n}") for n in range(1, 7)]
    figure = charts.share_trend(waves([0.6] * 6), "dark", marks)
    assert [note.text for note in figure.layout.annotations if note.yanchor == "bottom"] == ["1, 2, 3 +3"]


def test_a_mark_that_breaks_the_series_stands_on_the_dashed_line_in_the_place_of_words():
    figure = charts.share_trend(waves([0.6] * 6, broken={4}), "light", [charts.Mark(2024, "7", "Note 7", breaks=True)])
    assert [(shape.x0, shape.line.dash) for shape in figure.layout.shapes] == [(2024, "4px,4px")]
    assert "7" in [note.text for note in figure.layout.annotations]
    assert "new questionnaire" not in [note.text for note in figure.layout.annotations]
