"""A chain as a path diagram, and changes of areas against what they have of something."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics import charts
from analytics.charts import PALETTES

STAGES = ["fairness", "trust", "legitimacy", "cooperation"]


def steps(stages, *coefficients):
    return [
        {"from": first, "to": last, "coefficient": size, "low": size - 0.05, "high": size + 0.05}
        for (first, last), size in zip(combinations(stages, 2), coefficients, strict=True)
    ]


def lines(figure, mode="light"):
    """Widths and dashes of the paths, without their pale edges, heads and boxes."""
    drawn = [shape["line"] for shape in figure.to_plotly_json()["layout"]["shapes"]]
    return [line for line in drawn if line.get("color") == PALETTES[mode].blue]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_widths_are_in_proportion_and_what_is_not_told_from_none_is_dashed(mode):
    figure = charts.chain(STAGES[:3], steps(STAGES[:3], 0.4, 0.04, 0.2), mode)
    go.Figure(figure.to_plotly_json())  # Plotly's own check.
    # The path past a box is drawn first, so that the chain lies over it.
    assert [line["width"] for line in lines(figure, mode)] == pytest.approx([2, 12, 6])
    assert ["dash" in line for line in lines(figure, mode)] == [True, False, False]


def test_words_of_four_stages_do_not_lie_over_each_other():
    """Each has its own 80 by 36 pixels, inside the 360 of a phone."""
    figure = charts.chain(STAGES, steps(STAGES, 0.4, 0.2, 0.1, 0.3, 0.2, 0.4), "light", ["Along the chain", "Past it"])
    notes = [note for note in figure.to_plotly_json()["layout"]["annotations"] if "<br>" in note["text"]]
    assert len(notes) == 6
    placed = [(note["xshift"] if note["xanchor"] == "left" else note["xshift"] - 80, note["yshift"]) for note in notes]
    assert all(-180 <= left <= 100 for left, _ in placed)
    assert all(abs(a[0] - b[0]) >= 80 or abs(a[1] - b[1]) >= 36 for a, b in combinations(placed, 2))


def test_names_stay_text():
    figure = charts.chain(["<i>a</i>", "b"], steps(["<i>a</i>", "b"], 0.2), "light", ["<b>below</b>"])
    words = " ".join(note["text"] for note in figure.to_plotly_json()["layout"]["annotations"])
    assert "&lt;i&gt;a" in words
    assert "&lt;b&gt;below" in words


def test_areas_without_a_level_or_a_change_are_not_drawn():
    ends = {"change_low": -0.1, "change_high": 0.2}
    rows = [
        {"name": "<b>East</b>", "level": 2.0, "change": 0.05, **ends},
        {"name": "West", "level": None, "change": 0.05, **ends},
        {"name": "North", "level": 1.0, "change": None, **ends},
    ]
    figure = charts.level_scatter(pd.DataFrame(rows), "light", "Events", lambda value: f"{value:g}")
    go.Figure(figure.to_plotly_json())
    dots = figure.to_plotly_json()["data"][0]
    assert (dots["x"], dots["y"]) == ([2.0], [0.05])
    assert "&lt;b&gt;East" in dots["hovertext"][0]
    assert "Events: 2" in dots["hovertext"][0]
    assert figure.to_plotly_json()["layout"]["annotations"][0]["text"] == "Change of confidence"
